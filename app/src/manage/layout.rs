//! What surrounds each page below `Manage`, and who gets to see it.

use super::may;
use crate::{
    api::{Api, Failure},
    later::Render,
    page::{self, look},
    routes,
    session::Who,
    settings,
};
use contract::roles::Permission;
use leptos::prelude::*;

/// Path and name of a page above.
pub type Crumb = (&'static str, &'static str);

/// The page from which those about people and roles are reached.
pub const SECURITY: Crumb = (routes::MANAGE_SECURITY, "Security");
/// The page from which those about machines are reached.
pub const SYSTEM: Crumb = (routes::MANAGE_SYSTEM, "System Settings");

/// What a page is, and who may see it.
pub struct Page {
    /// What it is called.
    pub title: &'static str,
    /// The pages above it, the nearest last.
    pub above: &'static [Crumb],
    /// One of these permissions opens it; to everybody else there is no such page.
    pub needs: &'static [Permission],
    /// Its content, heading included.
    pub content: Render,
}

impl Page {
    /// The page, or that there is none.
    pub fn view(&'static self) -> AnyView {
        let api = Api::in_use();
        let unreachable = Memo::new(move |_| api.account.0.with(|who| *who == Who::Unreachable));
        let allowed = Memo::new(move |_| may(self.needs));
        // Until it is known who it is, whatever was there before stays.
        let view = move || match (unreachable.get(), allowed.get()) {
            (true, _) => {
                let retry = Callback::new(move |()| api.account.ask());
                Some(routes::not_reachable(Failure::Unreachable.message(), retry))
            }
            (false, None) => None,
            (false, Some(false)) => Some(page::not_found()),
            (false, Some(true)) => Some(untrack(|| self.surround())),
        };
        view.into_any()
    }

    fn surround(&'static self) -> AnyView {
        page::appear(self.title);
        let main = view! {
            <link rel="stylesheet" href=look("/administration.css") />
            {trail(self.above)}
            {(self.content)()}
        };
        settings::frame(main.into_any())
    }
}

/// The way back up.
fn trail(above: &'static [Crumb]) -> Option<AnyView> {
    let crumb =
        |(path, name): &Crumb| view! { <li><a class="trail__link" href=*path>{*name}</a></li> };
    let crumbs = above.iter().map(crumb).collect_view();
    (!above.is_empty()).then(|| {
        view! {
            <nav class="trail" aria-label="Breadcrumb">
                <ol class="trail__list">{crumbs}</ol>
            </nav>
        }
        .into_any()
    })
}

/// The heading of a page with a word about it, and what can be done there.
pub fn heading(title: impl Into<String>, about: impl Into<String>, actions: AnyView) -> AnyView {
    let (title, about) = (title.into(), about.into());
    view! {
        <div class="page-header">
            <div class="page-header__text">
                <h1 class="page-header__title" tabindex="-1">{title}</h1>
                <p class="page-header__description">{about}</p>
            </div>
            <div class="section__actions">{actions}</div>
        </div>
    }
    .into_any()
}
