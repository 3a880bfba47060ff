//! What every page does when it appears: name itself, take the focus and be announced.

use crate::dom;
use leptos::prelude::*;

/// Tells assistive technology what has changed. One for the whole app.
#[derive(Clone, Copy)]
pub struct Announcer(pub RwSignal<&'static str>);

/// Called by each page as it is made, with its name.
pub fn appear(title: &'static str) {
    document().set_title(&[title, " · Latchkey"].concat());
    if let Some(shell) = document().get_element_by_id("shell") {
        // The first page takes the place of the static shell; a browser announces a document that it has loaded.
        shell.remove();
    } else {
        expect_context::<Announcer>().0.set(title);
        dom::focus_soon("h1");
    }
}

/// The page for paths that lead nowhere.
pub fn not_found() -> AnyView {
    appear("Page not found");
    view! { <main class="page" id="main" tabindex="-1">{nothing_here()}</main> }.into_any()
}

/// That there is nothing, inside of a page or as a page of its own.
pub fn nothing_here() -> AnyView {
    view! {
        <div class="not-found">
            <p class="not-found__code" aria-hidden="true">"404"</p>
            <h1 class="not-found__title" tabindex="-1">"Page not found"</h1>
            <p class="muted">"There is nothing at this address. It may have been mistyped, or what was here is gone."</p>
            <a class="button button--secondary" href="/">"Go to Latchkey"</a>
        </div>
    }
    .into_any()
}
