//! What a list is narrowed to, kept in the URL, so that a reload or a shared link keeps it.

use crate::router::{self, Router};
use leptos::prelude::*;

/// The parameter `name` of the page's query; empty where there is none.
pub fn parameter(name: &'static str) -> Memo<String> {
    let place = Router::in_use().place();
    let page = place.with_untracked(|place| place.path.clone());
    Memo::new(move |before: Option<&String>| {
        place.with(|place| match before {
            // On the way out nothing else is sought.
            Some(before) if place.path != page => before.clone(),
            _ => place.parameter(name),
        })
    })
}

/// Puts a value of the parameter `name` into the URL, or takes it out if there is none.
pub fn set(router: Router, name: &str, value: &str) {
    set_all(router, &[(name, value)]);
}

/// The same for several at once.
pub fn set_all(router: Router, changes: &[(&str, &str)]) {
    let place = router.place().get_untracked();
    let kept = place
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && !changes.iter().any(|(name, _)| is_named(pair, name)))
        .map(str::to_owned);
    let new = changes
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| [name, "=", &router::encode(value.trim())].concat());
    let query: Vec<_> = kept.chain(new).collect();
    let path = if query.is_empty() {
        place.path
    } else {
        [&place.path, "?", &query.join("&")].concat()
    };
    router.correct_to(&path);
}

fn is_named(pair: &str, name: &str) -> bool {
    pair.split('=').next() == Some(name)
}

/// The query of a call: the parameters that have a value, each with `&` before it.
pub fn told(parameters: &[(&str, &str)]) -> String {
    parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ["&", name, "=", &router::encode(value)].concat())
        .collect()
}
