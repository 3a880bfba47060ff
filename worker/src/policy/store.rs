//! Statements about policies.

use crate::{
    auth::{Owner, Tenant},
    db::Statement,
};
use contract::ids::UserId;
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
pub(super) struct Touched {
    pub id: UserId,
}

/// Whom a change touches: with `mfa` whoever has no second factor, and whoever has a token that lives longer than its
/// kind may now. `ends` is a JSON object of the latest ends by kind.
pub(super) fn touched(owner: &Owner, mfa: bool, ends: &str) -> Statement {
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
