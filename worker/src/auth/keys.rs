//! Keys to rows. Their fields are private and only this module's neighbours make one, so that no statement on a tenant's
//! rows can be reached with an id that somebody merely sent.

use super::password;
use crate::db::Bind;
use contract::{
    ids::{ServiceAccountId, TenantId, UserId},
    tokens::TokenOwner,
};
use serde_json::Value;

/// The key to the rows of a tenant. Whoever holds one has been let in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant(TenantId);

impl Tenant {
    pub(super) fn new(id: TenantId) -> Self {
        Self(id)
    }

    /// Its id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Bind for Tenant {
    fn bind(&self) -> Value {
        self.0.bind()
    }
}

impl AsRef<Tenant> for Tenant {
    fn as_ref(&self) -> &Tenant {
        self
    }
}

/// The key to the rows of a person in their tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    tenant: Tenant,
    user: UserId,
}

impl Owner {
    pub(super) fn new(tenant: TenantId, user: UserId) -> Self {
        Self {
            tenant: Tenant(tenant),
            user,
        }
    }

    /// The first person of a tenant that is just being made.
    pub fn founder(tenant: TenantId, user: UserId) -> Self {
        Self::new(tenant, user)
    }

    /// A person whose password was right.
    pub fn proven(tenant: TenantId, user: UserId, _proof: &password::Verified) -> Self {
        Self::new(tenant, user)
    }

    /// Another person of the same tenant, or one who is not there: their id has to be found in it.
    pub(super) fn another(&self, user: &UserId) -> Self {
        Self {
            tenant: self.tenant.clone(),
            user: user.clone(),
        }
    }

    /// The tenant, to which every statement is confined.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The person.
    pub fn user(&self) -> &UserId {
        &self.user
    }
}

impl AsRef<Tenant> for Owner {
    fn as_ref(&self) -> &Tenant {
        &self.tenant
    }
}

/// The key to the tokens of one person or service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    tenant: Tenant,
    owner: TokenOwner,
}

impl Holder {
    /// Whoever has the tokens of `owner` in this tenant.
    pub(super) fn of_token(tenant: &Tenant, owner: &TokenOwner) -> Self {
        Self {
            tenant: tenant.clone(),
            owner: owner.clone(),
        }
    }

    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The id of the person or service account.
    pub fn id(&self) -> &str {
        self.owner.id()
    }

    /// Whose tokens they are.
    pub fn owner(&self) -> &TokenOwner {
        &self.owner
    }

    /// The key to the person's own rows, if it is one.
    pub fn person(&self) -> Option<Owner> {
        self.user().map(|user| Owner {
            tenant: self.tenant.clone(),
            user,
        })
    }

    /// The person, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match &self.owner {
            TokenOwner::User { id, .. } => Some(id.clone()),
            TokenOwner::ServiceAccount { .. } => None,
        }
    }

    /// The service account, if it is one.
    pub fn service_account(&self) -> Option<ServiceAccountId> {
        match &self.owner {
            TokenOwner::ServiceAccount { id, .. } => Some(id.clone()),
            TokenOwner::User { .. } => None,
        }
    }
}

impl AsRef<Tenant> for Holder {
    fn as_ref(&self) -> &Tenant {
        &self.tenant
    }
}
