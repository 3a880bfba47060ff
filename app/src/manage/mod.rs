//! The pages of those who look after people, roles and machines: who may be there, what lies above each, and the way in.

pub mod found;
mod home;
pub mod layout;
pub mod narrow;
pub mod people;
pub mod query;

use crate::{
    api::Api,
    later::{Missing, Render},
    router::Router,
    routes::{MANAGE_SECURITY, MANAGE_SYSTEM},
};
use contract::roles::Permission;
use leptos::{prelude::*, wasm_split::wasm_split};

/// Whoever holds one of these looks after people.
pub const USERS: &[Permission] = &[Permission::ManageUsers, Permission::Administer];
/// Whoever holds this looks after service accounts.
pub const SERVICE_ACCOUNTS: &[Permission] = &[Permission::ManageServiceAccounts];
/// Whoever holds one of these has something to do on the page `Security`.
const SECURITY: &[Permission] = &[
    Permission::ManageUsers,
    Permission::Administer,
    Permission::ManageRoles,
    Permission::ReadAudit,
];

/// The pages from which the others are reached.
pub struct Home {
    /// People, roles, policy and audit log.
    pub security: Render,
    /// Service accounts.
    pub system: Render,
}

/// The pages from which the others are reached, as one chunk.
#[wasm_split(manage, wasm_split_path = leptos::wasm_split, fallible)]
pub fn home() -> Result<Home, Missing> {
    Ok(Home {
        security: home::security,
        system: home::system,
    })
}

/// Whether the person holds one of these permissions, once it is known who they are.
pub fn may(needs: &'static [Permission]) -> Option<bool> {
    let account = Api::in_use().account;
    account.with(|session| needs.iter().any(|need| session.permissions.contains(need)))
}

/// The link in the header, for those who have something to look after.
pub fn way_in() -> AnyView {
    let here = Router::in_use()
        .place()
        .with_untracked(|place| place.path.starts_with("/manage"));
    let first = Memo::new(move |_| {
        [
            (MANAGE_SECURITY, SECURITY),
            (MANAGE_SYSTEM, SERVICE_ACCOUNTS),
        ]
        .into_iter()
        .find(|(_, needs)| may(needs) == Some(true))
        .map(|(path, _)| path)
    });
    let link = move |path| view! { <a class="header__link" href=path aria-current=here.then_some("true")>"Manage"</a> };
    (move || first.get().map(link)).into_any()
}
