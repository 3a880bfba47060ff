//! What every page does when it appears: name itself, take the focus and be announced.

use crate::{api::Api, dom, settings, ui::icon::mark};
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

/// A page that is one card in the middle, as those to sign in are: its heading, what is in it, and the way to others.
pub fn card(title: &'static str, content: AnyView, foot: AnyView) -> AnyView {
    view! {
        <main class="auth" id="main" tabindex="-1">
            <div class="auth__card">
                {mark("auth__mark")}
                <h1 class="auth__title" tabindex="-1">{title}</h1>
                {content}
            </div>
            <p class="auth__foot">{foot}</p>
        </main>
    }
    .into_any()
}

/// The page for paths that lead nowhere. Who is signed in keeps their menu.
pub fn not_found() -> AnyView {
    appear("Page not found");
    let account = Api::in_use().account;
    view! {
        <div class="app">
            {move || account.with(|_| ()).map(|()| settings::header())}
            <main class="page" id="main" tabindex="-1">{nothing_here()}</main>
        </div>
    }
    .into_any()
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

/// Where the look of some parts is, which other pages do not need: beside what `index.html` names.
pub fn look(file: &str) -> Option<String> {
    let base = dom::find("script[data-base]")?.get_attribute("data-base")?;
    Some([&base, file].concat())
}
