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

/// A policy as it is kept.
#[derive(Deserialize)]
pub(super) struct PolicyRow {
    pub policy: String,
}

pub(super) fn find(tenant: &Tenant) -> Statement {
    Statement::new("SELECT policy FROM policies WHERE tenant_id = ?1", [tenant])
}

/// Somebody whom a change touches.
#[derive(Deserialize)]
pub(super) struct Affected {
    pub id: UserId,
}

/// Whom a change touches: with `mfa` whoever has no second factor, and whoever has a token that lives longer than its
/// kind may now. `ends` is a JSON object of the latest ends by kind.
pub(super) fn affected(owner: &Owner, mfa: bool, ends: &str) -> Statement {
    Statement::new(
        "SELECT u.id FROM users u
         WHERE u.tenant_id = ?1 AND u.active = 1
           AND ((?2 = 1 AND u.mfa_enabled = 0)
                OR EXISTS (SELECT 1 FROM json_each(?3) latest
                           JOIN tokens t ON t.owner_id = u.id AND t.kind = latest.key AND t.revoked_at IS NULL
                           WHERE coalesce(t.renewable_until, t.expires_at, '9') > latest.value))
         LIMIT 10000",
        [owner.tenant(), &mfa, &ends],
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
