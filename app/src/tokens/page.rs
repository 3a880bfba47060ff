//! The page `API Access`.

use super::{Desk, Dialog, add, history::History, revoke, search, table::Tokens};
use crate::{later::Later, routes, settings::Settings, ui::icon::icon};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The page, as a chunk of its own.
pub struct ApiAccessPage;

#[lazy_route]
impl LazyRoute for ApiAccessPage {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let ApiAccessPage = this;
        view! {
            <Settings path=routes::API_ACCESS>
                <ApiAccess />
            </Settings>
        }
        .into_any()
    }
}

#[component]
fn ApiAccess() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    let search = search::in_url();
    Effect::new(move |_| search.with(|search| desk.load(search)));
    let adding = Later::new(|| Box::pin(add::dialogs()));
    let revoking = Later::new(|| Box::pin(revoke::dialog()));
    view! {
        <section class="section" aria-labelledby="tokens">
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id="tokens">"Access tokens"</h2>
                    <p class="section__description">"Tokens let scripts and services call the API as you, within the scopes that you choose."</p>
                </div>
                <div class="section__actions">
                    <search::Search search />
                    <AddButton adding />
                </div>
            </div>
            <Tokens search adding revoking />
        </section>
        <History search />
        {dialog(desk, adding, revoking)}
    }
}

/// The button that opens the dialog for a new token.
#[component]
pub fn AddButton(
    /// The dialog's code, fetched when the button is about to be used.
    adding: Later,
) -> impl IntoView {
    let desk = Desk::in_use();
    let open = move |_| desk.dialog.set(Dialog::Create);
    view! {
        <button type="button" class="button button--primary" on:pointerenter=move |_| adding.prefetch() on:focus=move |_| adding.prefetch() on:click=open>
            {icon("#i-plus")}
            "Add New Access Token"
        </button>
    }
}

fn dialog(desk: Desk, adding: Later, revoking: Later) -> impl IntoView {
    // Only what kind of dialog it is: its contents change without a new dialog.
    let part = Memo::new(move |_| {
        desk.dialog.with(|dialog| match dialog {
            Dialog::Closed => 0,
            Dialog::Create | Dialog::Reveal(_) => 1,
            Dialog::Revoke(_) => 2,
        })
    });
    move || match part.get() {
        1 => adding.view(),
        2 => revoking.view(),
        _ => None,
    }
}
