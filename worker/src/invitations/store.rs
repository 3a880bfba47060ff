//! Statements about invitations.

use crate::{
    auth::{InvitationLink, Owner, Tenant},
    db::{Bind, Db, Statement},
    error::Result,
    order::Way,
    secret::Digest,
};
use contract::{
    ids::{InvitationId, RoleId},
    invitations::{INVITATION_SECONDS, Invitation},
    roles::RoleRef,
    time::{DAY, Timestamp},
    users::User,
};
use serde::Deserialize;

/// One that came too late can be sent again for so many seconds.
const KEPT: i64 = 30 * DAY;

#[derive(Deserialize)]
struct Row {
    id: InvitationId,
    email: String,
    role_id: RoleId,
    role_name: String,
    invited_by: String,
    created_at: Timestamp,
    sent_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: RoleRef {
                id: row.role_id,
                name: row.role_name,
            },
            invited_by: row.invited_by,
            created_at: row.created_at,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
        }
    }
}

/// What a list is narrowed to, and which way it goes.
pub(super) struct Wanted<'a> {
    pub way: Way,
    /// Part of an address, in small letters.
    pub search: &'a str,
    pub after: Option<&'a InvitationId>,
    pub rows: u32,
}

/// One page.
pub(super) async fn list(db: &Db, tenant: &Tenant, wanted: &Wanted<'_>) -> Result<Vec<Invitation>> {
    let values: [&dyn Bind; 4] = [
        tenant,
        &wanted.way.start(wanted.after.map(InvitationId::as_str)),
        &wanted.search,
        &wanted.rows,
    ];
    let statement = match wanted.way {
        Way::Up => Statement::new(
            "SELECT i.id, i.email, i.role_id, r.name AS role_name, i.invited_by, i.created_at, i.sent_at, i.expires_at
             FROM invitations i JOIN roles r ON r.id = i.role_id AND r.tenant_id = i.tenant_id
             WHERE i.tenant_id = ?1 AND i.id > ?2 AND instr(i.email, ?3) > 0
             ORDER BY i.id LIMIT ?4",
            values,
        ),
        Way::Down => Statement::new(
            "SELECT i.id, i.email, i.role_id, r.name AS role_name, i.invited_by, i.created_at, i.sent_at, i.expires_at
             FROM invitations i JOIN roles r ON r.id = i.role_id AND r.tenant_id = i.tenant_id
             WHERE i.tenant_id = ?1 AND i.id < ?2 AND instr(i.email, ?3) > 0
             ORDER BY i.id DESC LIMIT ?4",
            values,
        ),
    };
    let invitations: Vec<Row> = db.all(statement).await?;
    Ok(invitations.into_iter().map(Invitation::from).collect())
}

/// One invitation.
pub(super) async fn find(
    db: &Db,
    tenant: &Tenant,
    id: &InvitationId,
) -> Result<Option<Invitation>> {
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT i.id, i.email, i.role_id, r.name AS role_name, i.invited_by, i.created_at, i.sent_at, i.expires_at
             FROM invitations i JOIN roles r ON r.id = i.role_id AND r.tenant_id = i.tenant_id
             WHERE i.id = ?1 AND i.tenant_id = ?2",
            [id, tenant],
        ))
        .await?;
    Ok(row.map(Invitation::from))
}

/// Makes room for a new invitation of an address whose last one came too late.
pub(super) fn forget_late(tenant: &Tenant, email: &str, now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM invitations WHERE tenant_id = ?1 AND email = ?2 AND expires_at <= ?3",
        [tenant, &email, &now],
    )
}

/// A new one, unless its role has gone in the meantime.
pub(super) fn insert(inviter: &Owner, invitation: &Invitation, digest: &Digest) -> Statement {
    Statement::new(
        "INSERT INTO invitations (id, tenant_id, email, role_id, digest, invited_by, inviter_id, created_at, sent_at, expires_at)
         SELECT ?1, r.tenant_id, ?3, r.id, ?5, ?6, ?9, ?7, ?7, ?8 FROM roles r WHERE r.id = ?4 AND r.tenant_id = ?2",
        [
            &invitation.id,
            inviter.tenant(),
            &invitation.email,
            &invitation.role.id,
            digest,
            &invitation.invited_by,
            &invitation.created_at,
            &invitation.expires_at,
            inviter.user(),
        ],
    )
}

/// Gives it a new link; the one before works no more.
pub(super) fn renew(
    tenant: &Tenant,
    id: &InvitationId,
    digest: &Digest,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE invitations SET digest = ?3, sent_at = ?4, expires_at = ?5 WHERE id = ?1 AND tenant_id = ?2",
        [id, tenant, digest, &now, &now.plus(INVITATION_SECONDS)],
    )
}

pub(super) fn delete(tenant: &Tenant, id: &InvitationId) -> Statement {
    Statement::new(
        "DELETE FROM invitations WHERE id = ?1 AND tenant_id = ?2",
        [id, tenant],
    )
}

/// The person whom an invitation brings; of calls side by side with one link one succeeds, and none once it was
/// cancelled.
pub(super) fn accept(
    link: &InvitationLink,
    user: &User,
    name_key: &str,
    password: &str,
) -> Statement {
    Statement::new(
        "INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, name_key, password, created_at, last_seen_at)
         SELECT ?1, i.tenant_id, i.role_id, i.email, ?4, ?5, ?6, ?7, ?8, ?8
         FROM invitations i WHERE i.digest = ?3 AND i.tenant_id = ?2 AND i.expires_at > ?8",
        [
            &user.id,
            link.owner.tenant(),
            &link.digest,
            &user.first_name,
            &user.last_name,
            &name_key,
            &password,
            &user.created_at,
        ],
    )
}

/// Forgets invitations that came too late long ago.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM invitations WHERE expires_at <= ?1",
        [&now.plus(-KEPT)],
    )
}
