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
/// A person is told at most once in so many seconds: somewhat less than a day, since the day is theirs.
const EVERY: i64 = 20 * 60 * 60;

/// A token that ends soon or ended lately, with whom to tell.
#[derive(Clone, Deserialize)]
pub(super) struct EndingRow {
    pub id: TokenId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub name: String,
    /// The service account that has it.
    pub account: Option<String>,
    pub time_zone: Option<String>,
    pub created_at: Timestamp,
    pub ends_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// Whether the person hears of what is over elsewhere than of what ends soon: 1 or 0.
    pub apart: u8,
}

/// Tokens whose end is near and was not told so many days ahead, of people who were not reminded within a day.
pub(super) fn ending(now: Timestamp) -> Statement {
    Statement::new(
        "SELECT t.id, t.tenant_id, u.id AS user_id, t.name, a.name AS account, u.time_zone, t.created_at,
                coalesce(t.renewable_until, t.expires_at) AS ends_at, t.last_used_at,
                coalesce(((SELECT count(*) FROM json_each(p.not_by_email) WHERE value IN ('token.expired', 'token.expiring')) = 1
                          OR (SELECT count(*) FROM json_each(p.not_by_slack) WHERE value IN ('token.expired', 'token.expiring')) = 1), 0) AS apart
         FROM tokens t
         LEFT JOIN service_accounts a ON a.id = t.service_account_id AND a.tenant_id = t.tenant_id
         JOIN users u ON u.id = coalesce(t.user_id, (SELECT user_id FROM keepers WHERE service_account_id = a.id)) AND u.tenant_id = t.tenant_id
         LEFT JOIN notification_preferences p ON p.user_id = u.id AND p.tenant_id = u.tenant_id
         WHERE t.revoked_at IS NULL AND coalesce(t.renewable_until, t.expires_at) > ?1
           AND coalesce(t.renewable_until, t.expires_at) <= ?2 AND u.active = 1 AND a.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM token_reminders r
                           WHERE r.token_id = t.id AND r.ends_at = coalesce(t.renewable_until, t.expires_at)
                             AND r.days <= CASE WHEN r.ends_at <= ?3 THEN 0 WHEN r.ends_at <= ?4 THEN 1
                                                WHEN r.ends_at <= ?5 THEN 7 ELSE 30 END)
           AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.user_id = u.id AND o.fold > ?6 AND o.fold < ?6 || '~' AND o.created_at > ?7)
         LIMIT 5000",
        [
            &now.plus(-SINCE * DAY),
            &now.plus(AHEAD * DAY),
            &now,
            &now.plus(DAY),
            &now.plus(7 * DAY),
            &FOLD,
            &now.plus(-EVERY),
        ],
    )
}

/// Notes which ends a person was told, so many days ahead.
pub(super) fn note(first: &EndingRow, tokens: &[(EndingRow, u32)]) -> Statement {
    let told: Vec<_> = tokens
        .iter()
        .map(|(row, days)| json!({"token": row.id, "ends_at": row.ends_at, "days": days}))
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
