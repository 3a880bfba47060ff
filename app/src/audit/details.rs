//! The details of an event: what it made different, and what it is known by.

use super::changes::{Event, Line, lines};
use leptos::prelude::*;

/// The details of the event in the context.
pub fn view() -> AnyView {
    let event: Event = expect_context();
    let changed = event.changes.as_ref().map(lines).unwrap_or_default();
    let facts = [
        ("Action", Some(event.action)),
        ("Credential", event.credential),
        ("Target", event.target.id),
        ("Request", Some(event.request_id)),
        ("Time", Some(event.at.to_string())),
    ];
    let facts = facts.into_iter().filter_map(|(term, value)| {
        value.map(
            |value| view! { <div><dt>{term}</dt><dd><code class="mono">{value}</code></dd></div> },
        )
    });
    view! {
        {(!changed.is_empty()).then(|| changes(changed))}
        <dl class="audit__facts">{facts.collect_view()}</dl>
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
