//! The page `API Access`.

use super::{Desk, Dialog, current::current, filter::Filter, history::history, link};
use crate::{router::Router, routes, ui::icon::icon};
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    panel(
        Desk::of_oneself(),
        "Tokens let scripts and services call the API as you, within the scopes that you choose.",
    )
}

/// The lists of tokens with all that can be done with them; `about` says whose they are.
pub fn panel(desk: Desk, about: &'static str) -> AnyView {
    provide_context(desk);
    if desk.gives_secrets && Router::in_use().place().with_untracked(link::is_one) {
        desk.dialog.set(Dialog::Linked);
    }
    Effect::new(move |_| desk.wanted.with(|wanted| desk.load(wanted)));
    view! {
        <section class="section" aria-labelledby="tokens">
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id="tokens">"Access tokens"</h2>
                    <p class="section__description">{about} {desk.gives_secrets.then(reference)}</p>
                </div>
                <div class="section__actions">{desk.gives_secrets.then(|| add_button(desk))}</div>
            </div>
            <Filter />
            {current(desk)}
        </section>
        {history(desk)}
        {move || desk.view()}
    }
    .into_any()
}

/// The way to what tokens are good for.
fn reference() -> AnyView {
    view! { " " <a href=routes::REFERENCE>"Read the API reference"</a> }.into_any()
}

/// The button that opens the dialog for a new token. Its code is fetched when the button is about to be used.
fn add_button(desk: Desk) -> AnyView {
    view! {
        <button
            type="button"
            class="button button--primary"
            on:pointerenter=move |_| desk.prefetch()
            on:focus=move |_| desk.prefetch()
            on:click=move |_| desk.dialog.set(Dialog::Create(Box::default()))
        >
            {icon("#i-plus")}
            "Add New Access Token"
        </button>
    }
    .into_any()
}
