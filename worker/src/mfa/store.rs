//! Statements about the second factor.

use super::Stage;
use crate::{
    auth::Owner,
    db::{Outcome, Statement},
    error::Result,
    rekey,
    secret::Digest,
};
use contract::{
    ids::{TenantId, UserId},
    time::Timestamp,
};
use serde::Deserialize;

/// A seed as it is kept, and the last step whose code was taken.
#[derive(Deserialize)]
pub(super) struct TotpRow {
    pub seed: String,
    pub last_step: i64,
}

/// What [`count_recovery_codes`] counted.
pub fn recovery_codes_left(counted: &Outcome) -> Result<u32> {
    #[derive(Deserialize)]
    struct Row {
        left: u32,
    }
    Ok(counted.row()?.map_or(0, |Row { left }| left))
}

/// The seed of a person, if their second factor is on, or is off, as `stage` says.
pub(super) fn find(owner: &Owner, stage: Stage) -> Statement {
    if stage == Stage::Replacing {
        return Statement::new(
            "SELECT next_seed AS seed, 0 AS last_step FROM totps
             WHERE user_id = ?1 AND tenant_id = ?2 AND next_seed IS NOT NULL
               AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 1)",
            [owner.user(), owner.tenant()],
        );
    }
    Statement::new(
        "SELECT seed, last_step FROM totps
         WHERE user_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = ?3)",
        [owner.user(), owner.tenant(), &(stage == Stage::On)],
    )
}

/// A seed that is to be confirmed, in place of one that was not.
pub(super) fn begin(owner: &Owner, seed: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO totps (user_id, tenant_id, seed, created_at)
         SELECT id, tenant_id, ?3, ?4 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 0
         ON CONFLICT (user_id) DO UPDATE SET seed = excluded.seed, last_step = 0, created_at = excluded.created_at",
        [owner.user(), owner.tenant(), &seed, &now],
    )
}

/// A seed that is to take the place of the one that is on, which stays good until then.
pub(super) fn begin_replacing(owner: &Owner, seed: &str) -> Statement {
    Statement::new(
        "UPDATE totps SET next_seed = ?3 WHERE user_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 1)",
        [owner.user(), owner.tenant(), &seed],
    )
}

/// Counts as a change if the next seed is still this one: taking its place spends its code.
pub(super) fn hold_next_seed(owner: &Owner, seed: &str) -> Statement {
    Statement::new(
        "UPDATE totps SET next_seed = ?3 WHERE user_id = ?1 AND tenant_id = ?2 AND next_seed = ?3",
        [owner.user(), owner.tenant(), &seed],
    )
}

/// Puts the next seed in its place, if it is still this one; the code of the step was taken.
pub(super) fn replace(owner: &Owner, seed: &str, step: i64) -> Statement {
    Statement::new(
        "UPDATE totps SET seed = next_seed, next_seed = NULL, last_step = CAST(?4 AS INTEGER)
         WHERE user_id = ?1 AND tenant_id = ?2 AND next_seed = ?3",
        [owner.user(), owner.tenant(), &seed, &step.to_string()],
    )
}

/// Forgets the seed of an app that was to take the place of another.
pub fn forget_next_seed(owner: &Owner) -> Statement {
    Statement::new(
        "UPDATE totps SET next_seed = NULL
         WHERE user_id = ?1 AND tenant_id = ?2 AND next_seed IS NOT NULL",
        [owner.user(), owner.tenant()],
    )
}

/// Takes a step's code, unless it or a later one was taken.
pub(super) fn spend_step(owner: &Owner, step: i64) -> Statement {
    Statement::new(
        "UPDATE totps SET last_step = CAST(?3 AS INTEGER)
         WHERE user_id = ?1 AND tenant_id = ?2 AND last_step < CAST(?3 AS INTEGER)",
        [owner.user(), owner.tenant(), &step.to_string()],
    )
}

/// Takes a recovery code by its hash under this key or the previous one.
pub(super) fn spend_recovery_code(
    owner: &Owner,
    digest: &Digest,
    previous: Option<&Digest>,
) -> Statement {
    Statement::new(
        "DELETE FROM recovery_codes WHERE digest IN (?3, ?4) AND user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant(), digest, &previous],
    )
}

/// Whose seed is encrypted under another key.
#[derive(Deserialize)]
pub(super) struct SealedRow {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    pub seed: String,
}

/// Some of those that do not begin with `key`, the id of a key.
pub(super) fn sealed_by_others(key: &str, after: &str) -> Statement {
    Statement::new(
        "SELECT user_id, tenant_id, seed FROM totps
         WHERE user_id > ?3 AND substr(seed, 1, length(?1)) <> ?1 ORDER BY user_id LIMIT ?2",
        [&key, &rekey::ROWS, &after],
    )
}

/// Puts a seed that was encrypted anew in its place, if that is still so. One that was to replace it is begun again.
pub(super) fn seal_anew(row: &SealedRow, seed: &str) -> Statement {
    Statement::new(
        "UPDATE totps SET seed = ?4, next_seed = NULL WHERE user_id = ?1 AND tenant_id = ?2 AND seed = ?3",
        [&row.user_id, &row.tenant_id, &row.seed, &seed],
    )
}

pub(super) fn switch_on(owner: &Owner) -> Statement {
    Statement::new(
        "UPDATE users SET mfa_enabled = 1 WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 0",
        [owner.user(), owner.tenant()],
    )
}

/// Switches it off, unless the tenant lets nobody in without one.
pub(super) fn switch_off(owner: &Owner) -> Statement {
    Statement::new(
        "UPDATE users SET mfa_enabled = 0
         WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 1
           AND NOT EXISTS (SELECT 1 FROM policies WHERE tenant_id = ?2 AND mfa_required = 1)",
        [owner.user(), owner.tenant()],
    )
}

/// Switches it off for somebody who has lost it, whatever the policy says, if they still are as they were read: whoever
/// looks after them may have been allowed to by the role that they had then.
pub(super) fn reset(owner: &Owner, version: u32) -> Statement {
    Statement::new(
        "UPDATE users SET mfa_enabled = 0
         WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 1 AND version = ?3",
        [owner.user(), owner.tenant(), &version],
    )
}

/// Forgets the seed of somebody whose second factor is off: it was switched off, or never confirmed.
pub fn forget_useless_seed(owner: &Owner) -> Statement {
    Statement::new(
        "DELETE FROM totps WHERE user_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 0)",
        [owner.user(), owner.tenant()],
    )
}

/// Forgets the recovery codes of somebody who has no second factor any more.
pub(super) fn forget_useless_recovery_codes(owner: &Owner) -> Statement {
    Statement::new(
        "DELETE FROM recovery_codes WHERE user_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND tenant_id = ?2 AND mfa_enabled = 0)",
        [owner.user(), owner.tenant()],
    )
}

/// Forgets the recovery codes of an app whose place this seed is about to take.
pub(super) fn forget_replaced_recovery_codes(owner: &Owner, seed: &str) -> Statement {
    Statement::new(
        "DELETE FROM recovery_codes WHERE user_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM totps WHERE user_id = ?1 AND tenant_id = ?2 AND next_seed = ?3)",
        [owner.user(), owner.tenant(), &seed],
    )
}

pub(super) fn forget_recovery_codes(owner: &Owner) -> Statement {
    Statement::new(
        "DELETE FROM recovery_codes WHERE user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// The first recovery codes, unless the statement before it changed nothing; `digests` is a JSON array.
pub(super) fn insert_first_recovery_codes(owner: &Owner, digests: &str) -> Statement {
    Statement::new(
        "INSERT INTO recovery_codes (digest, tenant_id, user_id) SELECT value, ?2, ?1 FROM json_each(?3) WHERE changes() > 0",
        [owner.user(), owner.tenant(), &digests],
    )
}

/// New recovery codes; `digests` is a JSON array.
pub(super) fn insert_recovery_codes(owner: &Owner, digests: &str) -> Statement {
    Statement::new(
        "INSERT INTO recovery_codes (digest, tenant_id, user_id) SELECT value, ?2, ?1 FROM json_each(?3)",
        [owner.user(), owner.tenant(), &digests],
    )
}

/// How many recovery codes a person has; see [`recovery_codes_left`].
pub fn count_recovery_codes(owner: &Owner) -> Statement {
    Statement::new(
        "SELECT count(*) AS left FROM recovery_codes WHERE user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}
