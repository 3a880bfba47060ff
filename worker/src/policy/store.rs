//! Statements about policies.

use crate::{
    auth::{Owner, Tenant},
    db::Statement,
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
