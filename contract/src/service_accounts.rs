//! Service accounts: machines with a name of their own, that sign in with a key and a secret.

use crate::{
    allowlist::Allowlist,
    check::{Check, Checker, Invalid, plain_text, some_text},
    ids::{RoleId, ServiceAccountId, UserId},
    roles::{self, RoleRef},
    time::Timestamp,
    tokens::{TokenOwner, grace, ip_allowlist, list, named, present},
    users::NAME_MAX,
};
use serde::{Deserialize, Serialize};

/// Where service accounts are.
pub const SERVICE_ACCOUNTS: &str = "/api/v1/service-accounts";
/// The most characters of a description.
pub const DESCRIPTION_MAX: usize = 500;

/// A service account as it is shown. The secret is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceAccount {
    /// Its id.
    pub id: ServiceAccountId,
    /// Its name, which never changes: the trail goes by it.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// What it may do.
    pub role: RoleRef,
    /// Whether that role has API access. Without, every call is refused.
    pub role_has_api_access: bool,
    /// Who looks after it; nobody once they are gone.
    pub owner: Option<OwnerRef>,
    /// Whether it is let in.
    pub enabled: bool,
    /// The key that it signs in with.
    pub api_key: String,
    /// When key and secret were made.
    pub key_created_at: Timestamp,
    /// Whether its secret was ended, because somebody had found it. It needs new credentials.
    pub secret_revoked: bool,
    /// The pair before, while it is good.
    pub old_pair: Option<OldPair>,
    /// When it called last; `null` for never.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_used_ip: Option<String>,
    /// When it was edited last; use is no edit.
    pub updated_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Addresses that it may call from; none for any.
    pub ip_allowlist: Vec<String>,
}

impl ServiceAccount {
    /// As the owner of tokens.
    pub fn as_owner(&self) -> TokenOwner {
        TokenOwner::ServiceAccount {
            id: self.id.clone(),
            name: self.name.clone(),
        }
    }
}

/// Who looks after a service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnerRef {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A pair that was replaced and still works, and who uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldPair {
    /// Its key.
    pub api_key: String,
    /// Until when it works.
    pub until: Timestamp,
    /// When it was used last since it was replaced; `null` for never.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_used_ip: Option<String>,
    /// By what.
    pub last_used_agent: Option<String>,
}

/// What is told once: a service account with its new pair.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// The account.
    pub service_account: ServiceAccount,
    /// Its key.
    pub api_key: String,
    /// Its secret, which nobody can show again. Empty where a repeated call is told that it was shown before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_secret: String,
}

/// What a person fills in to make a service account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateServiceAccount {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// What it may do.
    pub role_id: String,
    /// Who looks after it; whoever makes it when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// Addresses that it may call from.
    pub ip_allowlist: Vec<String>,
}

/// A service account that keeps every rule that can be told without the database.
pub struct NewServiceAccount {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// What it may do.
    pub role: RoleId,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Addresses that it may call from.
    pub ip_allowlist: Allowlist,
}

fn name(text: &str) -> Result<String, String> {
    some_text(text, NAME_MAX, "Enter a name.")
}

fn description(text: &str) -> Result<Option<String>, String> {
    let text = plain_text(text, DESCRIPTION_MAX)?;
    Ok((!text.is_empty()).then_some(text))
}

fn owner(text: &str) -> Result<UserId, &'static str> {
    UserId::parse(text).ok_or("Select somebody who looks after it.")
}

impl Check for CreateServiceAccount {
    type Checked = NewServiceAccount;

    fn check(self, _now: Timestamp) -> Result<NewServiceAccount, Invalid> {
        let mut checker = Checker::default();
        let name = checker.take("name", name(&self.name));
        let description = checker.take(
            "description",
            description(self.description.as_deref().unwrap_or_default()),
        );
        let role = checker.take("role_id", roles::chosen(&self.role_id));
        let owner = checker.take("owner_id", self.owner_id.as_deref().map(owner).transpose());
        let ip_allowlist = ip_allowlist(&mut checker, "ip_allowlist", &self.ip_allowlist);
        match (name, description, role, owner, ip_allowlist) {
            (Some(name), Some(description), Some(role), Some(owner), Some(ip_allowlist)) => {
                Ok(NewServiceAccount {
                    name,
                    description,
                    role,
                    owner,
                    ip_allowlist,
                })
            }
            _ => Err(checker.into_invalid()),
        }
    }
}

/// What a person changes about a service account. What is left out stays as it is; `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateServiceAccount {
    /// Its name, which can only be sent as it is.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<String>,
    /// What it does.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// What it may do.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub role_id: Option<String>,
    /// Who looks after it.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub owner_id: Option<String>,
    /// Whether it is let in.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub enabled: Option<bool>,
    /// Addresses that it may call from.
    #[serde(deserialize_with = "list", skip_serializing_if = "Option::is_none")]
    pub ip_allowlist: Option<Vec<String>>,
}

/// A change whose parts keep their own rules.
pub struct ServiceAccountChange {
    /// Its name, which must be what it is.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<Option<String>>,
    /// What it may do.
    pub role: Option<RoleId>,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Whether it is let in.
    pub enabled: Option<bool>,
    /// Addresses that it may call from.
    pub ip_allowlist: Option<Allowlist>,
}

impl Check for UpdateServiceAccount {
    type Checked = ServiceAccountChange;

    fn check(self, _now: Timestamp) -> Result<ServiceAccountChange, Invalid> {
        let mut checker = Checker::default();
        let description = checker.take(
            "description",
            self.description
                .map(|text| description(text.as_deref().unwrap_or_default()))
                .transpose(),
        );
        let role = checker.take(
            "role_id",
            self.role_id.as_deref().map(roles::chosen).transpose(),
        );
        let owner = checker.take("owner_id", self.owner_id.as_deref().map(owner).transpose());
        let ip_allowlist = self
            .ip_allowlist
            .map(|texts| ip_allowlist(&mut checker, "ip_allowlist", &texts));
        match (description, role, owner) {
            (Some(description), Some(role), Some(owner)) if checker.is_content() => {
                Ok(ServiceAccountChange {
                    name: self.name,
                    description,
                    role,
                    owner,
                    enabled: self.enabled,
                    ip_allowlist: ip_allowlist.flatten(),
                })
            }
            _ => Err(checker.into_invalid()),
        }
    }
}

/// How a pair is to be replaced.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ResetCredentials {
    /// How many seconds the old pair goes on working.
    pub grace_seconds: u32,
}

impl Check for ResetCredentials {
    type Checked = u32;

    fn check(self, _now: Timestamp) -> Result<u32, Invalid> {
        grace(self.grace_seconds).map_err(|message| Invalid::one("grace_seconds", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn complaints(draft: CreateServiceAccount) -> Vec<String> {
        let checked = draft.check(NOW);
        let complaints = checked.err().map(|Invalid(complaints)| complaints);
        complaints
            .into_iter()
            .flatten()
            .map(|complaint| complaint.pointer)
            .collect()
    }

    #[test]
    fn every_complaint_comes_at_once() {
        let draft = CreateServiceAccount {
            description: Some("x".repeat(DESCRIPTION_MAX + 1)),
            owner_id: Some("nobody".into()),
            ip_allowlist: vec!["10.0.0.0/8".into(), "here".into()],
            ..CreateServiceAccount::default()
        };
        assert_eq!(
            complaints(draft),
            [
                "/name",
                "/description",
                "/role_id",
                "/owner_id",
                "/ip_allowlist/1"
            ]
        );
    }

    #[test]
    fn a_change_of_nothing_is_none() {
        let change = UpdateServiceAccount::default().check(NOW);
        assert!(change.is_ok_and(|change| change.description.is_none()
            && change.role.is_none()
            && change.enabled.is_none()));
    }
}
