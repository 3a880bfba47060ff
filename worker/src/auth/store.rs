//! The lookups behind every call, and what they note about sessions.

use super::{Grant, Owner};
use crate::{
    db::{Db, Statement},
    error::{Error, Result},
    secret::Digest,
    tokens::TokenRow,
    users::UserRow,
};
use contract::{
    ids::{SessionId, TenantId},
    roles::parse_permissions,
    scopes::ScopeSet,
    time::Timestamp,
    tokens::Token,
    users::User,
};
use serde::Deserialize;

/// A session as it is kept.
pub struct FoundSession {
    pub id: SessionId,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub user: User,
    pub user_version: u32,
    pub grant: Grant,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub stepped_up_at: Timestamp,
    /// Whether the second factor is still missing.
    pub half: bool,
}

/// A token as it is kept, with what its owner may do.
pub struct FoundToken {
    pub tenant: TenantId,
    pub token: Token,
    pub owner_active: bool,
    pub grant: Grant,
}

/// The role's columns.
#[derive(Deserialize)]
struct GrantRow {
    permissions: String,
    role_scopes: String,
}

impl GrantRow {
    /// A permission or scope that this version does not know is a failure of ours, never a grant.
    fn read(&self) -> Result<Grant> {
        let permissions = parse_permissions(&self.permissions).map_err(Error::Internal)?;
        let scopes = ScopeSet::parse(&self.role_scopes).map_err(Error::Internal)?;
        Ok(Grant {
            permissions,
            scopes,
        })
    }
}

pub(super) async fn find_session(db: &Db, digest: &Digest) -> Result<Option<FoundSession>> {
    #[derive(Deserialize)]
    struct Row {
        session_id: SessionId,
        tenant_id: TenantId,
        tenant_name: String,
        session_created_at: Timestamp,
        session_last_seen_at: Timestamp,
        stepped_up_at: Timestamp,
        half: u8,
        #[serde(flatten)]
        grant: GrantRow,
        #[serde(flatten)]
        user: UserRow,
    }
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT s.id AS session_id, s.tenant_id, t.name AS tenant_name, s.created_at AS session_created_at,
                    s.last_seen_at AS session_last_seen_at, s.stepped_up_at, s.half, r.permissions, r.scopes AS role_scopes,
                    u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active, u.created_at,
                    u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
             JOIN roles r ON r.id = u.role_id AND r.tenant_id = s.tenant_id
             JOIN tenants t ON t.id = s.tenant_id
             WHERE s.digest = ?1",
            [digest],
        ))
        .await?;
    let read = |row: Row| {
        Ok(FoundSession {
            id: row.session_id,
            tenant: row.tenant_id,
            tenant_name: row.tenant_name,
            grant: row.grant.read()?,
            user_version: row.user.version(),
            user: row.user.into(),
            created_at: row.session_created_at,
            last_seen_at: row.session_last_seen_at,
            stepped_up_at: row.stepped_up_at,
            half: row.half == 1,
        })
    };
    row.map(read).transpose()
}

pub(super) async fn find_token(
    db: &Db,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<FoundToken>> {
    #[derive(Deserialize)]
    struct Row {
        tenant_id: TenantId,
        owner_active: u8,
        #[serde(flatten)]
        grant: GrantRow,
        #[serde(flatten)]
        token: TokenRow,
    }
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT t.tenant_id, u.active AS owner_active, r.permissions, r.scopes AS role_scopes,
                    t.id, t.user_id, u.first_name || ' ' || u.last_name AS owner_name, t.name, t.description,
                    t.scopes, t.prefix, t.last_four, t.created_at, t.renewable_until, t.last_used_at,
                    t.last_used_ip, t.revoked_at, t.revoked_by, t.revoke_reason
             FROM tokens t
             JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
             JOIN roles r ON r.id = u.role_id AND r.tenant_id = t.tenant_id
             WHERE t.digest = ?1",
            [digest],
        ))
        .await?;
    let read = |row: Row| {
        Ok(FoundToken {
            tenant: row.tenant_id,
            owner_active: row.owner_active == 1,
            grant: row.grant.read()?,
            token: row.token.read(now)?,
        })
    };
    row.map(read).transpose()
}

/// Notes that a session and its person are there.
pub(super) fn session_seen(owner: &Owner, id: &SessionId, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE sessions SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
            [id, owner.tenant(), &now],
        ),
        Statement::new(
            "UPDATE users SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
            [owner.user(), owner.tenant(), &now],
        ),
    ]
}

/// Moves the confirmation of a session along.
pub(super) fn step_up_again(owner: &Owner, id: &SessionId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET stepped_up_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant(), &now],
    )
}
