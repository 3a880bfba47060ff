//! What surrounds each page of the account settings.

mod user_menu;

use crate::{
    later::Render,
    manage, page, routes,
    ui::{icon::mark, tabs::Tabs},
};
use leptos::prelude::*;
use user_menu::UserMenu;

/// Path and name of a page.
type Tab = (&'static str, &'static str);

/// The pages of the account settings, as their tabs name them.
const TABS: [Tab; 4] = [
    (routes::PROFILE, "Account profile"),
    (routes::SECURITY, "Account security"),
    (routes::API_ACCESS, "API Access"),
    (routes::NOTIFICATIONS, "Notifications"),
];

/// The tab of the page behind `path`, if that is one of these.
pub fn tab(path: &str) -> Option<Tab> {
    TABS.into_iter().find(|tab| tab.0 == path)
}

/// What is above every page of somebody who is signed in: the way to the start, and their menu.
pub fn header() -> AnyView {
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <header class="header">
            <div class="header__inner">
                <a class="brand" href="/">{mark("brand__mark")}"Latchkey"</a>
                {manage::way_in()}
                <UserMenu />
            </div>
        </header>
    }
    .into_any()
}

/// A page with what surrounds it.
pub fn surround((_, name): Tab, page: Render) -> AnyView {
    page::appear(name);
    let tabs = TABS.map(|(path, name)| (path.to_owned(), name)).to_vec();
    let main = view! {
        <div class="page-header">
            <div class="page-header__text"><h1 class="page-header__title" tabindex="-1">"Account Settings"</h1></div>
        </div>
        <Tabs label="Account Settings" tabs current=name />
        <div class="page__body">{page()}</div>
    };
    frame(main.into_any())
}

/// What stands around every page of somebody who is signed in.
pub fn frame(main: AnyView) -> AnyView {
    view! {
        <div class="app">
            {header()}
            <main class="page" id="main" tabindex="-1">{main}</main>
        </div>
    }
    .into_any()
}

/// A part of a page: its heading and a text.
#[component]
pub fn Section(
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

/// Facts, one in each row of a card.
pub fn facts(rows: Vec<(&'static str, AnyView)>) -> AnyView {
    let rows = rows.into_iter().map(
        |(term, value)| view! { <div class="details__row"><dt>{term}</dt><dd>{value}</dd></div> },
    );
    view! { <div class="card__body"><dl class="details">{rows.collect_view()}</dl></div> }
        .into_any()
}
