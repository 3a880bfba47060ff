//! A field to search by. It waits until the typing pauses, and never takes back what was typed.

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
    let text = RwSignal::new(value.get_untracked());
    Effect::new(move |_| {
        let sought = value.get();
        if text.with_untracked(|text| text.trim() != sought) {
            text.set(sought);
        }
    });
    let mut seek = debounce(Duration::from_millis(250), move |typed: String| {
        // The page may be gone by then.
        if text.try_get_untracked().is_some() {
            seek.run(typed);
        }
    });
    let typed = move |ev| {
        let typed = event_target_value(&ev);
        text.set(typed.clone());
        seek(typed);
    };
    view! {
        <div class="search">
            {icon("#i-search")}
            <input
                class="input"
                type="search"
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                prop:value=text
                on:input=typed
            />
        </div>
    }
}
