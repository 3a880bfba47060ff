//! A button that copies a text.

use super::icon::icon;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// Copies a text and says so, to eyes and to ears.
#[component]
pub fn CopyButton(
    /// What it says; more than this where another such button is near.
    #[prop(default = "Copy")]
    label: &'static str,
    /// Gives the text.
    text: Callback<(), String>,
    /// Called once it is copied.
    on_copied: Callback<()>,
    /// Called when the clipboard is out of reach: select the text, so that the person can copy it.
    fallback: Callback<()>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let copy = move |_| {
        failed.set(false);
        let text = text.run(());
        spawn_local(async move {
            if JsFuture::from(window().navigator().clipboard().write_text(&text))
                .await
                .is_err()
            {
                let _ = failed.try_set(true);
                let _ = fallback.try_run(());
                return;
            }
            let _ = on_copied.try_run(());
            let _ = copied.try_set(true);
            set_timeout(
                move || {
                    let _ = copied.try_set(false);
                },
                Duration::from_secs(2),
            );
        });
    };
    view! {
        <button type="button" class="button button--secondary copy-button" data-copied=move || if copied.get() { "true" } else { "false" } on:click=copy>
            {move || icon(if copied.get() { "#i-check" } else { "#i-copy" })}
            {move || if copied.get() { "Copied" } else { label }}
        </button>
        {move || failed.get().then(|| view! { <p class="field__hint" role="alert">"Your browser does not let this page copy. The text is selected: press Ctrl+C, or ⌘C."</p> })}
        // Inside the dialog, because what lies outside of an open one is not heard.
        <span class="visually-hidden" role="status">{move || if copied.get() { "Copied to the clipboard" } else { "" }}</span>
    }
}
