//! Searching tokens by name. What is sought is in the URL, so that a reload or a shared link keeps it.

use crate::{routes, ui::icon::icon};
use leptos::{leptos_dom::helpers::debounce, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::time::Duration;

/// What is sought.
pub fn in_url() -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("search").unwrap_or_default()))
}

/// Puts what is sought into the URL.
pub fn go_to() -> impl Fn(&str) + Clone {
    let navigate = use_navigate();
    move |search: &str| {
        let query = if search.is_empty() {
            String::new()
        } else {
            format!(
                "?search={}",
                String::from(js_sys::encode_uri_component(search))
            )
        };
        navigate(
            &[routes::API_ACCESS, &query].concat(),
            NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    }
}

/// The field. It waits until the typing pauses.
#[component]
pub fn Search(
    /// What is sought.
    search: Memo<String>,
) -> impl IntoView {
    let go_to = go_to();
    let mut sought = debounce(Duration::from_millis(250), move |text: String| {
        go_to(text.trim())
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
