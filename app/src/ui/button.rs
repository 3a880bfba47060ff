//! Buttons that do more than their element.

use super::icon::icon;
use leptos::prelude::*;

/// The button that sends a form.
#[component]
pub fn Submit(
    /// What it does.
    label: &'static str,
    /// What it says while it is done.
    busy: &'static str,
    /// Whether it is being done.
    pending: RwSignal<bool>,
    /// Whether there is nothing to send; beside the button it must say so.
    #[prop(optional)]
    idle: Option<Signal<bool>>,
    /// More classes.
    #[prop(default = "button button--primary")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" class=class disabled=move || pending.get() || idle.is_some_and(|idle| idle.get()) aria-busy=move || pending.get().then_some("true")>
            {move || if pending.get() { busy } else { label }}
        </button>
    }
}

/// A square button with a cross.
#[component]
pub fn Close(
    /// What it closes, for those who do not see it.
    #[prop(default = "Close")]
    label: &'static str,
    /// Called on a click.
    on_click: Callback<()>,
    /// More classes.
    #[prop(default = "button button--ghost button--icon")]
    class: &'static str,
) -> impl IntoView {
    view! { <button type="button" class=class aria-label=label on:click=move |_| on_click.run(())>{icon("#i-close")}</button> }
}
