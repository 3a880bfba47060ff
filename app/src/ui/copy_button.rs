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
    let copy = move |_| {
        let text = text.run(());
        spawn_local(async move {
            if JsFuture::from(window().navigator().clipboard().write_text(&text))
                .await
                .is_err()
            {
                return fallback.run(());
            }
            on_copied.run(());
            copied.set(true);
            set_timeout(move || copied.set(false), Duration::from_secs(2));
        });
    };
    view! {
        <button type="button" class="button button--secondary copy-button" data-copied=move || if copied.get() { "true" } else { "false" } on:click=copy>
            {move || icon(if copied.get() { "#i-check" } else { "#i-copy" })}
            {move || if copied.get() { "Copied" } else { label }}
        </button>
        // Inside the dialog, because what lies outside of an open one is not heard.
        <span class="visually-hidden" role="status">{move || if copied.get() { "Copied to the clipboard" } else { "" }}</span>
    }
}
