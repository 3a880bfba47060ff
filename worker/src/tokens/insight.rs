//! Who uses a token, and who could not.

use super::{
    reach::{Reached, reach},
    store,
};
use crate::{
    auth::{Authorized, rights::ReadTokens},
    call::Call,
    error::Result,
    extract::{Query, Segment},
};
use axum::Json;
use contract::{tokens::Activity, usage::Usage};

/// The most days that are told.
const MAX_DAYS: i64 = 365;

/// Calls per day, days without any included.
#[worker::send]
pub async fn usage(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
    mut query: Query,
) -> Result<Json<Usage>> {
    let in_range = |text: &str| {
        text.parse()
            .ok()
            .filter(|days| (1..=MAX_DAYS).contains(days))
    };
    let days = query
        .parsed("days", "Use a whole number from 1 to 365.", in_range)
        .unwrap_or(30);
    query.finish()?;
    let Reached { holder, token, .. } = reach(&call, &session, &id).await?;
    let from = Usage::first_day(days, call.now);
    let counted = store::days(&call.db, &holder, &token.id, &from).await?;
    Ok(Json(Usage::of_days(days, call.now, &counted)))
}

/// From where it was used, what was refused, and who still uses the secret before.
#[worker::send]
pub async fn activity(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Activity>> {
    let Reached { holder, token, .. } = reach(&call, &session, &id).await?;
    let [calls, refusals, old] = call.db.commit(store::insight(&holder, &token.id)).await?;
    Ok(Json(Activity {
        tracked_since: token.created_at,
        calls: calls.rows()?,
        refusals: refusals.rows()?,
        old_secret: old.row()?,
    }))
}
