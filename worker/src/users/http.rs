//! Routes about people.

use super::store;
use crate::{
    auth::{Authorized, InSession, Needs, Right, rights::ReadUsers},
    call::Call,
    error::{Error, Result},
    extract::{Query, Segment},
};
use axum::Json;
use contract::{ids::UserId, list::List, roles::Permission, users::User};

/// The people of the tenant, the first to join first.
#[worker::send]
pub async fn list(
    Authorized { owner, .. }: Authorized<ReadUsers>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<User>>> {
    let page = query.page(UserId::parse);
    query.finish()?;
    let users = store::list(&call.db, &owner, page.after.as_ref(), page.rows()).await?;
    Ok(Json(page.list(users, |user| user.id.as_str())))
}

/// One person: oneself, or with permission another of the tenant.
#[worker::send]
pub async fn show(
    InSession(session): InSession,
    call: Call,
    Segment(user): Segment,
) -> Result<Json<User>> {
    if user == "me" || user == session.user.id.as_str() {
        return Ok(Json(session.user));
    }
    let Needs::OneOf(permissions) = ReadUsers::SESSION else {
        return Err(Error::not_found("person"));
    };
    let may = |permission: &Permission| session.grant.permissions.contains(permission);
    match UserId::parse(&user).filter(|_| permissions.iter().any(may)) {
        Some(id) => store::find(&call.db, &session.owner, &id)
            .await?
            .map(Json)
            .ok_or_else(|| Error::not_found("person")),
        None => Err(Error::not_found("person")),
    }
}
