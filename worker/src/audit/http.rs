//! The route about the trail.

use super::store;
use crate::{
    auth::{Authorized, rights::ReadOwnEvents},
    call::Call,
    error::Result,
    extract::Query,
};
use axum::Json;
use contract::{audit::AuditEvent, ids::EventId, list::List};
use serde_json::Value;

/// One's own events, the newest first: what one did, and what was done to one's account.
#[worker::send]
pub async fn list(
    Authorized { owner, .. }: Authorized<ReadOwnEvents>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<AuditEvent<Value>>>> {
    query.parsed("actor", "Use me.", |actor| (actor == "me").then_some(()));
    let page = query.page(EventId::parse);
    query.finish()?;
    let events = store::own(&call.db, &owner, page.after.as_ref(), page.rows()).await?;
    Ok(Json(page.list(events, |event| event.id.as_str())))
}
