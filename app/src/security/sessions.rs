//! The card that tells where one is signed in.

use crate::{
    api::{Api, Method},
    listing::{Listing, Rows},
    ui::{
        badge::{Tone, badge},
        dialog::Dialog,
        failed::Failed,
        notice,
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
    let listing = Listing::<Device>::new(Api::in_use());
    listing.load([MY_SESSIONS, "?limit=100"].concat());
    let asking = RwSignal::new(false);
    let content = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(devices) => list(listing, devices, asking),
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| listing.reload()) /> }.into_any(),
        })
    };
    view! {
        <div class="card card--flush">{content}</div>
        {move || asking.get().then(|| view! { <EndOthers listing asking /> })}
    }
}

fn list(listing: Listing<Device>, devices: &[Device], asking: RwSignal<bool>) -> AnyView {
    let rows = own_first(devices.to_vec())
        .into_iter()
        .map(|device| row(listing, device));
    let others = (devices.len() > 1).then(|| {
        view! {
            <div class="card__footer">
                <p class="muted">"You are signed in at " {devices.len()} " places."</p>
                <button type="button" class="button button--secondary button--small" on:click=move |_| asking.set(true)>"Sign out all others"</button>
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
fn own_first(mut devices: Vec<Device>) -> Vec<Device> {
    devices.sort_by_key(|device| !device.current);
    devices
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

#[component]
fn EndOthers(
    /// The list of all.
    listing: Listing<Device>,
    /// Taken back to close the dialog.
    asking: RwSignal<bool>,
) -> impl IntoView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None);
    let others = listing.rows.with_untracked(|rows| match rows {
        Rows::Loaded(devices) => devices.iter().filter(|device| !device.current).count(),
        _ => 0,
    });
    let close = Callback::new(move |()| asking.set(false));
    let end = move |_| {
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api.send(Method::DELETE, MY_SESSIONS, None).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    asking.try_set(false);
                    toaster.say("Signed out everywhere else.".into());
                    listing.reload();
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                }
            }
        });
    };
    view! {
        <Dialog id="end-others-title" title="Sign out all others" small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>{question(others)}</p>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--danger" disabled=pending on:click=end>"Sign out"</button>
            </div>
        </Dialog>
    }
}

fn question(others: usize) -> String {
    let what = if others == 1 {
        "1 other session".to_owned()
    } else {
        format!("{others} other sessions")
    };
    format!("End {what}? You stay signed in on this device.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several_are_told_apart() {
        assert!(question(1).starts_with("End 1 other session? "));
        assert!(question(2).starts_with("End 2 other sessions? "));
    }
}
