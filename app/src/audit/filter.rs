//! What of the log is wanted. It is in the URL, so that a reload or a shared link keeps it.

use super::{changes::Event, page::folded};
use crate::{
    clock, dom,
    later::Later,
    listing::{Listing, Rows},
    manage::query,
    router::Router,
    ui::icon::icon,
};
use contract::audit::AUDIT_EVENTS;
use leptos::prelude::*;

/// What is wanted: an id of who did it, the name of an action, an id of what it was done to, a first and a last day. Empty
/// where anything is. A copy is the same.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub actor: Memo<String>,
    pub action: Memo<String>,
    pub target: Memo<String>,
    pub from: Memo<String>,
    pub to: Memo<String>,
}

impl Wanted {
    /// What is wanted by the URL of the page at hand.
    pub fn in_url() -> Self {
        Self {
            actor: query::parameter("actor"),
            action: query::parameter("action"),
            target: query::parameter("target"),
            from: query::parameter("from"),
            to: query::parameter("to"),
        }
    }

    /// Where the log is, narrowed to this. Days are those where the person is; `to` is the whole of it.
    pub fn path(self, parameters: &str) -> String {
        // What is no day may be an instant; if it is nothing at all, the answer says so.
        let (from, to) = (self.from.get(), self.to.get());
        let from = clock::start_of_day(&from).map_or(from, |time| time.to_string());
        let to = clock::end_of_day(&to).map_or(to, |time| time.plus(1).to_string());
        let narrowed = query::told(&[
            ("actor", &self.actor.get()),
            ("action", &self.action.get()),
            ("target", &self.target.get()),
            ("from", &from),
            ("to", &to),
        ]);
        [AUDIT_EVENTS, parameters, &narrowed].concat()
    }

    /// Whether nothing narrows the log.
    pub fn is_all(self) -> bool {
        self.path("") == AUDIT_EVENTS
    }

    /// Whether a field narrows it.
    fn by_field(self) -> bool {
        let set = |field: Memo<String>| !field.get_untracked().is_empty();
        set(self.action) || set(self.from) || set(self.to)
    }
}

/// Narrows it no longer.
pub fn clear(router: Router) {
    query::set_all(
        router,
        &["actor", "action", "target", "from", "to"].map(|name| (name, "")),
    );
}

/// The fields, folded away until they are wanted or narrow it. Who and what is chosen by pressing a name in the list.
pub fn bar(wanted: Wanted, listing: Listing<Event>) -> AnyView {
    let fields = Later::new(|| Box::pin(super::fields()), || ());
    view! {
        <div class="audit__filter" role="search" aria-label="Narrow the audit log">
            {folded("Filter".into(), fields, wanted.by_field(), Callback::new(|()| ()))}
            {chip("actor", "By", wanted.actor, listing)}
            {chip("target", "About", wanted.target, listing)}
        </div>
    }
    .into_any()
}

/// Whom or what it is narrowed to, if it is, with the way back.
fn chip(
    parameter: &'static str,
    what: &'static str,
    wanted: Memo<String>,
    listing: Listing<Event>,
) -> AnyView {
    let router = Router::in_use();
    // A list that became empty still is about whom it was.
    let name = Memo::new(move |before: Option<&String>| {
        let id = wanted.get();
        listing.rows.with(|rows| match rows {
            Rows::Loaded(events) if !events.is_empty() => name_of(&id, events).unwrap_or(id),
            _ => before.filter(|it| !it.is_empty()).cloned().unwrap_or(id),
        })
    });
    let again = move |_| {
        query::set(router, parameter, "");
        dom::focus_soon(".audit__filter summary");
    };
    let chip = move || {
        let name = name.get();
        let label = ["Show all again: ", what, " ", &name].concat();
        (!wanted.get().is_empty()).then(|| {
            view! {
                <button type="button" class="button button--secondary button--small" aria-label=label on:click=again>
                    {what} " " <strong>{name}</strong> {icon("#i-close")}
                </button>
            }
            .into_any()
        })
    };
    chip.into_any()
}

/// The name of who or what has this id, as events tell it.
fn name_of(id: &str, events: &[Event]) -> Option<String> {
    let parties = events
        .iter()
        .flat_map(|event| [&event.actor, &event.target]);
    let mut known = parties.filter(|party| party.id.as_deref() == Some(id));
    known.next().map(|party| party.name.clone())
}
