//! A field to search by. It waits until the typing pauses.

use super::icon::icon;
use leptos::{leptos_dom::helpers::debounce, prelude::*};
use std::time::Duration;

/// The field.
#[component]
pub fn Search(
    /// What it searches, for those who do not see it.
    label: &'static str,
    /// What it searches, in short.
    placeholder: &'static str,
    /// What is sought.
    value: Memo<String>,
    /// Called with what was typed.
    seek: Callback<String>,
) -> impl IntoView {
    let mut sought = debounce(Duration::from_millis(250), move |text| seek.run(text));
    view! {
        <div class="search" role="search">
            {icon("#i-search")}
            <input
                class="input"
                type="search"
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                prop:value=value
                on:input=move |ev| sought(event_target_value(&ev))
            />
        </div>
    }
}
