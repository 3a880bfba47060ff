//! What of the trail is wanted. It is in the URL, so that a reload or a shared link keeps it.

use crate::{
    clock,
    manage::query,
    router::{Place, Router},
    ui::icon::icon,
};
use contract::audit::{AUDIT_EVENTS, Action};
use leptos::prelude::*;

/// What is wanted: an id of who did it, the name of an action, an id of what it was done to, a first and a last day.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub actor: String,
    pub action: String,
    pub target: String,
    pub from: String,
    pub to: String,
}

impl Wanted {
    fn of(place: &Place) -> Self {
        Self {
            actor: place.parameter("actor"),
            action: place.parameter("action"),
            target: place.parameter("target"),
            from: place.parameter("from"),
            to: place.parameter("to"),
        }
    }

    /// Whether nothing narrows the trail.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Where the trail is, narrowed to this. Days are those where the person is; `to` is the whole of it.
    pub fn path(&self, parameters: &str) -> String {
        let from = clock::start_of_day(&self.from).map(|time| time.to_string());
        let to = clock::end_of_day(&self.to).map(|time| time.plus(1).to_string());
        let narrowed = query::told(&[
            ("actor", &self.actor),
            ("action", &self.action),
            ("target", &self.target),
            ("from", from.as_deref().unwrap_or_default()),
            ("to", to.as_deref().unwrap_or_default()),
        ]);
        [AUDIT_EVENTS, parameters, &narrowed].concat()
    }
}

/// What is wanted by the URL of the page at hand.
pub fn in_url() -> Memo<Wanted> {
    let place = Router::in_use().place();
    let here = place.with_untracked(|place| place.path.clone());
    Memo::new(move |before: Option<&Wanted>| {
        place.with(|place| match before {
            // On the way out nothing else is wanted.
            Some(before) if place.path != here => before.clone(),
            _ => Wanted::of(place),
        })
    })
}

/// Narrows it no longer.
pub fn clear(router: Router) {
    query::set_all(
        router,
        &["actor", "action", "target", "from", "to"].map(|name| (name, "")),
    );
}

/// The fields. Who and what is chosen by pressing a name in the list.
pub fn fields(wanted: Memo<Wanted>, names: Memo<(String, String)>) -> AnyView {
    let router = Router::in_use();
    let options = Action::ALL.iter().map(|action| {
        let name = action.as_str();
        view! { <option value=name prop:selected=move || wanted.with(|wanted| wanted.action == name)>{action.in_words()}</option> }
    });
    let day = move |name: &'static str, label: &'static str, get: fn(&Wanted) -> &str| {
        let change = move |ev| query::set(router, name, &event_target_value(&ev));
        view! {
            <label class="audit__day">
                <span>{label}</span>
                <input class="input" type="date" prop:value=move || wanted.with(|wanted| get(wanted).to_owned()) on:change=change />
            </label>
        }
    };
    let chip = move |name: &'static str, what: &'static str, text: String| {
        let label = ["Show all again: ", what, " ", &text].concat();
        view! {
            <button type="button" class="button button--secondary button--small" aria-label=label on:click=move |_| query::set(router, name, "")>
                {what} " " <strong>{text}</strong> {icon("#i-close")}
            </button>
        }
    };
    let chips = move || {
        let (actor, target) = names.get();
        let or_id = |name: String, id: &String| if name.is_empty() { id.clone() } else { name };
        wanted.with(|wanted| {
            view! {
                {(!wanted.actor.is_empty()).then(|| chip("actor", "By", or_id(actor, &wanted.actor)))}
                {(!wanted.target.is_empty()).then(|| chip("target", "About", or_id(target, &wanted.target)))}
            }
        })
    };
    view! {
        <div class="audit__filter" role="search" aria-label="Narrow the audit log">
            <div class="select">
                <select class="input" aria-label="Action" on:change=move |ev| query::set(router, "action", &event_target_value(&ev))>
                    <option value="" prop:selected=move || wanted.with(|wanted| wanted.action.is_empty())>"Every action"</option>
                    {options.collect_view()}
                </select>
            </div>
            {day("from", "From", |wanted| &wanted.from)}
            {day("to", "To", |wanted| &wanted.to)}
            {chips}
        </div>
    }
    .into_any()
}
