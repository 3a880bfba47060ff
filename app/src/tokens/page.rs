//! The page `API Access`.

use super::{Desk, Dialog, current::current, history::history, search::Search};
use crate::{later::Later, ui::icon::icon};
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    let desk = Desk::new();
    provide_context(desk);
    Effect::new(move |_| desk.search.with(|search| desk.load(search)));
    view! {
        <section class="section" aria-labelledby="tokens">
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id="tokens">"Access tokens"</h2>
                    <p class="section__description">"Tokens let scripts and services call the API as you, within the scopes that you choose."</p>
                </div>
                <div class="section__actions">
                    <Search search=desk.search />
                    {add_button(desk)}
                </div>
            </div>
            {current(desk)}
        </section>
        {history(desk)}
        {move || dialog(desk)}
    }
    .into_any()
}

/// The button that opens the dialog for a new token. Its code is fetched when the button is about to be used.
fn add_button(desk: Desk) -> AnyView {
    view! {
        <button
            type="button"
            class="button button--primary"
            on:pointerenter=move |_| desk.adding.prefetch()
            on:focus=move |_| desk.adding.prefetch()
            on:click=move |_| desk.dialog.set(Dialog::Create)
        >
            {icon("#i-plus")}
            "Add New Access Token"
        </button>
    }
    .into_any()
}

fn dialog(desk: Desk) -> Option<AnyView> {
    let part = desk.dialog.with(|dialog| match dialog {
        Dialog::Closed => None,
        Dialog::Create | Dialog::Reveal(_) => Some(desk.adding),
        Dialog::Revoke(_) => Some(desk.revoking),
    });
    part.and_then(Later::view)
}
