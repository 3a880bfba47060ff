//! People of the company: the list, invitations, and each person with their tokens and sessions.

mod actions;
mod deed;
mod invitations;
mod invite;
mod list;
mod person;
mod profile;
mod sessions;
mod tokens;

use crate::{
    api::Api,
    later::{Later, Missing, Render},
    listing::Listing,
    manage::narrow::Narrow,
};
use contract::{
    invitations::{INVITATIONS, Invitation},
    roles::{BuiltIn, ROLES, Role},
    session::Session,
    users::{USERS, User},
};
use leptos::{prelude::*, wasm_split::wasm_split};

/// The page `Users`, as a chunk of its own.
#[wasm_split(users, wasm_split_path = leptos::wasm_split, fallible)]
pub fn list() -> Result<Render, Missing> {
    Ok(list::page)
}

/// The dialog to invite somebody.
#[wasm_split(invite, wasm_split_path = leptos::wasm_split, fallible)]
fn invite() -> Result<Render, Missing> {
    Ok(invite::dialog)
}

/// The dialog in which somebody's access is ended.
#[wasm_split(deeds, wasm_split_path = leptos::wasm_split, fallible)]
fn deeds() -> Result<Render, Missing> {
    Ok(deed::dialog)
}

/// The page about who one person is, what they hold, and whether they may sign in, as a chunk of its own.
#[wasm_split(person, wasm_split_path = leptos::wasm_split, fallible)]
pub fn profile() -> Result<Render, Missing> {
    Ok(profile::page)
}

/// The page about where one person is signed in, as a chunk of its own.
#[wasm_split(person_sessions, wasm_split_path = leptos::wasm_split, fallible)]
pub fn sessions() -> Result<Render, Missing> {
    Ok(sessions::page)
}

/// The page about the access tokens of one person, as a chunk of its own.
#[wasm_split(person_tokens, wasm_split_path = leptos::wasm_split, fallible)]
pub fn tokens() -> Result<Render, Missing> {
    Ok(tokens::page)
}

/// What the parts of the page `Users` share.
#[derive(Clone, Copy)]
struct Desk {
    api: Api,
    narrow: Narrow,
    users: Listing<User>,
    invitations: Listing<Invitation>,
    /// Every role of the company, once they came.
    roles: RwSignal<Vec<Role>>,
    /// Whether somebody is being invited.
    inviting: RwSignal<bool>,
    invite: Later,
}

impl Desk {
    fn new() -> Self {
        let api = Api::in_use();
        let inviting = RwSignal::new(false);
        Self {
            api,
            narrow: Narrow::new(&list::WORDS),
            users: Listing::new(api),
            invitations: Listing::new(api),
            roles: RwSignal::default(),
            inviting,
            invite: Later::new(|| Box::pin(invite()), move || inviting.set(false)),
        }
    }

    /// The one that the page provides.
    fn in_use() -> Self {
        expect_context()
    }

    /// Fetches the people whom the page is about.
    fn load(self) {
        self.users
            .load([USERS, "?limit=50", &self.narrow.query()].concat());
    }

    fn load_invitations(self) {
        self.invitations.load([INVITATIONS, "?limit=50"].concat());
    }

    async fn load_roles(self) {
        let roles = self.api.every::<Role>(ROLES).await;
        self.roles.try_set(roles.unwrap_or_default());
    }
}

/// The roles that somebody may give: none that has what their own has not. The Worker holds to the same.
fn to_give(session: &Session, roles: &[Role]) -> Vec<Role> {
    let may = |role: &&Role| {
        let administrator = BuiltIn::Administrator.is(&role.name);
        (!administrator || BuiltIn::Administrator.is(&session.user.role.name))
            && role
                .permissions
                .iter()
                .all(|permission| session.permissions.contains(permission))
            && session.scopes.intersection(role.scopes) == role.scopes
    };
    roles.iter().filter(may).cloned().collect()
}

/// First and last name.
fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

/// The page of a person: `profile`, `tokens` or `sessions`.
fn path_of(user: &User, page: &str) -> String {
    [crate::routes::USERS, "/", user.id.as_str(), "/", page].concat()
}
