//! Roles of a tenant.

pub mod http;
mod store;

pub use store::insert_built_in;

use crate::{
    auth::{Grant, SessionCaller},
    call::Call,
    error::{Error, Result},
};
use contract::{
    check::Invalid,
    ids::RoleId,
    problem::Code,
    roles::{BuiltIn, Role},
};

/// The role `id`, for somebody who is about to give it: nobody gives what they do not hold, and only an Administrator
/// makes another.
pub async fn to_give(call: &Call, session: &SessionCaller, id: &RoleId) -> Result<Role> {
    let found = store::find(&call.db, session.owner.tenant(), id, call.now).await?;
    let role = found
        .map(|found| found.role)
        .ok_or_else(|| Invalid::one("role_id", "Select a role of your company."))?;
    if BuiltIn::Administrator.is(&role.name) && !session.is_administrator() {
        return Err(Error::refused(
            Code::Forbidden,
            "Only an Administrator makes somebody else one.",
        ));
    }
    if session.grant.covers(&grant(&role)) {
        Ok(role)
    } else {
        Err(Error::refused(
            Code::Forbidden,
            "This role allows more than your own, so you cannot give it.",
        ))
    }
}

/// What a role allows.
pub fn grant(role: &Role) -> Grant {
    Grant {
        permissions: role.permissions.clone(),
        scopes: role.scopes,
    }
}
