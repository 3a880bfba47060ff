//! Statements about passwords.

use crate::{auth::Owner, db::Statement, secret::Digest};
use contract::{password::RESET_SECONDS, time::Timestamp};

/// Replaces the hash that was just verified. If another change came first, this one does nothing.
pub(super) fn update(owner: &Owner, verified: &str, hash: &str) -> Statement {
    Statement::new(
        "UPDATE users SET password = ?4 WHERE id = ?1 AND tenant_id = ?2 AND password = ?3",
        [owner.user(), owner.tenant(), &verified, &hash],
    )
}

/// A link for the person with this address, if there is one who may sign in.
pub(super) fn insert_reset(email: &str, digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO password_resets (digest, tenant_id, user_id, expires_at)
         SELECT ?2, tenant_id, id, ?3 FROM users WHERE email = ?1 AND active = 1",
        [&email, digest, &now.plus(RESET_SECONDS)],
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

/// Forgets links that work no more.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM password_resets WHERE expires_at <= ?1", [&now])
}
