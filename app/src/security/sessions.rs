//! The card that tells where one is signed in.

use super::{end_others, end_others::Ending};
use crate::{
    api::{Api, Method},
    later::Later,
    listing::{Listing, Rows},
    ui::{
        badge::{Tone, badge},
        failed::Failed,
        skeleton::skeleton_card,
        time_ago::time_ago,
        toast::Toaster,
    },
};
use contract::session::{Device, MY_SESSIONS};
use leptos::{prelude::*, task::spawn_local};

/// The card.
#[component]
pub fn Sessions() -> impl IntoView {
    let Ending { listing, asking } = expect_context();
    let end = Later::new(|| Box::pin(end_others()), move || asking.set(None));
    let content = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(devices) => list(listing, devices, asking),
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| listing.reload()) /> }.into_any(),
        })
    };
    view! {
        <div class="card card--flush">{content}</div>
        {move || asking.get().map(|_| end.view())}
    }
}

fn list(
    listing: Listing<Device>,
    devices: &[Device],
    asking: RwSignal<Option<&'static str>>,
) -> AnyView {
    let rows = own_first(devices).map(|device| row(listing, device));
    let others = (devices.len() > 1).then(|| {
        view! {
            <div class="card__footer">
                <p class="muted">"You are signed in at " {devices.len()} " places."</p>
                <button type="button" class="button button--secondary button--small" on:click=move |_| asking.set(Some(""))>"Sign out all others"</button>
            </div>
        }
    });
    view! {
        <ul class="rows" aria-label="Sessions">{rows.collect_view()}</ul>
        {others}
    }
    .into_any()
}

/// This device first, the others as they came.
fn own_first(devices: &[Device]) -> impl Iterator<Item = Device> {
    let own = devices.iter().filter(|device| device.current);
    own.chain(devices.iter().filter(|device| !device.current))
        .cloned()
}

fn row(listing: Listing<Device>, device: Device) -> AnyView {
    let action = if device.current {
        badge(Tone::Active, "This device")
    } else {
        let id = device.id.as_str().to_owned();
        view! { <EndOne listing id name=device.device.clone() /> }.into_any()
    };
    let from = from(&device);
    view! {
        <li class="rows__row">
            <div class="rows__text">
                <p class="rows__title">{device.device}</p>
                <p class="rows__sub">{from}</p>
                <p class="rows__sub">"Last seen " {time_ago(Some(device.last_seen_at), "never")} " · Signed in " {time_ago(Some(device.created_at), "never")}</p>
            </div>
            {action}
        </li>
    }
    .into_any()
}

/// Place and address, as far as they are known.
fn from(device: &Device) -> String {
    let known = [&device.place, &device.ip];
    let known: Vec<_> = known.into_iter().flatten().map(String::as_str).collect();
    if known.is_empty() {
        "Address not known".into()
    } else {
        known.join(" · ")
    }
}

#[component]
fn EndOne(
    /// The list that it is in.
    listing: Listing<Device>,
    /// The session's id.
    id: String,
    /// Browser and system.
    name: String,
) -> impl IntoView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let label = ["Sign out ", &name].concat();
    let end = move |_| {
        let path = [MY_SESSIONS, "/", &id].concat();
        pending.set(true);
        spawn_local(async move {
            match api.send(Method::DELETE, &path, None).await {
                Ok(_) => toaster.say("Signed out there.".into()),
                Err(failure) => toaster.complain(failure.message()),
            }
            // What is shown may be out of date either way: the session may have ended elsewhere.
            listing.reload();
            pending.try_set(false);
        });
    };
    view! { <button type="button" class="button button--secondary button--small" aria-label=label disabled=pending on:click=end>"Sign out"</button> }
}
