//! Statements about roles.

use crate::{
    auth::{Owner, Tenant},
    db::{Db, Statement},
    error::{Error, Result},
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
    built_in: u8,
    permissions: String,
    scopes: String,
    members: u32,
}

impl Row {
    fn read(self) -> Result<Role> {
        Ok(Role {
            permissions: parse_permissions(&self.permissions).map_err(Error::Internal)?,
            scopes: ScopeSet::parse(&self.scopes).map_err(Error::Internal)?,
            id: self.id,
            name: self.name,
            built_in: self.built_in == 1,
            members: self.members,
        })
    }
}

pub(super) async fn list(
    db: &Db,
    tenant: &Tenant,
    after: Option<&RoleId>,
    rows: u32,
) -> Result<Vec<Role>> {
    let roles: Vec<Row> = db
        .all(Statement::new(
            "SELECT r.id, r.name, r.built_in, r.permissions, r.scopes,
                    (SELECT count(*) FROM users u WHERE u.role_id = r.id) AS members
             FROM roles r
             WHERE r.tenant_id = ?1 AND r.id > ?2
             ORDER BY r.id LIMIT ?3",
            [tenant, &after.map_or("", RoleId::as_str), &rows],
        ))
        .await?;
    roles.into_iter().map(Row::read).collect()
}

/// One role.
pub async fn find(db: &Db, tenant: &Tenant, id: &RoleId) -> Result<Option<Role>> {
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT r.id, r.name, r.built_in, r.permissions, r.scopes,
                    (SELECT count(*) FROM users u WHERE u.role_id = r.id) AS members
             FROM roles r
             WHERE r.tenant_id = ?1 AND r.id = ?2",
            [tenant, id],
        ))
        .await?;
    row.map(Row::read).transpose()
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
