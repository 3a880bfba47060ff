//! The card that tells what became of each message.

use crate::{
    api::{Api, Method},
    listing::{Listing, Rows},
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        failed::Failed,
        skeleton::skeleton_card,
        time_ago::time_ago,
        toast::Toaster,
    },
};
use contract::notifications::{Channel, DELIVERIES, Delivery, DeliveryState};
use leptos::{prelude::*, task::spawn_local};

/// The card.
pub fn card(listing: Listing<Delivery>) -> AnyView {
    let content = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(deliveries) if deliveries.is_empty() => view! { <Empty icon="#i-info" title="No messages yet" text="Each message to you is listed here, with what became of it." small=true /> }.into_any(),
            Rows::Loaded(deliveries) => {
                let rows = deliveries.iter().map(|delivery| row(listing, delivery));
                view! { <ul class="rows rows--dense" aria-label="Deliveries">{rows.collect_view()}</ul> }.into_any()
            }
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| listing.reload()) /> }.into_any(),
        })
    };
    view! {
        <div class="card card--flush">
            {content}
            <div class="table-more" hidden=move || !listing.has_more()>
                <button type="button" class="button button--secondary button--small" disabled=listing.busy on:click=move |_| listing.more()>"Show more"</button>
            </div>
        </div>
    }
    .into_any()
}

fn row(listing: Listing<Delivery>, delivery: &Delivery) -> AnyView {
    let failed = delivery.state == DeliveryState::Failed;
    let retry = failed.then(|| view! { <Retry listing delivery=delivery.clone() /> });
    view! {
        <li class="rows__row">
            <div class="rows__text">
                <p class="rows__title">{delivery.in_words().to_owned()}</p>
                <p class="rows__sub">{way(delivery)}</p>
                {trouble(delivery).map(|trouble| view! { <p class="rows__sub">{trouble}</p> })}
            </div>
            <div class="notifications__state">
                {state(delivery.state)}
                {retry}
            </div>
            <p class="rows__time">{time_ago(Some(delivery.at), "never")}</p>
        </li>
    }
    .into_any()
}

fn state(state: DeliveryState) -> AnyView {
    match state {
        DeliveryState::Queued => badge(Tone::Off, "On its way"),
        DeliveryState::Sent => badge(Tone::Active, "Sent"),
        DeliveryState::Failed => badge(Tone::Expired, "Failed"),
    }
}

/// Which way it takes, and for how many it stands.
fn way(delivery: &Delivery) -> String {
    let channel = match delivery.channel {
        Channel::Email => "Email",
        Channel::Slack => "Slack",
    };
    let more = match delivery.folded {
        0 => String::new(),
        more => format!(" · and {more} more like it"),
    };
    [channel, " · ", &delivery.recipient, &more].concat()
}

/// What went wrong, as long as it matters.
fn trouble(delivery: &Delivery) -> Option<String> {
    let why = delivery.last_error.as_deref()?.trim_end_matches('.');
    let tries = match delivery.tries {
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    };
    Some(match delivery.state {
        DeliveryState::Sent => return None,
        DeliveryState::Queued => format!("{why}. It is tried again by itself; {tries} so far."),
        DeliveryState::Failed if delivery.goes_by_email_instead() => {
            format!("{why}. Given up after {tries}; it goes by email instead.")
        }
        DeliveryState::Failed => format!("{why}. Given up after {tries}."),
    })
}

#[component]
fn Retry(
    /// The list that it is in.
    listing: Listing<Delivery>,
    /// The message.
    delivery: Delivery,
) -> impl IntoView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let label = ["Retry ", delivery.in_words()].concat();
    let path = [DELIVERIES, "/", delivery.id.as_str(), "/retry"].concat();
    let retry = move |_| {
        let path = path.clone();
        pending.set(true);
        spawn_local(async move {
            match api.send(Method::POST, &path, None).await {
                Ok(_) => toaster.say("It is on its way again.".into()),
                Err(failure) => toaster.complain(failure.message()),
            }
            listing.reload();
            pending.try_set(false);
        });
    };
    view! { <button type="button" class="button button--secondary button--small" aria-label=label disabled=pending on:click=retry>"Retry"</button> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{ids::DeliveryId, time::Timestamp};

    #[test]
    fn what_went_wrong_is_told_until_it_went_well() {
        let delivery = |state| Delivery {
            id: DeliveryId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
            event: "slack.test".into(),
            channel: Channel::Slack,
            recipient: "#ops in Acme".into(),
            state,
            tries: 2,
            last_error: Some("Slack answered 500.".into()),
            folded: 3,
            at: Timestamp::from_seconds(0),
            done_at: None,
        };
        assert_eq!(
            trouble(&delivery(DeliveryState::Failed)).as_deref(),
            Some("Slack answered 500. Given up after 2 tries.")
        );
        assert_eq!(trouble(&delivery(DeliveryState::Sent)), None);
        assert_eq!(
            way(&delivery(DeliveryState::Sent)),
            "Slack · #ops in Acme · and 3 more like it"
        );
    }
}
