//! Statements that bring a tenant into being.

use crate::{
    auth::{Owner, full_name},
    db::Statement,
    tokens,
};
use contract::{time::Timestamp, users::User};

pub(super) fn insert_tenant(owner: &Owner, name: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, ?3)",
        [owner.tenant(), &name, &now],
    )
}

pub(super) fn insert_user(owner: &Owner, user: &User, password: &str) -> Statement {
    Statement::new(
        "INSERT INTO users (id, tenant_id, role_id, email, first_name, last_name, name_key, password, created_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        [
            &user.id,
            owner.tenant(),
            &user.role.id,
            &user.email,
            &user.first_name,
            &user.last_name,
            &tokens::name_key(&full_name(user)),
            &password,
            &user.created_at,
        ],
    )
}
