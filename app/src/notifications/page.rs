//! The page `Notifications`.

use super::{choice, deliveries, slack::Slack};
use crate::{
    api::{Api, Failure},
    fresh::Fresh,
    listing::Listing,
    settings::Section,
    ui::{failed::Failed, skeleton::skeleton_card},
};
use contract::notifications::{DELIVERIES, Delivery, NOTIFICATIONS, Notifications};
use leptos::{prelude::*, task::spawn_local};

/// The page.
pub fn page() -> AnyView {
    let api = Api::in_use();
    let listing = Listing::<Delivery>::new(api);
    listing.load([DELIVERIES, "?limit=10"].concat());
    let chosen = RwSignal::new(None::<Result<(Notifications, Option<String>), Failure>>);
    let load = Callback::new(move |()| {
        chosen.set(None);
        spawn_local(async move {
            let answer = api.read(NOTIFICATIONS).await;
            chosen.try_set(Some(answer));
        });
    });
    load.run(());
    view! {
        <Section id="slack" title="Slack" text="Notifications in your own workspace.">
            <Slack listing />
        </Section>
        <Section id="choice" title="What you are told about" text="Choose by how much it matters. Critical events always reach you one way or the other.">
            {move || match chosen.get() {
                None => view! { <div class="card">{skeleton_card()}</div> }.into_any(),
                Some(Ok((chosen, tag))) => untrack(|| choice::form(chosen, Fresh::new(tag, load))),
                Some(Err(failure)) => view! { <div class="card"><Failed message=failure.message() retry=load /></div> }.into_any(),
            }}
        </Section>
        <Section id="deliveries" title="Deliveries" text="Messages to you, the newest first, and what became of each.">
            {deliveries::card(listing)}
        </Section>
    }
    .into_any()
}
