//! What is typed about a role, new or not.

use contract::{
    check::{Check, Invalid},
    roles::{CreateRole, Permission, Role, UpdateRole},
    time::Timestamp,
};
use serde::{Serialize, Serializer};

/// What is typed about a role.
#[derive(Clone, Default)]
pub struct Draft {
    /// What it is to be.
    pub role: CreateRole,
    /// What it was before; nothing for a new one.
    pub before: Option<CreateRole>,
}

/// What is sent.
#[derive(Serialize)]
#[serde(untagged)]
enum Request {
    New(CreateRole),
    Change(UpdateRole),
}

impl Draft {
    /// A role as it is.
    pub fn of(role: &Role) -> Self {
        let role = told(role);
        Self {
            before: Some(role.clone()),
            role,
        }
    }

    /// A new role that allows what another does.
    pub fn copy_of(role: &Role) -> Self {
        Self {
            role: CreateRole {
                name: ["Copy of ", &role.name].concat(),
                ..told(role)
            },
            before: None,
        }
    }

    /// Whether there is nothing to send.
    pub fn is_unchanged(&self) -> bool {
        self.before.as_ref() == Some(&self.role)
    }

    /// Whether the role has this permission.
    pub fn has(&self, permission: Permission) -> bool {
        self.role.permissions.contains(&permission)
    }

    /// Gives the role a permission, or takes it away. They stay in the order of lists.
    pub fn switch(&mut self, permission: Permission, on: bool) {
        let mut all = Permission::ALL.to_vec();
        all.retain(|one| {
            if *one == permission {
                on
            } else {
                self.has(*one)
            }
        });
        self.role.permissions = all;
    }

    /// A new role as a whole; of another what is different.
    fn request(&self) -> Request {
        let new = self.role.clone();
        match &self.before {
            None => Request::New(new),
            Some(before) => Request::Change(UpdateRole {
                name: Some(new.name).filter(|name| *name != before.name),
                permissions: Some(new.permissions).filter(|all| *all != before.permissions),
                scopes: Some(new.scopes).filter(|scopes| *scopes != before.scopes),
            }),
        }
    }
}

fn told(role: &Role) -> CreateRole {
    CreateRole {
        name: role.name.clone(),
        permissions: role.permissions.clone(),
        scopes: role.scopes,
    }
}

impl Check for Draft {
    type Checked = ();

    fn check(self, now: Timestamp) -> Result<(), Invalid> {
        match self.request() {
            Request::New(new) => new.check(now).map(drop),
            Request::Change(change) => change.check(now).map(drop),
        }
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.request().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn role() -> Role {
        serde_json::from_value(json!({
            "id": "rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF", "name": "Night shift", "built_in": false, "permissions": ["read_audit", "api_access"],
            "scopes": ["backups:read"], "members": 1, "service_accounts": 0, "invitations": 0,
        }))
        .unwrap()
    }

    #[test]
    fn of_a_role_only_what_is_different_is_sent() {
        let mut draft = Draft::of(&role());
        assert!(draft.is_unchanged());
        draft.switch(Permission::ReadAudit, false);
        draft.switch(Permission::ManageRoles, true);
        assert!(!draft.is_unchanged());
        assert_eq!(
            json!(draft),
            json!({"permissions": ["manage_roles", "api_access"]})
        );
        draft.switch(Permission::ManageRoles, false);
        draft.switch(Permission::ReadAudit, true);
        assert!(draft.is_unchanged());
    }

    #[test]
    fn a_copy_is_new_and_sent_as_a_whole() {
        let draft = Draft::copy_of(&role());
        assert!(!draft.is_unchanged());
        assert_eq!(
            json!(draft),
            json!({"name": "Copy of Night shift", "permissions": ["read_audit", "api_access"], "scopes": ["backups:read"]})
        );
        assert!(
            Draft::default()
                .check(Timestamp::from_seconds(0))
                .is_err_and(|Invalid(complaints)| complaints[0].pointer == "/name")
        );
    }
}
