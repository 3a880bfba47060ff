//! The pages `Security` and `System Settings`, from which the others are reached.

use super::{
    SECURITY, SERVICE_ACCOUNTS, USERS,
    layout::{self, Page},
    may,
};
use crate::{routes, ui::tabs::Tabs};
use contract::roles::Permission;
use leptos::prelude::*;

/// A way to another page: what it takes to see it, its path, how its icon is drawn, name, and what is there. These icons
/// are nowhere else, so they are not in the sprite that every page brings.
type Tile = (
    &'static [Permission],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ADMINISTER: &[Permission] = &[Permission::Administer];
const MANAGE_ROLES: &[Permission] = &[Permission::ManageRoles];
const READ_AUDIT: &[Permission] = &[Permission::ReadAudit];

const SECURITY_TILES: &[Tile] = &[
    (
        USERS,
        routes::USERS,
        "M6 3a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.6a4.5 4.5 0 0 1 2.5 3.9",
        "Users",
        "Who belongs to your company: invite, give a role, deactivate; their access tokens and sessions.",
    ),
    (
        MANAGE_ROLES,
        routes::ROLES,
        "M8 1.75 13 3.5v4.25c0 3-2.1 5.4-5 6.5-2.9-1.1-5-3.5-5-6.5V3.5L8 1.75ZM5.8 8l1.6 1.6 2.9-3.2",
        "Roles",
        "Which permissions and scopes people and service accounts hold, and who holds them.",
    ),
    (
        ADMINISTER,
        routes::POLICY,
        "M8 1.75a6.25 6.25 0 1 0 0 12.5 6.25 6.25 0 0 0 0-12.5ZM8 4.5V8l2.4 1.6",
        "Policy",
        "What is asked of everybody: how long tokens may live, and a second factor.",
    ),
    (
        READ_AUDIT,
        routes::AUDIT,
        "M2.5 3v3h3M2.7 6a5.75 5.75 0 1 1-.4 3M8 5v3.2l2 1.3",
        "Audit log",
        "Who did what, when and from where. It only grows, and can be exported.",
    ),
];
const SYSTEM_TILES: &[Tile] = &[(
    SERVICE_ACCOUNTS,
    routes::SERVICE_ACCOUNTS,
    "M5 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM7.2 8.8l6-6m-2.4 2.4 2 2",
    "Manage Service Accounts",
    "Machines that only connect by API, with a key and a secret of their own.",
)];

static SECURITY_PAGE: Page = Page {
    title: layout::SECURITY.1,
    above: &[],
    needs: SECURITY,
    content: || content(layout::SECURITY.1, SECURITY_TILES),
};
static SYSTEM_PAGE: Page = Page {
    title: layout::SYSTEM.1,
    above: &[],
    needs: SERVICE_ACCOUNTS,
    content: || content(layout::SYSTEM.1, SYSTEM_TILES),
};

/// The page `Security`.
pub fn security() -> AnyView {
    SECURITY_PAGE.view()
}

/// The page `System Settings`.
pub fn system() -> AnyView {
    SYSTEM_PAGE.view()
}

fn content(name: &'static str, tiles: &'static [Tile]) -> AnyView {
    let tabs = [
        (layout::SECURITY, SECURITY),
        (layout::SYSTEM, SERVICE_ACCOUNTS),
    ]
    .into_iter()
    .filter(|(_, needs)| may(needs) == Some(true))
    .map(|((path, name), _)| (path.to_owned(), name))
    .collect();
    let tiles = tiles
        .iter()
        .filter(|(needs, ..)| may(needs) == Some(true))
        .map(tile)
        .collect_view();
    view! {
        <div class="page-header">
            <div class="page-header__text"><h1 class="page-header__title" tabindex="-1">"Manage"</h1></div>
        </div>
        <Tabs label="Manage" tabs current=name />
        <div class="page__body">
            <section class="section" aria-labelledby="tiles">
                <h2 class="section__title" id="tiles">{name}</h2>
                <ul class="tiles">{tiles}</ul>
            </section>
        </div>
    }
    .into_any()
}

fn tile((_, path, drawing, name, about): &Tile) -> AnyView {
    let (path, drawing, name, about) = (*path, *drawing, *name, *about);
    let id = [path, "-about"].concat();
    view! {
        <li class="tile">
            <svg class="icon icon--large" viewBox="0 0 16 16" aria-hidden="true"><path d=drawing></path></svg>
            <div class="tile__text">
                <a class="tile__link" href=path aria-describedby=id.clone()>{name}</a>
                <p class="tile__about" id=id>{about}</p>
            </div>
        </li>
    }
    .into_any()
}
