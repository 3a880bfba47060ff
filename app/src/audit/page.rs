//! The page `Audit log`.

use super::{
    changes::{Line, Told, lines},
    filter::{self, Wanted},
};
use crate::{
    api::Api,
    clock,
    listing::{Listing, Rows},
    manage::{
        layout::{Page, SECURITY, heading},
        query,
    },
    router::Router,
    table::{Look, cell, table, text},
    ui::{empty::Empty, icon::icon},
};
use contract::{
    audit::{AuditEvent, Party},
    roles::Permission,
};
use leptos::prelude::*;

type Event = AuditEvent<Told>;

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

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content() -> AnyView {
    let listing = Listing::<Event>::new(Api::in_use());
    let wanted = filter::in_url();
    provide_context(wanted);
    Effect::new(move |_| wanted.with(|wanted| listing.load(wanted.path("?limit=50"))));
    let names = Memo::new(move |before: Option<&(String, String)>| {
        let now = wanted.with(|wanted| listing.rows.with(|rows| names(wanted, rows)));
        // A list that became empty still is about whom it was.
        match before {
            Some(before) if now.0.is_empty() && now.1.is_empty() => before.clone(),
            _ => now,
        }
    });
    let file = move |format: &'static str, label: &'static str| {
        let href = move || wanted.with(|wanted| wanted.path(&["?format=", format].concat()));
        // Opened by the browser itself, which writes it to disk as it comes.
        view! { <a class="button button--secondary" href=href download rel="external">{icon("#i-download")}{label}</a> }
    };
    let actions = view! { {file("csv", "Export CSV")} {file("json", "Export JSON")} };
    let about =
        "Who did what, when and from where. It only grows: nobody changes or deletes an event.";
    view! {
        {heading("Audit log", about, actions.into_any())}
        <div class="page__body page__body--close audit">
            {filter::fields(wanted, names)}
            {table(listing, &LOOK)}
        </div>
    }
    .into_any()
}

/// The names of who is wanted and of what is wanted, as the rows tell them.
fn names(wanted: &Wanted, rows: &Rows<Event>) -> (String, String) {
    let Rows::Loaded(events) = rows else {
        return Default::default();
    };
    let parties = || {
        events
            .iter()
            .flat_map(|event| [&event.actor, &event.target])
    };
    let name = |id: &str| {
        parties()
            .find(|party| !id.is_empty() && party.id.as_deref() == Some(id))
            .map(|party| party.name.clone())
            .unwrap_or_default()
    };
    (name(&wanted.actor), name(&wanted.target))
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
        Some(action) => match action.deed().split_once("{}") {
            Some((before, after)) => {
                let target = party("target", &event.target);
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

fn details(event: &Event) -> AnyView {
    let changed = event.changes.as_ref().map(lines).unwrap_or_default();
    let facts = [
        ("Action", Some(event.action.clone())),
        ("Credential", event.credential.clone()),
        ("Target", event.target.id.clone()),
        ("Request", Some(event.request_id.clone())),
        ("Time", Some(event.at.to_string())),
    ];
    let facts = facts.into_iter().filter_map(|(term, value)| {
        value.map(
            |value| view! { <div><dt>{term}</dt><dd><code class="mono">{value}</code></dd></div> },
        )
    });
    let summary = match changed.len() {
        0 => "Details".to_owned(),
        1 => "1 change, details".to_owned(),
        many => format!("{many} changes, details"),
    };
    view! {
        <details class="audit__details">
            <summary>{summary}</summary>
            {(!changed.is_empty()).then(|| changes(changed))}
            <dl class="audit__facts">{facts.collect_view()}</dl>
        </details>
    }
    .into_any()
}

fn changes(changed: Vec<Line>) -> AnyView {
    let line = |Line { name, from, to }| {
        let from = from.map(
            |from| view! { <del>{from}</del> <span class="visually-hidden">" became "</span> },
        );
        view! { <div><dt>{name}</dt><dd>{from}<ins>{to}</ins></dd></div> }
    };
    view! { <dl class="audit__facts audit__changes" aria-label="Changes">{changed.into_iter().map(line).collect_view()}</dl> }.into_any()
}

fn nothing() -> AnyView {
    let router = Router::in_use();
    let wanted = expect_context::<Memo<Wanted>>();
    let narrowed = wanted.with_untracked(|wanted| !wanted.is_all());
    let text = "Nothing that happened is like this.";
    view! {
        <Empty icon="#i-search" title="No event found" text>
            {narrowed.then(|| view! { <button type="button" class="button button--secondary" on:click=move |_| filter::clear(router)>"Show the whole log"</button> })}
        </Empty>
    }
    .into_any()
}
