//! Who uses a token, and who could not.

use super::store;
use crate::{
    auth::{Authorized, rights::ReadTokens},
    call::Call,
    db::Joined,
    error::Result,
    extract::{Query, Segment},
    tokens::reach::{Reached, reach},
};
use axum::Json;
use contract::{
    time::Timestamp,
    tokens::{Activity, OldSecret, UNUSED_DAYS},
    usage::{DayUsage, RouteUsage, TokenUsage, Usage},
};
use std::{cmp::Reverse, collections::BTreeMap};

/// The most routes that are told apart.
const MAX_ROUTES: usize = 20;

/// Calls per day, days without any included; and the same of the routes that were called most.
#[worker::send]
pub async fn usage(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
    mut query: Query,
) -> Result<Json<TokenUsage>> {
    let in_range = |text: &str| {
        text.parse()
            .ok()
            .filter(|days| (1..=Usage::MAX_DAYS).contains(days))
    };
    let days = query
        .parsed("days", "Use a whole number from 1 to 365.", in_range)
        .unwrap_or(30);
    query.finish()?;
    let Reached { holder, token, .. } = reach(&call, &session, &id).await?;
    let from = Usage::first_day(days, call.now);
    let counted = store::days(&call.db, &holder, &token.id, &from).await?;
    Ok(Json(by_route(days, call.now, counted)))
}

/// What was counted of each route on each day, ordered by day, together and apart.
fn by_route(days: i64, now: Timestamp, counted: Vec<store::DayOfRoute>) -> TokenUsage {
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    let mut routes: BTreeMap<String, Vec<DayUsage>> = BTreeMap::new();
    for store::DayOfRoute { route, day, calls } in counted {
        *all.entry(day.clone()).or_default() += calls;
        routes
            .entry(route)
            .or_default()
            .push(DayUsage { day, calls });
    }
    let mut routes: Vec<_> = routes
        .into_iter()
        .map(|(route, days)| RouteUsage {
            route,
            calls: days.iter().map(|day| day.calls).sum(),
            days,
        })
        .collect();
    routes.sort_by_key(|route| Reverse(route.calls));
    routes.truncate(MAX_ROUTES);
    let all: Vec<_> = all
        .into_iter()
        .map(|(day, calls)| DayUsage { day, calls })
        .collect();
    TokenUsage {
        all: Usage::of_days(days, now, &all),
        routes,
    }
}

/// From where it was used, what was refused, and who still uses the secret before.
#[worker::send]
pub async fn activity(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Activity>> {
    let Reached { holder, token, .. } = reach(&call, &session, &id).await?;
    let from = Usage::first_day(UNUSED_DAYS, call.now);
    let insight = store::insight(&holder, &token.id, &from, call.now);
    let [calls, refusals, old, scopes, observed] = call.db.commit(insight).await?;
    let scopes: Option<store::ScopesTaken> = scopes.row()?;
    let old: Option<Joined<OldSecret, store::Undoable>> = old.row()?;
    let (old_secret, undoable) = old.map(|Joined(old, undo)| (old, undo.undoable)).unzip();
    Ok(Json(Activity {
        tracked_since: token.created_at,
        calls: calls.rows()?,
        refusals: refusals.rows()?,
        would_refuse: observed.rows()?,
        pair: scopes.as_ref().and_then(|scopes| scopes.pair(&token)),
        old_secret,
        can_undo_rotation: undoable == Some(1),
        removed_scopes: scopes
            .as_ref()
            .map(store::ScopesTaken::removed)
            .transpose()?
            .flatten(),
        unused_scopes: scopes
            .map(|scopes| scopes.unused(&token, call.now))
            .transpose()?
            .flatten(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_3_calls_are_told_together_and_by_route_the_busiest_first() {
        let now = Timestamp::from_seconds(1_795_377_695);
        let counted = [
            ("GET /backups", "2026-11-21", 2),
            ("GET /backups", "2026-11-22", 1),
            ("GET /jobs", "2026-11-22", 9),
        ];
        let counted = counted.map(|(route, day, calls)| store::DayOfRoute {
            route: route.into(),
            day: day.into(),
            calls,
        });
        let usage = by_route(2, now, counted.into());
        let days: Vec<_> = usage.all.days.iter().map(|day| day.calls).collect();
        assert_eq!((usage.all.calls, days), (12, vec![2, 10]));
        let routes: Vec<_> = usage
            .routes
            .iter()
            .map(|route| (route.route.as_str(), route.calls, route.days.len()))
            .collect();
        assert_eq!(routes, [("GET /jobs", 9, 1), ("GET /backups", 3, 2)]);
    }
}
