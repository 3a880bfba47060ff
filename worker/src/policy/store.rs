//! Statements about policies.

use crate::{
    auth::{Owner, Tenant},
    db::Statement,
};
use contract::{
    ids::UserId,
    policy::Policy,
    time::{DAY, Timestamp},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A policy as it is kept.
#[derive(Deserialize)]
pub(super) struct PolicyRow {
    pub policy: String,
}

pub(super) fn find(tenant: &Tenant) -> Statement {
    Statement::new("SELECT policy FROM policies WHERE tenant_id = ?1", [tenant])
}

/// Somebody whom a policy touches, and by what of it.
#[derive(Deserialize)]
pub(super) struct Touched {
    pub id: UserId,
    /// `mfa`, the kind of a token that lives longer than it may, `forever`, or `live` for as many tokens as there may be.
    pub why: String,
}

/// Whom a policy touches, by their own tokens or by those of a service account that they look after.
pub(super) fn whom(tenant: &Tenant, policy: &Policy, now: Timestamp) -> Statement {
    let ends = policy.token_max_days.each().into_iter();
    let ends: Map<String, Value> = ends
        .map(|(kind, days)| (kind.into(), json!(now.plus(i64::from(days) * DAY))))
        .collect();
    Statement::new(
        "WITH owned AS (SELECT coalesce(t.user_id, k.user_id) AS person, t.owner_id, t.kind,
                               coalesce(t.renewable_until, t.expires_at) AS ends_at
                        FROM tokens t LEFT JOIN keepers k ON k.service_account_id = t.service_account_id
                        WHERE t.tenant_id = ?1 AND t.revoked_at IS NULL)
         SELECT DISTINCT u.id, touched.why FROM (
             SELECT id AS person, 'mfa' AS why FROM users WHERE tenant_id = ?1 AND mfa_enabled = 0 AND ?2 = 1
             UNION ALL SELECT person, kind FROM owned JOIN json_each(?3) latest ON latest.key = kind WHERE ends_at > latest.value
             UNION ALL SELECT person, 'forever' FROM owned WHERE ends_at IS NULL AND ?4 = 0
             UNION ALL SELECT person, 'live' FROM owned WHERE coalesce(ends_at, '~') > ?6 GROUP BY owner_id HAVING count(*) >= ?5
         ) touched JOIN users u ON u.id = touched.person AND u.tenant_id = ?1 AND u.active = 1
         LIMIT 20000",
        [
            tenant,
            &policy.mfa_required,
            &Value::Object(ends).to_string(),
            &policy.forever_allowed,
            &policy.max_live_tokens,
            &now,
        ],
    )
}

/// Counts what a policy would touch: tokens that live longer than it allows, and people without the second factor that
/// it asks for.
pub(super) fn touched(tenant: &Tenant, policy: &Policy, now: Timestamp) -> Statement {
    let end = |days: u32| now.plus(i64::from(days) * DAY);
    let max = policy.token_max_days;
    Statement::new(
        "SELECT (SELECT count(*) FROM tokens t
                 WHERE t.tenant_id = ?1 AND t.revoked_at IS NULL
                   AND CASE t.kind WHEN 'all' THEN ?2 = 0 AND t.renewable_until IS NULL OR t.renewable_until > ?3
                                   WHEN 'custom' THEN ?2 = 0 AND t.renewable_until IS NULL OR t.renewable_until > ?4
                                   WHEN 'hyperscale' THEN ?2 = 0 AND t.renewable_until IS NULL OR t.renewable_until > ?5
                                   WHEN 'microsoft_scim' THEN t.expires_at > ?6
                                   ELSE t.expires_at > ?7 END) AS tokens,
                (SELECT count(*) FROM users u WHERE u.tenant_id = ?1 AND u.active = 1 AND u.mfa_enabled = 0 AND ?8 = 1) AS people",
        [
            tenant,
            &policy.forever_allowed,
            &end(max.all),
            &end(max.custom),
            &end(max.hyperscale),
            &end(max.microsoft_scim),
            &end(max.one_touch_recovery),
            &policy.mfa_required,
        ],
    )
}

/// Replaces the policy that was read as `before`, unless another change came first.
pub(super) fn replace(
    owner: &Owner,
    before: Option<&str>,
    policy: &str,
    mfa_required: bool,
) -> Statement {
    Statement::new(
        "INSERT INTO policies (tenant_id, policy, mfa_required)
         SELECT ?1, ?3, ?4 WHERE ?2 IS NOT NULL OR NOT EXISTS (SELECT 1 FROM policies WHERE tenant_id = ?1)
         ON CONFLICT (tenant_id) DO UPDATE SET policy = excluded.policy, mfa_required = excluded.mfa_required
         WHERE policy = ?2",
        [owner.tenant(), &before.map(str::to_owned), &policy, &mfa_required],
    )
}
