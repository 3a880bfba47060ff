//! Which tokens are listed, and in which order. It is in the URL, so that a reload or a shared link keeps it.

use super::Desk;
use crate::{
    router::{self, Router},
    ui::search::Search,
};
use contract::tokens::Kind;
use leptos::prelude::*;

/// The parameters, by their names in the URL and in the API alike.
const NAMES: [&str; 4] = ["search", "kind", "status", "sort"];

const KINDS: [(&str, &str); Kind::ALL.len() + 1] = [
    ("", "Every scope"),
    option(Kind::All),
    option(Kind::Custom),
    option(Kind::Hyperscale),
    option(Kind::MicrosoftScim),
    option(Kind::OneTouchRecovery),
];
const STATUSES: [(&str, &str); 4] = [
    ("", "Every status"),
    ("active", "Active"),
    ("disabled", "Disabled"),
    ("expired", "Expired"),
];
const ORDERS: [(&str, &str); 7] = [
    ("", "Newest first"),
    ("created", "Oldest first"),
    ("name", "Name A–Z"),
    ("-name", "Name Z–A"),
    ("expires", "Expires first"),
    ("-last_used", "Last used first"),
    ("last_used", "Last used last"),
];

const fn option(kind: Kind) -> (&'static str, &'static str) {
    (kind.as_str(), kind.label())
}

/// What is wanted: a value for each of the parameters, often empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted([String; NAMES.len()]);

impl Wanted {
    /// Part of a name.
    pub fn search(&self) -> &str {
        self.get("search")
    }

    /// Whether nothing narrows the list.
    pub fn is_all(&self) -> bool {
        ["search", "kind", "status"]
            .into_iter()
            .all(|name| self.get(name).is_empty())
    }

    fn get(&self, name: &str) -> &str {
        let of_name = NAMES.iter().zip(&self.0).find(|(known, _)| **known == name);
        of_name.map_or("", |(_, value)| value)
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        for (known, kept) in NAMES.iter().zip(&mut changed.0) {
            if *known == name {
                value.trim().clone_into(kept);
            }
        }
        changed
    }

    /// The parameters `names` as they follow others in a query.
    fn query(&self, names: &[&str]) -> String {
        names
            .iter()
            .map(|name| (name, self.get(name)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| ["&", name, "=", &router::encode(value)].concat())
            .collect()
    }

    /// As the query of the list of tokens that are not revoked.
    pub fn of_current(&self) -> String {
        self.query(&NAMES)
    }

    /// As the query of the list of those that are.
    pub fn of_revoked(&self) -> String {
        self.query(&["search", "kind"])
    }
}

/// What is wanted by the URL of the page at `path`.
pub fn in_url() -> Memo<Wanted> {
    let place = Router::in_use().place();
    let here = place.with_untracked(|place| place.path.clone());
    Memo::new(move |before: Option<&Wanted>| {
        place.with(|place| match before {
            // On the way out nothing else is wanted.
            Some(before) if place.path != here => before.clone(),
            _ => Wanted(NAMES.map(|name| known(name, place.parameter(name)))),
        })
    })
}

/// The value of a parameter, if it can be chosen: a link may be older or newer than the choices.
fn known(name: &str, value: String) -> String {
    let choices: &[(&str, &str)] = match name {
        "kind" => &KINDS,
        "status" => &STATUSES,
        "sort" => &ORDERS,
        _ => return value,
    };
    let is_known = choices.iter().any(|(choice, _)| *choice == value);
    if is_known { value } else { String::new() }
}

/// Puts what is wanted into the URL.
fn put(router: Router, wanted: &Wanted) {
    let path = router.place().with_untracked(|place| place.path.clone());
    let query = wanted.query(&NAMES);
    router.correct_to(&match query.strip_prefix('&') {
        Some(query) => [&path, "?", query].concat(),
        None => path,
    });
}

/// Wants all.
pub fn clear(router: Router) {
    put(router, &Wanted::default());
}

/// The fields.
#[component]
pub fn Filter() -> impl IntoView {
    let (desk, router) = (Desk::in_use(), Router::in_use());
    let wanted = desk.wanted;
    let change = move |name: &'static str, value: &str| {
        put(
            router,
            &wanted.with_untracked(|wanted| wanted.with(name, value)),
        );
    };
    let sought = Memo::new(move |_| wanted.with(|wanted| wanted.search().to_owned()));
    let seek = Callback::new(move |text: String| change("search", &text));
    let choice = move |name: &'static str,
                       label: &'static str,
                       options: &[(&'static str, &'static str)]| {
        let options = options.iter().map(|&(value, text)| {
            view! { <option value=value prop:selected=move || wanted.with(|wanted| wanted.get(name) == value)>{text}</option> }
        });
        view! {
            <div class="select">
                <select class="input" aria-label=label on:change=move |ev| change(name, &event_target_value(&ev))>{options.collect_view()}</select>
            </div>
        }
    };
    view! {
        <div class="filter" role="search" hidden=move || desk.is_empty()>
            <Search label="Search tokens by name" placeholder="Search by name" value=sought seek />
            {choice("kind", "Scope", &KINDS)}
            {choice("status", "Status", &STATUSES)}
            {choice("sort", "Order", &ORDERS)}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_chosen_is_not_wanted() {
        let known = |name, value: &str| known(name, value.into());
        assert_eq!(known("kind", "bogus") + &known("status", "evil"), "");
        assert_eq!(known("sort", "drop") + &known("sort", "kind"), "");
        assert_eq!(known("kind", "all") + &known("sort", "-name"), "all-name");
        assert_eq!(known("search", "bogus"), "bogus");
    }

    #[test]
    fn each_parameter_keeps_its_own_value() {
        let wanted = Wanted::default().with("kind", "all").with("search", " ci ");
        assert_eq!(
            (wanted.search(), wanted.get("kind"), wanted.get("sort")),
            ("ci", "all", "")
        );
        assert!(!wanted.is_all() && Wanted::default().with("sort", "name").is_all());
        assert_eq!(
            wanted.with("search", ""),
            Wanted::default().with("kind", "all")
        );
    }
}
