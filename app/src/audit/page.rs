//! The page `Audit log`.

use super::{
    changes::{Event, Told},
    filter::{self, Wanted},
};
use crate::{
    api::Api,
    clock,
    later::Later,
    listing::Listing,
    manage::{
        layout::{Page, SECURITY, heading},
        query,
    },
    router::Router,
    table::{Look, cell, table, text},
    ui::{empty::Empty, icon::icon},
};
use contract::{audit::Party, roles::Permission};
use leptos::prelude::*;
use web_sys::HtmlDetailsElement;

static PAGE: Page = Page {
    title: "Audit log",
    above: &[SECURITY],
    needs: &[Permission::ReadAudit],
    content,
};

static LOOK: Look<Event> = Look {
    caption: "Audit log",
    heads: &["When", "What happened", "From"],
    row,
    nothing,
};

/// The part in which the details of an event are.
#[derive(Clone, Copy)]
struct Details(Later);

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content() -> AnyView {
    let listing = Listing::<Event>::new(Api::in_use());
    let wanted = Wanted::in_url();
    provide_context(wanted);
    provide_context(Details(Later::new(|| Box::pin(super::details()), || ())));
    Effect::new(move |_| listing.load(wanted.path("?limit=50")));
    let file = move |format: &'static str, label: &'static str| {
        let href = wanted.path(&["?format=", format].concat());
        // Opened by the browser itself, which writes it to disk as it comes.
        view! { <a class="button button--secondary" href=href download rel="external">{icon("#i-download")}{label}</a> }.into_any()
    };
    let actions = move || {
        [file("csv", "Export CSV"), file("json", "Export JSON")]
            .collect_view()
            .into_any()
    };
    let about =
        "Who did what, when and from where. It only grows: nobody changes or deletes an event.";
    view! {
        {heading("Audit log", about, actions.into_any())}
        <div class="page__body page__body--close audit">
            {filter::bar(wanted, listing)}
            {table(listing, &LOOK)}
        </div>
    }
    .into_any()
}

fn row(event: &Event) -> AnyView {
    let at = event.at;
    let when =
        view! { <time datetime=at.to_string() title=clock::exact(at)>{clock::in_words(at)}</time> };
    view! {
        <tr>
            {cell("When", when.into_any())}
            <th scope="row" class="audit__what">
                <p class="audit__sentence">{sentence(event)}</p>
                {details(event)}
            </th>
            {text("From", from(event))}
        </tr>
    }
    .into_any()
}

/// The address and the browser, as far as they are known.
fn from(event: &Event) -> Option<String> {
    match (&event.ip, &event.device) {
        (Some(ip), Some(device)) => Some([ip, " · ", device].concat()),
        (ip, device) => ip.as_ref().or(device.as_ref()).cloned(),
    }
}

/// Who did what, with ways to more of theirs.
fn sentence(event: &Event) -> AnyView {
    let actor = party("actor", &event.actor);
    match event.known() {
        Some(action) => match action.deed().split_once('{') {
            Some((before, after)) => {
                let target = party("target", &event.target);
                let after = after.trim_start_matches('}');
                view! { {actor} " " {before} {target} {after} }.into_any()
            }
            None => view! { {actor} " " {action.deed()} }.into_any(),
        },
        // A newer version has more of them.
        None => view! { {actor} ": " {event.action.clone()} " " {party("target", &event.target)} }
            .into_any(),
    }
}

/// A name; pressing it narrows the log to it.
fn party(parameter: &'static str, party: &Party) -> AnyView {
    let router = Router::in_use();
    let name = if party.name.is_empty() {
        party.kind.replace('_', " ")
    } else {
        party.name.clone()
    };
    // Nobody who was signed in has an id; an actor without one cannot be sought.
    match party.id.clone() {
        Some(id) => view! { <button type="button" class="table__open" on:click=move |_| query::set(router, parameter, &id)>{name}</button> }.into_any(),
        None => view! { <strong>{name}</strong> }.into_any(),
    }
}

/// What else is known about it, folded away until it is wanted.
fn details(event: &Event) -> AnyView {
    let part = expect_context::<Details>().0;
    let event = event.clone();
    let summary = match event.changes.as_ref().map_or(0, Told::count) {
        0 => "Details".to_owned(),
        1 => "1 change, details".to_owned(),
        many => [&many.to_string(), " changes, details"].concat(),
    };
    folded(
        summary,
        part,
        false,
        Callback::new(move |()| provide_context(event.clone())),
    )
}

/// A part that is folded away until it is wanted; `provide` is called before it is rendered.
pub fn folded(summary: String, part: Later, opened: bool, provide: Callback<()>) -> AnyView {
    let open = RwSignal::new(opened);
    let more = move || {
        open.get().then(|| {
            provide.run(());
            part.view()
        })
    };
    let toggle = move |ev| open.set(event_target::<HtmlDetailsElement>(&ev).open());
    view! {
        <details open=opened on:toggle=toggle>
            <summary on:pointerenter=move |_| part.prefetch() on:focus=move |_| part.prefetch()>{summary}</summary>
            {more}
        </details>
    }
    .into_any()
}

fn nothing() -> AnyView {
    let router = Router::in_use();
    let narrowed = !untrack(|| expect_context::<Wanted>().is_all());
    let text = "Nothing that happened is like this.";
    view! {
        <Empty icon="#i-search" title="No event found" text>
            {narrowed.then(|| view! { <button type="button" class="button button--secondary" on:click=move |_| filter::clear(router)>"Show the whole log"</button> })}
        </Empty>
    }
    .into_any()
}
