//! Statements about passwords.

use crate::{auth::Owner, db::Statement, secret::Digest};
use contract::{
    ids::TenantId,
    password::RESET_SECONDS,
    time::{DAY, Timestamp},
};

/// Replaces the hash that was just verified. If another change came first, this one does nothing.
pub(super) fn update(owner: &Owner, verified: &str, hash: &str) -> Statement {
    Statement::new(
        "UPDATE users SET password = ?4 WHERE id = ?1 AND tenant_id = ?2 AND password = ?3",
        [owner.user(), owner.tenant(), &verified, &hash],
    )
}

/// A link for the person with this address, if there is one who may sign in.
/// `message` is the one that carries it.
pub(super) fn insert_reset(
    email: &str,
    digest: &Digest,
    message: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO password_resets (digest, tenant_id, user_id, message, expires_at)
         SELECT ?2, tenant_id, id, ?3, ?4 FROM users WHERE email = ?1 AND active = 1",
        [&email, digest, &message, &now.plus(RESET_SECONDS)],
    )
}

/// Counts the time of the link that `message` carries from now on, if it was sent only now, long after it was made.
pub fn restart(tenant: &TenantId, message: &str, now: Timestamp) -> Statement {
    let ends_at = now.plus(RESET_SECONDS);
    Statement::new(
        "UPDATE password_resets SET expires_at = ?3 WHERE message = ?1 AND tenant_id = ?2 AND expires_at < ?4",
        [&message, tenant, &ends_at, &ends_at.plus(-60)],
    )
}

/// Sets the password by a link; of calls side by side with the same link one succeeds.
pub(super) fn update_by_link(
    owner: &Owner,
    link: &Digest,
    hash: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE users SET password = ?4
         WHERE id = ?1 AND tenant_id = ?2 AND EXISTS (SELECT 1 FROM password_resets WHERE digest = ?3 AND expires_at > ?5)",
        [owner.user(), owner.tenant(), link, &hash, &now],
    )
}

/// Makes every link of a person useless.
pub fn forget_resets(owner: &Owner) -> Statement {
    Statement::new(
        "DELETE FROM password_resets WHERE user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// Forgets links that work no more, and will not: what carries one is sent within a day or never.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM password_resets WHERE expires_at <= ?1",
        [&now.plus(-DAY)],
    )
}
