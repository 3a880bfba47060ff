//! The pages `Security` and `System Settings`, from which the others are reached.

use super::{
    SECURITY, SERVICE_ACCOUNTS, USERS,
    layout::{self, Page},
    may,
};
use crate::{
    routes,
    ui::{icon::large_icon, tabs::Tabs},
};
use contract::roles::Permission;
use leptos::prelude::*;

/// A way to another page: what it takes to see it, its path, icon, name, and what is there.
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
        "#i-user",
        "Users",
        "Who belongs to your company: invite, give a role, deactivate; their access tokens and sessions.",
    ),
    (
        MANAGE_ROLES,
        routes::ROLES,
        "#i-key",
        "Roles",
        "Which permissions and scopes people and service accounts hold, and who holds them.",
    ),
    (
        ADMINISTER,
        routes::POLICY,
        "#i-success",
        "Policy",
        "What is asked of everybody: how long tokens may live, and a second factor.",
    ),
    (
        READ_AUDIT,
        routes::AUDIT,
        "#i-history",
        "Audit log",
        "Who did what, when and from where. It only grows, and can be exported.",
    ),
];
const SYSTEM_TILES: &[Tile] = &[(
    SERVICE_ACCOUNTS,
    routes::SERVICE_ACCOUNTS,
    "#i-key",
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

fn tile((_, path, icon, name, about): &Tile) -> AnyView {
    let (path, icon, name, about) = (*path, *icon, *name, *about);
    let id = [path, "-about"].concat();
    view! {
        <li class="tile">
            {large_icon(icon)}
            <div class="tile__text">
                <a class="tile__link" href=path aria-describedby=id.clone()>{name}</a>
                <p class="tile__about" id=id>{about}</p>
            </div>
        </li>
    }
    .into_any()
}
