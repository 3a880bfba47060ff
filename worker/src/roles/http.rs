//! Routes about roles.

use super::store;
use crate::{
    auth::{Called, rights::ReadRoles},
    call::Call,
    error::{Error, Result},
    extract::{Query, Segment},
};
use axum::Json;
use contract::{ids::RoleId, list::List, roles::Role};

/// The roles of the tenant, built-in ones first.
#[worker::send]
pub async fn list(
    Called { tenant, .. }: Called<ReadRoles>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<Role>>> {
    let page = query.page(RoleId::parse);
    query.finish()?;
    let roles = store::list(&call.db, &tenant, page.after.as_ref(), page.rows()).await?;
    Ok(Json(page.list(roles, |role| role.id.as_str())))
}

/// One role.
#[worker::send]
pub async fn show(
    Called { tenant, .. }: Called<ReadRoles>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Role>> {
    let id = RoleId::parse(&id).ok_or_else(|| Error::not_found("role"))?;
    store::find(&call.db, &tenant, &id)
        .await?
        .map(Json)
        .ok_or_else(|| Error::not_found("role"))
}
