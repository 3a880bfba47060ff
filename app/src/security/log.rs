//! The card that tells what was done in one's name.

use super::end_others::Ending;
use crate::{
    api::Api,
    listing::{Listing, Rows},
    ui::{empty::Empty, failed::Failed, skeleton::skeleton_card, time_ago::time_ago},
};
use contract::audit::{AUDIT_EVENTS, AuditEvent};
use leptos::prelude::*;
use serde::de::IgnoredAny;

/// An event without what it changed.
type Event = AuditEvent<IgnoredAny>;

/// The card.
#[component]
pub fn Log() -> impl IntoView {
    let listing = Listing::<Event>::new(Api::in_use());
    listing.load([AUDIT_EVENTS, "?actor=me&limit=10"].concat());
    // What is done on the page has the sessions listed anew; it stands in the log then.
    let Ending {
        listing: sessions, ..
    } = expect_context();
    Effect::new(move |times: Option<u32>| {
        let listed = sessions.rows.with(|rows| matches!(rows, Rows::Loaded(_)));
        let times = times.unwrap_or_default() + u32::from(listed);
        if listed && times > 1 {
            listing.reload();
        }
        times
    });
    let content = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(events) if events.is_empty() => view! { <Empty icon="#i-history" title="Nothing yet" text="What you do, and what is done to your account, is kept here." small=true /> }.into_any(),
            Rows::Loaded(events) => list(events),
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
}

fn list(events: &[Event]) -> AnyView {
    let me = Api::in_use()
        .account
        .with(|session| session.user.id.as_str().to_owned())
        .unwrap_or_default();
    let row = |event: &Event| {
        view! {
            <li class="rows__row">
                <div class="rows__text">
                    <p class="rows__title">{event.in_words().to_owned()}</p>
                    <p class="rows__sub">{about(event, &me)}</p>
                </div>
                <p class="rows__time">{time_ago(Some(event.at), "never")}</p>
            </li>
        }
    };
    let rows = events.iter().map(row).collect_view();
    view! { <ul class="rows rows--dense" aria-label="Security log">{rows}</ul> }.into_any()
}

/// Who did it, if that was another, and to what else than oneself; from which browser and where, as far as that is known.
/// A session is named by what its browser calls itself, which are no words.
fn about(event: &Event, me: &str) -> String {
    let (actor, target) = (&event.actor, &event.target);
    let other = actor.id.as_deref().filter(|id| *id != me);
    let by = other.map(|_| ["By ", &actor.name].concat());
    let is_other = target.kind != "session" && target.id.as_deref() != Some(me);
    let name = Some(target.name.as_str()).filter(|name| is_other && !name.is_empty());
    let place = [&event.device, &event.ip].into_iter().flatten();
    let place = place.map(String::as_str).filter(|_| by.is_none());
    let known: Vec<_> = by.as_deref().into_iter().chain(name).chain(place).collect();
    if known.is_empty() {
        "Address not known".into()
    } else {
        known.join(" · ")
    }
}
