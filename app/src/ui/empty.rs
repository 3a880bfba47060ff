//! What stands where a list would be.

use super::icon::large_icon;
use leptos::prelude::*;

/// Nothing is there, and what to do about it.
#[component]
pub fn Empty(
    /// An icon of the sprite.
    icon: &'static str,
    /// That nothing is there.
    title: &'static str,
    /// Why, or what will be there.
    #[prop(into)]
    text: String,
    /// Whether it is by the way.
    #[prop(optional)]
    small: bool,
    /// The first thing to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=if small { "empty empty--small" } else { "empty" }>
            {large_icon(icon)}
            <h3 class="empty__title">{title}</h3>
            <p class="empty__text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
