//! Icons, drawn from the sprite in `index.html`.

use leptos::prelude::*;

/// The icon `id`, such as `#i-plus`. It says nothing to assistive technology.
pub fn icon(id: &'static str) -> AnyView {
    picture("icon", id)
}

/// The same at 24 pixels.
pub fn large_icon(id: &'static str) -> AnyView {
    picture("icon icon--large", id)
}

/// The product's mark.
pub fn mark(class: &'static str) -> AnyView {
    picture(class, "#i-mark")
}

// With a fixed `href` the element would be made from an HTML template, in which `<use_>` is no `<use>`.
fn picture(class: &'static str, href: &'static str) -> AnyView {
    view! { <svg class=class aria-hidden="true"><use_ href=href></use_></svg> }.into_any()
}
