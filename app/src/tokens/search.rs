//! Searching tokens by name. What is sought is in the URL, so that a reload or a shared link keeps it.

use crate::{
    router::{self, Router},
    routes,
    ui::icon::icon,
};
use leptos::{leptos_dom::helpers::debounce, prelude::*};
use std::time::Duration;

/// What is sought.
pub fn in_url() -> Memo<String> {
    let place = Router::in_use().place();
    Memo::new(move |before: Option<&String>| {
        place.with(|place| match before {
            // On the way out nothing else is sought.
            Some(before) if place.path != routes::API_ACCESS => before.clone(),
            _ => place.parameter("search"),
        })
    })
}

/// Puts what is sought into the URL.
pub fn seek(router: Router, text: &str) {
    let path = match text.trim() {
        "" => routes::API_ACCESS.to_owned(),
        text => [routes::API_ACCESS, "?search=", &router::encode(text)].concat(),
    };
    router.correct_to(&path);
}

/// The field. It waits until the typing pauses.
#[component]
pub fn Search(
    /// What is sought.
    search: Memo<String>,
) -> impl IntoView {
    let router = Router::in_use();
    let mut sought = debounce(Duration::from_millis(250), move |text: String| {
        seek(router, &text);
    });
    view! {
        <div class="search" role="search">
            {icon("#i-search")}
            <input
                class="input"
                type="search"
                aria-label="Search tokens by name"
                placeholder="Search by name"
                autocomplete="off"
                prop:value=search
                on:input=move |ev| sought(event_target_value(&ev))
            />
        </div>
    }
}
