//! The route about usage.

use super::store;
use crate::{
    auth::{Called, rights::ReadUsage},
    call::Call,
    error::Result,
    extract::Query,
};
use axum::Json;
use contract::usage::{DAYS, Usage};

/// Calls of the last 30 days.
#[worker::send]
pub async fn show(
    Called { tenant, .. }: Called<ReadUsage>,
    call: Call,
    query: Query,
) -> Result<Json<Usage>> {
    query.finish()?;
    let counted = store::days(&call.db, &tenant, &Usage::first_day(DAYS, call.now)).await?;
    Ok(Json(Usage::of_days(DAYS, call.now, &counted)))
}
