//! Statements about passwords.

use crate::{auth::Owner, db::Statement};

/// Replaces the hash that was just verified. If another change came first, this one does nothing.
pub(super) fn update(owner: &Owner, verified: &str, hash: &str) -> Statement {
    Statement::new(
        "UPDATE users SET password = ?4 WHERE id = ?1 AND tenant_id = ?2 AND password = ?3",
        [owner.user(), owner.tenant(), &verified, &hash],
    )
}
