//! The tab `Sessions` of a person.

use super::{
    person::{self, Person},
    profile::is_out_of_reach,
};
use crate::{
    api::Method,
    call_button::CallButton,
    dom,
    listing::{Listing, Rows},
    manage::layout::Page,
    settings::Section,
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        failed::Failed,
        skeleton::skeleton_card,
        time_ago::time_ago,
    },
};
use contract::session::Device;
use leptos::prelude::*;

static PAGE: Page = Page {
    title: "User",
    above: person::ABOVE,
    needs: person::NEEDS,
    content: || person::surround("Sessions", content),
};

/// The tab.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content(person: Person) -> AnyView {
    let listing = Listing::<Device>::new(person.api);
    listing.load(person.path("/sessions?limit=100"));
    let content = move || {
        dom::keep_focus();
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(devices) if devices.is_empty() => {
                view! { <Empty icon="#i-user" title="Not signed in anywhere" text="Where they are signed in is seen here." small=true /> }.into_any()
            }
            Rows::Loaded(devices) => list(person, listing, devices),
            Rows::Failed(failure) => {
                let retry = Callback::new(move |()| listing.reload());
                view! { <Failed message=failure.message() retry /> }.into_any()
            }
        })
    };
    view! {
        <Section id="sessions" title="Sessions" text="Where they are signed in. A session that is ended asks for the password again.">
            <div class="card card--flush">{content}</div>
        </Section>
    }
    .into_any()
}

fn list(person: Person, listing: Listing<Device>, devices: &[Device]) -> AnyView {
    let rows = devices
        .iter()
        .map(|device| row(person, listing, device))
        .collect_view();
    let all = (!person.is_me() && !is_out_of_reach(person)).then(|| {
        let everywhere = CallButton {
            label: "Sign out everywhere",
            name: None,
            id: "everywhere".into(),
            method: Method::DELETE,
            path: person.path("/sessions"),
            done: "Signed out everywhere.",
        };
        let everywhere = everywhere.view(move || listing.reload());
        view! {
            <div class="card__footer">
                <p class="muted">"Signed in at " {devices.len()} {if devices.len() == 1 { " place." } else { " places." }}</p>
                {everywhere}
            </div>
        }
    });
    view! {
        <ul class="rows" aria-label="Sessions">{rows}</ul>
        {all}
    }
    .into_any()
}

fn row(person: Person, listing: Listing<Device>, device: &Device) -> AnyView {
    let known: Vec<_> = [&device.place, &device.ip]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let from = if known.is_empty() {
        "Address not known".into()
    } else {
        known.join(" · ")
    };
    let action = if device.current {
        badge(Tone::Active, "This device")
    } else if is_out_of_reach(person) {
        ().into_any()
    } else {
        let button = CallButton {
            label: "Sign out",
            name: Some(["Sign out ", &device.device].concat()),
            id: device.id.as_str().to_owned(),
            method: Method::DELETE,
            path: person.path(&["/sessions/", device.id.as_str()].concat()),
            done: "Signed out there.",
        };
        button.view(move || listing.reload())
    };
    view! {
        <li class="rows__row">
            <div class="rows__text">
                <p class="rows__title">{device.device.clone()}</p>
                <p class="rows__sub">{from}</p>
                <p class="rows__sub">"Last seen " {time_ago(Some(device.last_seen_at), "never")} " · Signed in " {time_ago(Some(device.created_at), "never")}</p>
            </div>
            {action}
        </li>
    }
    .into_any()
}
