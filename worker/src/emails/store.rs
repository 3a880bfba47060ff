//! Statements about changes of addresses.

use crate::{
    auth::{EmailLink, Owner},
    db::{Db, Statement},
    error::Result,
    secret::Digest,
};
use contract::{
    email::{CONFIRM_SECONDS, PendingEmail, UNDO_SECONDS},
    time::Timestamp,
};

/// A row if somebody has this address, or may take it back. What `owner` may take back themselves does not count.
pub fn is_taken(email: &str, owner: Option<&Owner>, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT 1 AS taken FROM users WHERE email = ?1
         UNION ALL
         SELECT 1 FROM email_changes
         WHERE old_email = ?1 AND undo_until > ?2 AND confirm_digest IS NULL AND user_id IS NOT ?3",
        [
            &email,
            &now,
            &owner.map(|owner| owner.user().as_str().to_owned()),
        ],
    )
}

/// The change that waits for its link to be followed; a newer one makes the links before it useless.
pub(super) async fn pending(
    db: &Db,
    owner: &Owner,
    now: Timestamp,
) -> Result<Option<PendingEmail>> {
    db.first(Statement::new(
        "SELECT new_email AS email, confirm_until AS expires_at FROM email_changes
         WHERE user_id = ?1 AND tenant_id = ?2 AND confirm_digest IS NOT NULL AND confirm_until > ?3 LIMIT 1",
        [owner.user(), owner.tenant(), &now],
    ))
    .await
}

/// Makes the links to confirm what was asked for useless: the newest wish counts, and whoever asked may not be who it
/// seemed. Those to take it back still end every session.
pub fn forget_unconfirmed(owner: &Owner) -> Statement {
    Statement::new(
        "UPDATE email_changes SET confirm_until = '1970-01-01T00:00:00Z'
         WHERE user_id = ?1 AND tenant_id = ?2 AND confirm_digest IS NOT NULL",
        [owner.user(), owner.tenant()],
    )
}

/// The same of the change that waits, if it still does.
pub(super) fn withdraw(owner: &Owner, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE email_changes SET confirm_until = '1970-01-01T00:00:00Z'
         WHERE user_id = ?1 AND tenant_id = ?2 AND confirm_digest IS NOT NULL AND confirm_until > ?3",
        [owner.user(), owner.tenant(), &now],
    )
}

/// A change that is asked for; the `id` of a later one is greater.
pub(super) fn insert(
    owner: &Owner,
    id: &str,
    new_email: &str,
    confirm: &Digest,
    undo: &Digest,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO email_changes
             (id, undo_digest, confirm_digest, tenant_id, user_id, old_email, new_email, confirm_until, undo_until)
         SELECT ?8, ?3, ?4, tenant_id, id, email, ?5, ?6, ?7 FROM users WHERE id = ?1 AND tenant_id = ?2",
        [
            owner.user(),
            owner.tenant(),
            undo,
            confirm,
            &new_email,
            &now.plus(CONFIRM_SECONDS),
            &now.plus(UNDO_SECONDS),
            &id,
        ],
    )
}

/// Puts the new address in the place of the old one, unless another change came first.
pub(super) fn confirm(link: &EmailLink, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE users SET email = ?5, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND email = ?4
           AND EXISTS (SELECT 1 FROM email_changes WHERE confirm_digest = ?3 AND confirm_until > ?6)",
        [
            link.owner.user(),
            link.owner.tenant(),
            &link.digest,
            &link.old_email,
            &link.new_email,
            &now,
        ],
    )
}

/// Makes the link to the new address useless.
pub(super) fn forget_confirmation(link: &EmailLink) -> Statement {
    Statement::new(
        "UPDATE email_changes SET confirm_digest = NULL WHERE confirm_digest = ?1 AND tenant_id = ?2",
        [&link.digest, link.owner.tenant()],
    )
}

/// Puts the old address back, whatever the person has now.
pub(super) fn undo(link: &EmailLink) -> Statement {
    Statement::new(
        "UPDATE users SET email = ?4, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND EXISTS (SELECT 1 FROM email_changes WHERE undo_digest = ?3)",
        [
            link.owner.user(),
            link.owner.tenant(),
            &link.digest,
            &link.old_email,
        ],
    )
}

/// Forgets the change that was taken back, and those after it, which fall with it. Whoever had an address before can still
/// take that back.
pub(super) fn forget_from(link: &EmailLink) -> Statement {
    Statement::new(
        "DELETE FROM email_changes
         WHERE user_id = ?1 AND tenant_id = ?2
           AND (undo_until, id) >= (SELECT undo_until, id FROM email_changes WHERE undo_digest = ?3)",
        [link.owner.user(), link.owner.tenant(), &link.digest],
    )
}

/// Forgets changes that nobody can take back any more.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM email_changes WHERE undo_until <= ?1", [&now])
}
