//! The route about statistics.

use super::store;
use crate::{
    auth::{Called, rights::ReadStatistics},
    call::Call,
    error::Result,
    extract::Query,
};
use axum::Json;
use contract::statistics::Statistics;

/// Counts by state, as of now.
#[worker::send]
pub async fn show(
    Called { tenant, .. }: Called<ReadStatistics>,
    call: Call,
    query: Query,
) -> Result<Json<Statistics>> {
    query.finish()?;
    Ok(Json(store::count(&call.db, &tenant, call.now).await?))
}
