//! Roles: named sets of permissions and scopes that people and service accounts hold.

use crate::{
    check::{Check, Checker, Invalid, some_text},
    ids::RoleId,
    scopes::{Access, Resource, Scope, ScopeSet},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where roles are.
pub const ROLES: &str = "/api/v1/roles";
/// The most characters of a role's name.
pub const ROLE_NAME_MAX: usize = 64;

/// Something that a role lets its holder do in Latchkey itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Look after people.
    ManageUsers,
    /// Look after the tenant.
    Administer,
    /// Look after service accounts.
    ManageServiceAccounts,
    /// Look after roles.
    ManageRoles,
    /// Read everybody's audit events.
    ReadAudit,
    /// Ask whether a token is good.
    Introspect,
    /// Call the API with a token.
    ApiAccess,
}

impl Permission {
    /// Every permission, in the order that lists show.
    pub const ALL: [Self; 7] = [
        Self::ManageUsers,
        Self::Administer,
        Self::ManageServiceAccounts,
        Self::ManageRoles,
        Self::ReadAudit,
        Self::Introspect,
        Self::ApiAccess,
    ];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManageUsers => "manage_users",
            Self::Administer => "administer",
            Self::ManageServiceAccounts => "manage_service_accounts",
            Self::ManageRoles => "manage_roles",
            Self::ReadAudit => "read_audit",
            Self::Introspect => "introspect",
            Self::ApiAccess => "api_access",
        }
    }

    /// The name as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ManageUsers => "Add, delete and modify a user",
            Self::Administer => "Administrative Management",
            Self::ManageServiceAccounts => "Manage service accounts",
            Self::ManageRoles => "Manage roles",
            Self::ReadAudit => "Read the audit log",
            Self::Introspect => "Introspect tokens",
            Self::ApiAccess => "API access",
        }
    }

    /// What it lets its holder do, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::ManageUsers => {
                "Invites people, gives them roles, deactivates and removes them; edits and revokes their access tokens."
            }
            Self::Administer => "The same, and changes the policy.",
            Self::ManageServiceAccounts => {
                "Makes, edits and deletes service accounts and their tokens."
            }
            Self::ManageRoles => "Makes and edits roles, with no more in them than its holder has.",
            Self::ReadAudit => "Sees what everybody did, and exports it.",
            Self::Introspect => "A service account asks with it whether a token is good.",
            Self::ApiAccess => {
                "Calls the API with tokens and keys. Without it, every such call is refused."
            }
        }
    }
}

/// Reads the form of the database: names parted by spaces. A name that is not known is an error, never ignored.
pub fn parse_permissions(text: &str) -> Result<Vec<Permission>, String> {
    let find = |name: &str| {
        Permission::ALL
            .into_iter()
            .find(|p| p.as_str() == name)
            .ok_or_else(|| format!("unknown permission {name}"))
    };
    text.split_whitespace().map(find).collect()
}

/// Writes the form of the database.
pub fn format_permissions(permissions: &[Permission]) -> String {
    permissions
        .iter()
        .map(|p| p.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A role as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name, unique in the tenant.
    pub name: String,
    /// Whether it came with the product and cannot be edited.
    pub built_in: bool,
    /// What it allows in Latchkey.
    pub permissions: Vec<Permission>,
    /// What it allows in the API.
    pub scopes: ScopeSet,
    /// How many people hold it.
    pub members: u32,
    /// How many service accounts hold it.
    pub service_accounts: u32,
    /// How many are invited to hold it.
    pub invitations: u32,
}

impl Role {
    /// Whether somebody holds it or is about to. Such a role cannot be deleted.
    pub const fn is_in_use(&self) -> bool {
        self.members > 0 || self.service_accounts > 0 || self.invitations > 0
    }
}

/// What a person fills in to make a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateRole {
    /// Its name.
    pub name: String,
    /// What it allows in Latchkey.
    pub permissions: Vec<Permission>,
    /// What it allows in the API.
    pub scopes: ScopeSet,
}

/// A role that keeps every rule that can be told without the database.
#[derive(Debug, PartialEq, Eq)]
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// What it allows in Latchkey: each permission once, in the order of lists.
    pub permissions: Vec<Permission>,
    /// What it allows in the API.
    pub scopes: ScopeSet,
}

fn name(text: &str) -> Result<String, String> {
    some_text(text, ROLE_NAME_MAX, "Enter a name.")
}

/// Each of them once, in the order of lists.
fn in_order(permissions: &[Permission]) -> Vec<Permission> {
    let mut all = Permission::ALL.to_vec();
    all.retain(|permission| permissions.contains(permission));
    all
}

impl Check for CreateRole {
    type Checked = NewRole;

    fn check(self, _now: Timestamp) -> Result<NewRole, Invalid> {
        let mut checker = Checker::default();
        let name = checker.take("name", name(&self.name));
        name.map(|name| NewRole {
            name,
            permissions: in_order(&self.permissions),
            scopes: self.scopes,
        })
        .ok_or_else(|| checker.into_invalid())
    }
}

/// What a person changes about a role. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateRole {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it allows in Latchkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<Permission>>,
    /// What it allows in the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<ScopeSet>,
}

impl Check for UpdateRole {
    type Checked = Self;

    fn check(self, _now: Timestamp) -> Result<Self, Invalid> {
        let mut checker = Checker::default();
        let name = checker.take("name", self.name.as_deref().map(name).transpose());
        name.map(|name| Self {
            name,
            permissions: self.permissions.as_deref().map(in_order),
            scopes: self.scopes,
        })
        .ok_or_else(|| checker.into_invalid())
    }
}

/// Reads the id of a role that somebody chose.
pub fn chosen(text: &str) -> Result<RoleId, &'static str> {
    RoleId::parse(text).ok_or("Select a role.")
}

/// A role where another object refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleRef {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// The roles that every tenant starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// May do everything.
    Administrator,
    /// Works with the API, but not on people and roles.
    Member,
    /// Signs in and looks; calls no API.
    Viewer,
    /// Reads everything by API.
    ApiReader,
    /// Reads and writes everything by API.
    ApiWriter,
}

impl BuiltIn {
    /// Every built-in role. The first is what the founder of a tenant holds.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::Member,
        Self::Viewer,
        Self::ApiReader,
        Self::ApiWriter,
    ];

    /// Whether a role of this name is this one: no other role of a tenant can have it.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// The role's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Member => "Member",
            Self::Viewer => "Viewer",
            Self::ApiReader => "API reader",
            Self::ApiWriter => "API writer",
        }
    }

    /// What the role allows in Latchkey.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Administrator => &Permission::ALL,
            Self::Member | Self::ApiReader | Self::ApiWriter => &[Permission::ApiAccess],
            Self::Viewer => &[],
        }
    }

    /// What the role allows in the API.
    pub fn scopes(self) -> ScopeSet {
        match self {
            Self::Administrator | Self::ApiWriter => ScopeSet::ALL,
            Self::Member => {
                let mut scopes = ScopeSet::ALL;
                scopes.remove(Scope(Resource::Users, Access::Read));
                scopes.remove(Scope(Resource::Roles, Access::Read));
                scopes
            }
            Self::Viewer => ScopeSet::default(),
            Self::ApiReader => ScopeSet::all_read(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_read_back_and_unknown_ones_are_an_error() {
        assert_eq!(
            parse_permissions(&format_permissions(&Permission::ALL)),
            Ok(Permission::ALL.to_vec())
        );
        assert_eq!(parse_permissions(""), Ok(vec![]));
        assert!(parse_permissions("api_access root").is_err());
    }

    #[test]
    fn c_04_the_two_permissions_that_open_other_peoples_tokens_have_the_documented_names() {
        assert_eq!(
            Permission::ManageUsers.label(),
            "Add, delete and modify a user"
        );
        assert_eq!(Permission::Administer.label(), "Administrative Management");
    }

    #[test]
    fn a_role_needs_a_name_and_names_each_permission_once_in_order() {
        let now = Timestamp::from_seconds(0);
        let draft = |name: &str| CreateRole {
            name: name.into(),
            permissions: vec![
                Permission::ApiAccess,
                Permission::Administer,
                Permission::ApiAccess,
            ],
            scopes: ScopeSet::default(),
        };
        let checked = draft(" Night shift ").check(now).unwrap();
        assert_eq!(checked.name, "Night shift");
        assert_eq!(
            checked.permissions,
            [Permission::Administer, Permission::ApiAccess]
        );
        for bad in ["", "  ", &"x".repeat(ROLE_NAME_MAX + 1)] {
            let complaints = draft(bad).check(now).unwrap_err().0;
            assert_eq!(complaints[0].pointer, "/name", "{bad}");
        }
        let nothing = UpdateRole::default().check(now).unwrap();
        assert_eq!(nothing, UpdateRole::default());
    }

    #[test]
    fn a_member_touches_everything_but_people_and_roles() {
        let scopes = BuiltIn::Member.scopes();
        for resource in Resource::ALL {
            let expected = !matches!(resource, Resource::Users | Resource::Roles);
            assert_eq!(scopes.contains(Scope(resource, Access::Write)), expected);
            assert_eq!(scopes.contains(Scope(resource, Access::Read)), expected);
        }
    }
}
