//! The route about usage.

use super::store;
use crate::{
    auth::{Authorized, rights::ReadUsage},
    call::Call,
    error::Result,
    extract::Query,
};
use axum::Json;
use contract::{
    time::DAY,
    usage::{DAYS, DayUsage, Usage},
};

/// Calls of the last 30 days.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ReadUsage>,
    call: Call,
    query: Query,
) -> Result<Json<Usage>> {
    query.finish()?;
    let day = |ago: i64| call.now.plus(-ago * DAY).day();
    let counted = store::days(&call.db, &owner, &day(DAYS - 1)).await?;
    let calls_on = |day: &str| {
        counted
            .iter()
            .find(|row| row.day == day)
            .map_or(0, |row| row.calls)
    };
    let days: Vec<_> = (0..DAYS)
        .rev()
        .map(day)
        .map(|day| DayUsage {
            calls: calls_on(&day),
            day,
        })
        .collect();
    Ok(Json(Usage {
        from: day(DAYS - 1),
        to: day(0),
        calls: days.iter().map(|day| day.calls).sum(),
        days,
    }))
}
