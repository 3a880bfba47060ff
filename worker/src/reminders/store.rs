//! Statements about ends of tokens.

use super::rules::FOLD;
use crate::db::Statement;
use contract::{
    ids::{TenantId, TokenId, UserId},
    time::{DAY, Timestamp},
};
use serde::Deserialize;
use serde_json::json;

/// The earliest and the latest end that is looked at, in days from now.
const SINCE: i64 = 7;
const AHEAD: i64 = 30;
/// How many people are reminded at once: the job has other things to do, and comes back in minutes.
const PEOPLE: u32 = 300;
/// A person is told at most once in so many seconds: somewhat less than a day, since the day is theirs.
const EVERY: i64 = 20 * 60 * 60;

/// A token that ends soon or ended lately, with whom to tell.
#[derive(Deserialize)]
pub(super) struct EndingRow {
    pub id: TokenId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub name: String,
    /// The service account that has it.
    pub account: Option<String>,
    pub ends_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// How many days ahead it is time to tell the end; 0 when it has come.
    pub days: u32,
    /// Whether the person hears of what is over elsewhere than of what ends soon: 1 or 0.
    pub apart: u8,
}

/// A time zone in which somebody has a token whose end is near.
#[derive(Deserialize)]
pub(super) struct ZoneRow {
    pub zone: String,
}

/// The time zones of those whom [`ending`] could find.
pub(super) fn zones(now: Timestamp) -> Statement {
    Statement::new(
        "SELECT DISTINCT coalesce(u.time_zone, 'UTC') AS zone
         FROM tokens t
         JOIN users u ON u.id = coalesce(t.user_id, (SELECT user_id FROM keepers WHERE service_account_id = t.service_account_id))
          AND u.tenant_id = t.tenant_id
         WHERE t.revoked_at IS NULL AND coalesce(t.renewable_until, t.expires_at) > ?1
           AND coalesce(t.renewable_until, t.expires_at) <= ?2",
        [&now.plus(-SINCE * DAY), &now.plus(AHEAD * DAY)],
    )
}

/// All the tokens of some people whose end it is time to tell: of people in these time zones (a JSON array) who were not
/// reminded within a day. Each end is told 30, 7 and 1 days ahead and when it has come; who made a token to live for a week
/// knows that it ends within a week.
pub(super) fn ending(now: Timestamp, zones: &str) -> Statement {
    Statement::new(
        "WITH due AS MATERIALIZED (
         SELECT * FROM (
         SELECT t.id, t.tenant_id, u.id AS user_id, t.name, a.name AS account, t.created_at, t.last_used_at, e.value AS ends_at,
                CASE WHEN e.value <= ?3 THEN 0 WHEN e.value <= ?4 THEN 1 WHEN e.value <= ?5 THEN 7 ELSE 30 END AS days
         FROM tokens t
         JOIN json_each(json_array(coalesce(t.renewable_until, t.expires_at))) e
         LEFT JOIN service_accounts a ON a.id = t.service_account_id AND a.tenant_id = t.tenant_id
         JOIN users u ON u.id = coalesce(t.user_id, (SELECT user_id FROM keepers WHERE service_account_id = a.id)) AND u.tenant_id = t.tenant_id
         WHERE t.revoked_at IS NULL AND coalesce(t.renewable_until, t.expires_at) > ?1
           AND coalesce(t.renewable_until, t.expires_at) <= ?2 AND u.active = 1 AND a.deleted_at IS NULL
           AND coalesce(u.time_zone, 'UTC') IN (SELECT value FROM json_each(?8))
           AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.user_id = u.id AND o.fold > ?6 AND o.fold < ?6 || '~' AND o.created_at > ?7)
         ) near
         WHERE (days = 0 OR created_at <= strftime('%Y-%m-%dT%H:%M:%SZ', ends_at, '-' || days || ' days'))
           AND NOT EXISTS (SELECT 1 FROM token_reminders r WHERE r.token_id = near.id AND r.ends_at = near.ends_at AND r.days <= near.days))
         SELECT due.*,
                coalesce(((SELECT count(*) FROM json_each(p.not_by_email) WHERE value IN ('token.expired', 'token.expiring')) = 1
                          OR (SELECT count(*) FROM json_each(p.not_by_slack) WHERE value IN ('token.expired', 'token.expiring')) = 1), 0) AS apart
         FROM due LEFT JOIN notification_preferences p ON p.user_id = due.user_id AND p.tenant_id = due.tenant_id
         WHERE due.user_id IN (SELECT DISTINCT user_id FROM due LIMIT ?9)",
        [
            &now.plus(-SINCE * DAY),
            &now.plus(AHEAD * DAY),
            &now,
            &now.plus(DAY),
            &now.plus(7 * DAY),
            &FOLD,
            &now.plus(-EVERY),
            &zones,
            &PEOPLE,
        ],
    )
}

/// Notes which ends a person was told, so many days ahead.
pub(super) fn note(first: &EndingRow, tokens: &[EndingRow]) -> Statement {
    let told: Vec<_> = tokens
        .iter()
        .map(|row| json!({"token": row.id, "ends_at": row.ends_at, "days": row.days}))
        .collect();
    Statement::new(
        "INSERT INTO token_reminders (token_id, ends_at, days, tenant_id)
         SELECT value ->> 'token', value ->> 'ends_at', value ->> 'days', ?2 FROM json_each(?1) WHERE true
         ON CONFLICT DO NOTHING",
        [&json!(told).to_string(), &first.tenant_id],
    )
}

/// Forgets what was told of ends that are long over.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM token_reminders WHERE ends_at <= ?1",
        [&now.plus(-30 * DAY)],
    )
}
