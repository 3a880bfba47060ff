//! What stands where something could not be loaded.

use super::icon::large_icon;
use leptos::prelude::*;

/// It could not be loaded; try again.
#[component]
pub fn Failed(
    /// Why.
    message: String,
    /// Tries again.
    retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="empty empty--danger" role="alert">
            {large_icon("#i-danger")}
            <p class="empty__title">"This could not be loaded"</p>
            <p class="empty__text">{message}</p>
            <button type="button" class="button button--secondary" on:click=move |_| retry.run(())>"Try again"</button>
        </div>
    }
}
