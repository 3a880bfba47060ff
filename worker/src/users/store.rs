//! Statements about people.

use crate::{
    auth::{Owner, Tenant, full_name},
    db::{Bind, Db, Statement},
    error::Result,
    order::{Order, Way},
    tokens,
};
use contract::{
    ids::{RoleId, TokenId, UserId},
    photos,
    roles::RoleRef,
    time::Timestamp,
    users::User,
};
use serde::{Deserialize, Serialize};

/// The columns of a person, with the name of their role. The password is not among them.
#[derive(Deserialize)]
pub struct UserRow {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
    /// The name in its form for seeking, in lists.
    name_key: Option<String>,
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

/// By what people are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Created,
    /// Who was never seen comes before every time.
    LastSeen,
}

impl Key {
    /// Every key by its name.
    pub const ALL: [(&str, Self); 3] = [
        ("name", Self::Name),
        ("created", Self::Created),
        ("last_seen", Self::LastSeen),
    ];
}

/// What a list is narrowed to, and its order.
pub(super) struct Wanted<'a> {
    pub order: Order<Key>,
    /// Part of a name or an address, in small letters.
    pub search: &'a str,
    pub active: Option<bool>,
    pub role: Option<&'a RoleId>,
    pub after: Option<&'a UserId>,
    /// What that one was ordered by, if that is known.
    pub key: Option<&'a str>,
    pub rows: u32,
}

/// One page, each with what it is ordered by if that is not its id.
pub(super) async fn list(
    db: &Db,
    tenant: &Tenant,
    wanted: &Wanted<'_>,
) -> Result<Vec<(Option<String>, User)>> {
    let Order(by, way) = wanted.order;
    let start = way.start(wanted.after.map(UserId::as_str));
    let by_age: [&dyn Bind; 6] = [
        tenant,
        &start,
        &wanted.search,
        &wanted.active,
        &wanted.role,
        &wanted.rows,
    ];
    let by_key: [&dyn Bind; 7] = [
        tenant,
        &start,
        &wanted.search,
        &wanted.active,
        &wanted.role,
        &wanted.rows,
        &wanted.key,
    ];
    let statement = match wanted.order {
        Order(Key::Created, Way::Up) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1 AND u.id > ?2
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY u.id LIMIT ?6",
            by_age,
        ),
        Order(Key::Created, Way::Down) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1 AND u.id < ?2
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY u.id DESC LIMIT ?6",
            by_age,
        ),
        Order(Key::Name, Way::Up) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1
               AND (u.name_key, u.id) > (coalesce(?7, (SELECT name_key FROM users WHERE id = ?2 AND tenant_id = ?1), ''), ?2)
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY u.name_key, u.id LIMIT ?6",
            by_key,
        ),
        Order(Key::Name, Way::Down) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1
               AND (u.name_key, u.id) <
                   (coalesce(?7, (SELECT name_key FROM users WHERE id = ?2 AND tenant_id = ?1), char(1114111)), ?2)
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY u.name_key DESC, u.id DESC LIMIT ?6",
            by_key,
        ),
        Order(Key::LastSeen, Way::Up) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1
               AND (coalesce(u.last_seen_at, ''), u.id) >
                   (coalesce(?7, (SELECT coalesce(last_seen_at, '') FROM users WHERE id = ?2 AND tenant_id = ?1), ''), ?2)
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY coalesce(u.last_seen_at, ''), u.id LIMIT ?6",
            by_key,
        ),
        Order(Key::LastSeen, Way::Down) => Statement::new(
            "SELECT * FROM shown_users u
             WHERE u.tenant_id = ?1
               AND (coalesce(u.last_seen_at, ''), u.id) <
                   (coalesce(?7, (SELECT coalesce(last_seen_at, '') FROM users WHERE id = ?2 AND tenant_id = ?1), '~'), ?2)
               AND (instr(u.name_key, ?3) > 0 OR instr(u.email, ?3) > 0)
               AND (?4 IS NULL OR u.active = ?4) AND (?5 IS NULL OR u.role_id = ?5)
             ORDER BY coalesce(u.last_seen_at, '') DESC, u.id DESC LIMIT ?6",
            by_key,
        ),
    };
    let users: Vec<UserRow> = db.all(statement).await?;
    let keyed = |mut row: UserRow| {
        let key = match by {
            Key::Created => None,
            Key::Name => row.name_key.take(),
            Key::LastSeen => Some(
                row.last_seen_at
                    .map(|at| at.to_string())
                    .unwrap_or_default(),
            ),
        };
        (key, User::from(row))
    };
    Ok(users.into_iter().map(keyed).collect())
}

/// One person.
pub async fn find(db: &Db, tenant: &Tenant, id: &UserId) -> Result<Option<UserRow>> {
    db.first(Statement::new(
        "SELECT * FROM shown_users u
         WHERE u.tenant_id = ?1 AND u.id = ?2",
        [tenant, id],
    ))
    .await
}

/// Whoever changes or removes a person: no longer, once they were deactivated or given another role themselves.
pub(super) struct By<'a> {
    pub user: &'a UserId,
    pub role: &'a RoleId,
}

/// Writes down what is kept of a person, unless that is no longer at `version`, whoever does it may no longer, or no
/// active Administrator would be left.
pub(super) fn update(owner: &Owner, user: &User, version: u32, by: &By) -> Statement {
    Statement::new(
        "UPDATE users SET first_name = ?4, last_name = ?5, name_key = ?6, phone = ?7, time_zone = ?8, role_id = ?9,
                          active = ?10, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?3
           AND EXISTS (SELECT 1 FROM roles r WHERE r.id = ?9 AND r.tenant_id = ?2)
           AND EXISTS (SELECT 1 FROM users b WHERE b.id = ?11 AND b.tenant_id = ?2 AND b.active = 1 AND b.role_id = ?12)
           AND (active = 0 OR (?10 = 1 AND role_id = ?9)
                OR NOT EXISTS (SELECT 1 FROM roles a WHERE a.id = users.role_id AND a.built_in = 1 AND a.name = 'Administrator')
                OR EXISTS (SELECT 1 FROM users o WHERE o.role_id = users.role_id AND o.active = 1 AND o.id <> ?1))",
        [
            &user.id,
            owner.tenant(),
            &version,
            &user.first_name,
            &user.last_name,
            &tokens::name_key(&full_name(user)),
            &user.phone,
            &user.time_zone,
            &user.role.id,
            &user.active,
            by.user,
            by.role,
        ],
    )
}

/// Removes a person with all that is theirs, under the same conditions.
pub(super) fn delete(owner: &Owner, version: u32, by: &By) -> Statement {
    Statement::new(
        "DELETE FROM users
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?3
           AND EXISTS (SELECT 1 FROM users b WHERE b.id = ?4 AND b.tenant_id = ?2 AND b.active = 1 AND b.role_id = ?5)
           AND (active = 0
                OR NOT EXISTS (SELECT 1 FROM roles a WHERE a.id = users.role_id AND a.built_in = 1 AND a.name = 'Administrator')
                OR EXISTS (SELECT 1 FROM users o WHERE o.role_id = users.role_id AND o.active = 1 AND o.id <> ?1))",
        [owner.user(), owner.tenant(), &version, by.user, by.role],
    )
}

/// A token as the trail names it.
#[derive(Deserialize, Serialize)]
pub(super) struct NamedToken {
    id: TokenId,
    name: String,
}

/// The tokens of a person that are not revoked.
pub(super) async fn live_tokens(db: &Db, owner: &Owner) -> Result<Vec<NamedToken>> {
    db.all(Statement::new(
        "SELECT id, name FROM tokens WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL ORDER BY id",
        [owner.user(), owner.tenant()],
    ))
    .await
}
