//! What surrounds each page of the account settings.

pub mod notifications;
pub mod profile;
pub mod security;
mod user_menu;

use crate::{dom, page, routes};
use leptos::prelude::*;
use user_menu::UserMenu;

/// The pages of the account settings, as their tabs name them.
const TABS: [(&str, &str); 4] = [
    (routes::PROFILE, "Account profile"),
    (routes::SECURITY, "Account security"),
    (routes::API_ACCESS, "API Access"),
    (routes::NOTIFICATIONS, "Notifications"),
];

/// A page of the account settings.
#[component]
pub fn Settings(
    /// Its path.
    path: &'static str,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    page::appear(
        TABS.into_iter()
            .find(|tab| tab.0 == path)
            .map_or("Account Settings", |tab| tab.1),
    );
    let skip = |ev: leptos::ev::MouseEvent| {
        // The router would follow the link without moving the focus.
        ev.prevent_default();
        dom::focus_soon("#main");
    };
    view! {
        <div class="app">
            <a class="skip-link" href="#main" on:click=skip>"Skip to content"</a>
            <header class="header">
                <div class="header__inner">
                    <a class="brand" href="/"><svg class="brand__mark" aria-hidden="true"><use_ href="#i-mark"></use_></svg>"Latchkey"</a>
                    <UserMenu />
                </div>
            </header>
            <main class="page" id="main" tabindex="-1">
                <div class="page-header">
                    <div class="page-header__text"><h1 class="page-header__title" tabindex="-1">"Account Settings"</h1></div>
                </div>
                <crate::ui::tabs::Tabs label="Account Settings" tabs=TABS current=path />
                <div class="page__body">{children()}</div>
            </main>
        </div>
    }
}

/// A part of a page that only tells something: its heading and a text.
#[component]
fn Section(
    /// The id of its heading.
    id: &'static str,
    /// Its heading.
    title: &'static str,
    /// What it is about.
    text: &'static str,
    /// What is in it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby=id>
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id=id>{title}</h2>
                    <p class="section__description">{text}</p>
                </div>
            </div>
            {children.map(|children| children())}
        </section>
    }
}

/// Facts, one in each row.
fn details(rows: Vec<(&'static str, AnyView)>) -> AnyView {
    let rows = rows.into_iter().map(
        |(term, value)| view! { <div class="details__row"><dt>{term}</dt><dd>{value}</dd></div> },
    );
    view! { <div class="card"><div class="card__body"><dl class="details">{rows.collect_view()}</dl></div></div> }.into_any()
}
