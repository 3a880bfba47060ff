//! Roles: the list, making one, editing or copying it, and deleting it.

mod delete;
mod draft;
mod drawer;
mod page;

use crate::{
    api::Api,
    later::{Later, Missing, Render},
    listing::Listing,
    manage::query,
};
use contract::{
    ids::RoleId,
    roles::{Permission, ROLES, Role},
};
use leptos::{prelude::*, wasm_split::wasm_split};

/// The page `Roles`, as a chunk of its own.
#[wasm_split(roles, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The page's drawer and dialog, as one chunk.
#[wasm_split(role_dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn dialogs() -> Result<Render, Missing> {
    Ok(drawer::open)
}

/// The drawer or dialog that is open.
#[derive(Clone)]
enum Dialog {
    /// None.
    Closed,
    /// A role is being filled in, perhaps after the model of another.
    New(Option<Box<Role>>),
    /// This one is being looked at or edited.
    Edit(RoleId),
    /// This one is about to be deleted.
    Delete(Box<Role>),
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    api: Api,
    /// Part of a name.
    search: Memo<String>,
    roles: Listing<Role>,
    dialog: RwSignal<Dialog>,
    dialogs: Later,
}

impl Desk {
    fn new() -> Self {
        let api = Api::in_use();
        let dialog = RwSignal::new(Dialog::Closed);
        Self {
            api,
            search: query::parameter("search"),
            roles: Listing::new(api),
            dialog,
            dialogs: Later::new(|| Box::pin(dialogs()), move || dialog.set(Dialog::Closed)),
        }
    }

    /// The one that the page provides.
    fn in_use() -> Self {
        expect_context()
    }

    fn load(self, search: &str) {
        let search = query::told(&[("search", search)]);
        self.roles.load([ROLES, "?limit=50", &search].concat());
    }

    fn close(self) {
        self.dialog.set(Dialog::Closed);
    }
}

/// Where a role is.
fn path(id: &RoleId) -> String {
    [ROLES, "/", id.as_str()].concat()
}

/// How many hold a role, in words; nothing where nobody does.
fn holders(role: &Role) -> Option<String> {
    let count = |count: u32, one: &str, many: &str| match count {
        0 => None,
        1 => Some(["1 ", one].concat()),
        count => Some([&count.to_string(), " ", many].concat()),
    };
    let parts: Vec<_> = [
        count(role.members, "person", "people"),
        count(role.service_accounts, "service account", "service accounts"),
        count(role.invitations, "invitation", "invitations"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The permissions of a role in a few words.
fn in_short(permissions: &[Permission]) -> String {
    match permissions.len() {
        0 => "None".into(),
        all if all == Permission::ALL.len() => "All".into(),
        _ => permissions
            .iter()
            .map(|permission| permission.label())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::scopes::ScopeSet;

    #[test]
    fn who_holds_a_role_is_told_in_words() {
        let mut role = Role {
            id: RoleId::parse("rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF").unwrap(),
            name: "Night shift".into(),
            built_in: false,
            permissions: vec![],
            scopes: ScopeSet::default(),
            members: 0,
            service_accounts: 0,
            invitations: 0,
        };
        assert_eq!(holders(&role), None);
        (role.members, role.service_accounts) = (2, 1);
        assert_eq!(
            holders(&role).as_deref(),
            Some("2 people, 1 service account")
        );
    }

    #[test]
    fn permissions_are_told_in_short() {
        assert_eq!(in_short(&[]), "None");
        assert_eq!(in_short(&Permission::ALL), "All");
        assert_eq!(
            in_short(&[Permission::ManageRoles, Permission::ApiAccess]),
            "Manage roles, API access"
        );
    }
}
