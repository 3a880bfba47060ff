//! Icons, drawn from the sprite in `index.html`.

use leptos::prelude::*;

/// The icon `id`, such as `#i-plus`. It says nothing to assistive technology.
pub fn icon(id: &'static str) -> AnyView {
    view! { <svg class="icon" aria-hidden="true"><use_ href=id></use_></svg> }.into_any()
}

/// The same at 24 pixels.
pub fn large_icon(id: &'static str) -> AnyView {
    view! { <svg class="icon icon--large" aria-hidden="true"><use_ href=id></use_></svg> }
        .into_any()
}
