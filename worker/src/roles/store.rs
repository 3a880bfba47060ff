//! Statements about roles.

use crate::{
    auth::{Owner, Tenant},
    db::{Bind, Db, Outcome, Statement},
    error::{Error, Result},
    order::{Order, Way},
    tokens,
};
use contract::{
    ids::RoleId,
    roles::{BuiltIn, Role, format_permissions, parse_permissions},
    scopes::ScopeSet,
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Row {
    id: RoleId,
    name: String,
    /// The name in its form for seeking, in lists.
    sort_key: Option<String>,
    built_in: u8,
    permissions: String,
    scopes: String,
    version: u32,
    members: u32,
    service_accounts: u32,
    invitations: u32,
}

impl Row {
    fn read(self) -> Result<Found> {
        Ok(Found {
            version: self.version,
            role: Role {
                permissions: parse_permissions(&self.permissions).map_err(Error::Internal)?,
                scopes: ScopeSet::parse(&self.scopes).map_err(Error::Internal)?,
                id: self.id,
                name: self.name,
                built_in: self.built_in == 1,
                members: self.members,
                service_accounts: self.service_accounts,
                invitations: self.invitations,
            },
        })
    }
}

/// A role, and which state of it that is.
pub struct Found {
    /// How often it was changed, which tells one state of it from another.
    pub version: u32,
    /// The role.
    pub role: Role,
}

/// By what roles are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Created,
}

impl Key {
    /// Every key by its name.
    pub const ALL: [(&str, Self); 2] = [("name", Self::Name), ("created", Self::Created)];
}

/// What a list is narrowed to, and its order.
pub(super) struct Wanted<'a> {
    pub order: Order<Key>,
    /// Part of a name, in small letters.
    pub search: &'a str,
    pub after: Option<&'a RoleId>,
    /// What that one was ordered by, if that is known.
    pub key: Option<&'a str>,
    pub rows: u32,
}

/// One page, each with what it is ordered by if that is not its id.
pub(super) async fn list(
    db: &Db,
    tenant: &Tenant,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Vec<(Option<String>, Role)>> {
    let Order(by, way) = wanted.order;
    let start = way.start(wanted.after.map(RoleId::as_str));
    let by_age: [&dyn Bind; 5] = [tenant, &start, &wanted.search, &wanted.rows, &now];
    let by_key: [&dyn Bind; 6] = [
        tenant,
        &start,
        &wanted.search,
        &wanted.rows,
        &now,
        &wanted.key,
    ];
    let statement = match wanted.order {
        Order(Key::Created, Way::Up) => Statement::new(
            "SELECT r.*, (SELECT count(*) FROM invitations i WHERE i.role_id = r.id AND i.expires_at > ?5) AS invitations
             FROM shown_roles r
             WHERE r.tenant_id = ?1 AND r.id > ?2
               AND (?3 = '' OR instr(r.sort_key, ?3) > 0)
             ORDER BY r.id LIMIT ?4",
            by_age,
        ),
        Order(Key::Created, Way::Down) => Statement::new(
            "SELECT r.*, (SELECT count(*) FROM invitations i WHERE i.role_id = r.id AND i.expires_at > ?5) AS invitations
             FROM shown_roles r
             WHERE r.tenant_id = ?1 AND r.id < ?2
               AND (?3 = '' OR instr(r.sort_key, ?3) > 0)
             ORDER BY r.id DESC LIMIT ?4",
            by_age,
        ),
        Order(Key::Name, Way::Up) => Statement::new(
            "SELECT r.*, (SELECT count(*) FROM invitations i WHERE i.role_id = r.id AND i.expires_at > ?5) AS invitations
             FROM shown_roles r
             WHERE r.tenant_id = ?1
               AND (r.sort_key, r.id) >
                   (coalesce(?6, (SELECT sort_key FROM shown_roles WHERE id = ?2 AND tenant_id = ?1), ''), ?2)
               AND (?3 = '' OR instr(r.sort_key, ?3) > 0)
             ORDER BY r.sort_key, r.id LIMIT ?4",
            by_key,
        ),
        Order(Key::Name, Way::Down) => Statement::new(
            "SELECT r.*, (SELECT count(*) FROM invitations i WHERE i.role_id = r.id AND i.expires_at > ?5) AS invitations
             FROM shown_roles r
             WHERE r.tenant_id = ?1
               AND (r.sort_key, r.id) <
                   (coalesce(?6, (SELECT sort_key FROM shown_roles WHERE id = ?2 AND tenant_id = ?1), char(1114111)), ?2)
               AND (?3 = '' OR instr(r.sort_key, ?3) > 0)
             ORDER BY r.sort_key DESC, r.id DESC LIMIT ?4",
            by_key,
        ),
    };
    let roles: Vec<Row> = db.all(statement).await?;
    let keyed = |mut row: Row| {
        let key = row.sort_key.take().filter(|_| by == Key::Name);
        Ok((key, row.read()?.role))
    };
    roles.into_iter().map(keyed).collect()
}

/// One role.
pub async fn find(db: &Db, tenant: &Tenant, id: &RoleId, now: Timestamp) -> Result<Option<Found>> {
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT r.*, (SELECT count(*) FROM invitations i WHERE i.role_id = r.id AND i.expires_at > ?3) AS invitations
             FROM shown_roles r
             WHERE r.tenant_id = ?1 AND r.id = ?2",
            [tenant, id, &now],
        ))
        .await?;
    row.map(Row::read).transpose()
}

/// Whoever makes, changes or deletes a role: no longer, once they were deactivated or their own role was changed.
pub(super) struct By<'a> {
    /// The person.
    pub owner: &'a Owner,
    /// Their role.
    pub role: &'a RoleId,
    /// The state of it in which it was decided that they may.
    pub version: u32,
}

pub(super) fn insert(role: &Role, by: &By, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO roles (id, tenant_id, name, name_key, built_in, permissions, scopes, created_at)
         SELECT ?1, ?2, ?3, ?4, 0, ?5, ?6, ?7
         FROM users b JOIN roles m ON m.id = b.role_id AND m.tenant_id = b.tenant_id
         WHERE b.id = ?8 AND b.tenant_id = ?2 AND b.active = 1 AND m.id = ?9 AND m.version = ?10",
        [
            &role.id,
            by.owner.tenant(),
            &role.name,
            &tokens::name_key(&role.name),
            &format_permissions(&role.permissions),
            &role.scopes,
            &now,
            by.owner.user(),
            by.role,
            &by.version,
        ],
    )
}

/// Writes a role down, unless it is built in, no longer at `version`, or whoever does it may no longer.
pub(super) fn update(role: &Role, version: u32, by: &By) -> Statement {
    Statement::new(
        "UPDATE roles SET name = ?4, name_key = ?5, permissions = ?6, scopes = ?7, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?3 AND built_in = 0
           AND EXISTS (SELECT 1 FROM users b JOIN roles m ON m.id = b.role_id AND m.tenant_id = b.tenant_id
                       WHERE b.id = ?8 AND b.tenant_id = ?2 AND b.active = 1 AND m.id = ?9 AND m.version = ?10)",
        [
            &role.id,
            by.owner.tenant(),
            &version,
            &role.name,
            &tokens::name_key(&role.name),
            &format_permissions(&role.permissions),
            &role.scopes,
            by.owner.user(),
            by.role,
            &by.version,
        ],
    )
}

/// Deletes a role that nobody holds or is about to hold, under the same conditions.
pub(super) fn delete(id: &RoleId, version: u32, by: &By, now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM roles
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?3 AND built_in = 0
           AND NOT EXISTS (SELECT 1 FROM users u WHERE u.role_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM service_accounts s WHERE s.role_id = ?1 AND s.deleted_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.role_id = ?1 AND i.expires_at > ?7)
           AND EXISTS (SELECT 1 FROM users b JOIN roles m ON m.id = b.role_id AND m.tenant_id = b.tenant_id
                       WHERE b.id = ?4 AND b.tenant_id = ?2 AND b.active = 1 AND m.id = ?5 AND m.version = ?6)",
        [
            id,
            by.owner.tenant(),
            &version,
            by.owner.user(),
            by.role,
            &by.version,
            &now,
        ],
    )
}

/// The names of some who hold a role or are invited to, people first.
pub(super) async fn holders(
    db: &Db,
    tenant: &Tenant,
    id: &RoleId,
    now: Timestamp,
) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let found = db
        .commit([
            Statement::new(
                "SELECT first_name || ' ' || last_name AS name FROM users WHERE role_id = ?1 AND tenant_id = ?2 LIMIT 3",
                [id, tenant],
            ),
            Statement::new(
                "SELECT name FROM service_accounts WHERE role_id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL LIMIT 3",
                [id, tenant],
            ),
            Statement::new(
                "SELECT email AS name FROM invitations WHERE role_id = ?1 AND tenant_id = ?2 AND expires_at > ?3 LIMIT 3",
                [id, tenant, &now],
            ),
        ])
        .await?;
    let rows: Vec<Vec<Named>> = found.iter().map(Outcome::rows).collect::<Result<_>>()?;
    Ok(rows.into_iter().flatten().map(|row| row.name).collect())
}

/// Gives a new tenant its built-in roles, under the ids given for each.
pub fn insert_built_in(owner: &Owner, ids: &[(BuiltIn, RoleId)], now: Timestamp) -> Statement {
    let role = |(role, id): &(BuiltIn, RoleId)| {
        json!({
            "id": id,
            "name": role.name(),
            "name_key": role.name().to_lowercase(),
            "permissions": format_permissions(role.permissions()),
            "scopes": role.scopes().to_string(),
        })
    };
    let roles: serde_json::Value = ids.iter().map(role).collect();
    Statement::new(
        "INSERT INTO roles (id, tenant_id, name, name_key, built_in, permissions, scopes, created_at)
         SELECT value ->> 'id', ?1, value ->> 'name', value ->> 'name_key', 1, value ->> 'permissions', value ->> 'scopes', ?3
         FROM json_each(?2)",
        [owner.tenant(), &roles.to_string(), &now],
    )
}
