//! Statements about people.

use crate::{
    auth::{Owner, Tenant},
    db::{Db, Statement},
    error::Result,
};
use contract::{
    ids::{RoleId, UserId},
    photos,
    roles::RoleRef,
    time::Timestamp,
    users::User,
};
use serde::Deserialize;

/// The columns of a person, with the name of their role. The password is not among them.
#[derive(Deserialize)]
pub struct UserRow {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
    phone: Option<String>,
    time_zone: Option<String>,
    role_id: RoleId,
    role_name: String,
    active: u8,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
    version: u32,
    mfa_enabled: u8,
    photo_hash: Option<String>,
}

impl UserRow {
    /// The person's id.
    pub fn id(&self) -> &UserId {
        &self.id
    }

    /// How often their profile was changed, which tells one state of it from another.
    pub fn version(&self) -> u32 {
        self.version
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let photo_url = row.photo_hash.map(|hash| photos::url(&row.id, &hash));
        Self {
            id: row.id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            phone: row.phone,
            time_zone: row.time_zone,
            photo_url,
            role: RoleRef {
                id: row.role_id,
                name: row.role_name,
            },
            active: row.active == 1,
            mfa_enabled: row.mfa_enabled == 1,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

pub(super) async fn list(
    db: &Db,
    tenant: &Tenant,
    after: Option<&UserId>,
    rows: u32,
) -> Result<Vec<User>> {
    let users: Vec<UserRow> = db
        .all(Statement::new(
            "SELECT u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active, u.created_at,
                    u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
             FROM users u JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id
             WHERE u.tenant_id = ?1 AND u.id > ?2
             ORDER BY u.id LIMIT ?3",
            [tenant, &after.map_or("", UserId::as_str), &rows],
        ))
        .await?;
    Ok(users.into_iter().map(User::from).collect())
}

/// One person.
pub async fn find(db: &Db, tenant: &Tenant, id: &UserId) -> Result<Option<UserRow>> {
    db.first(Statement::new(
        "SELECT u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active, u.created_at,
                u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
         FROM users u JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id
         WHERE u.tenant_id = ?1 AND u.id = ?2",
        [tenant, id],
    ))
    .await
}

/// Writes a profile down, unless it is no longer at `version`.
pub(super) fn update(owner: &Owner, user: &User, version: u32) -> Statement {
    Statement::new(
        "UPDATE users SET first_name = ?4, last_name = ?5, phone = ?6, time_zone = ?7, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?3",
        [
            &user.id,
            owner.tenant(),
            &version,
            &user.first_name,
            &user.last_name,
            &user.phone,
            &user.time_zone,
        ],
    )
}
