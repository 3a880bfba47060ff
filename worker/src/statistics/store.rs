//! The statement that counts.

use crate::{
    auth::Tenant,
    db::{Db, Statement},
    error::{Error, Result},
};
use contract::{
    statistics::{Statistics, TokenCounts, UserCounts},
    time::Timestamp,
};
use serde::Deserialize;

pub(super) async fn count(db: &Db, tenant: &Tenant, now: Timestamp) -> Result<Statistics> {
    #[derive(Deserialize)]
    struct Row {
        users_active: u32,
        users_inactive: u32,
        roles: u32,
        tokens_active: u32,
        tokens_disabled: u32,
        tokens_expired: u32,
        tokens_revoked: u32,
    }
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT
                 (SELECT count(*) FROM users WHERE tenant_id = ?1 AND active = 1) AS users_active,
                 (SELECT count(*) FROM users WHERE tenant_id = ?1 AND active = 0) AS users_inactive,
                 (SELECT count(*) FROM roles WHERE tenant_id = ?1) AS roles,
                 (SELECT count(*) FROM tokens WHERE tenant_id = ?1 AND revoked_at IS NULL AND enabled = 1
                                                AND coalesce(renewable_until, expires_at, '~') > ?2) AS tokens_active,
                 (SELECT count(*) FROM tokens WHERE tenant_id = ?1 AND revoked_at IS NULL AND enabled = 0
                                                AND coalesce(renewable_until, expires_at, '~') > ?2) AS tokens_disabled,
                 (SELECT count(*) FROM tokens WHERE tenant_id = ?1 AND revoked_at IS NULL
                                                AND coalesce(renewable_until, expires_at, '~') <= ?2) AS tokens_expired,
                 (SELECT count(*) FROM tokens WHERE tenant_id = ?1 AND revoked_at IS NOT NULL) AS tokens_revoked",
            [tenant, &now],
        ))
        .await?;
    let row = row.ok_or_else(|| Error::Internal("counting gave no row".into()))?;
    Ok(Statistics {
        users: UserCounts {
            active: row.users_active,
            inactive: row.users_inactive,
        },
        roles: row.roles,
        tokens: TokenCounts {
            active: row.tokens_active,
            disabled: row.tokens_disabled,
            expired: row.tokens_expired,
            revoked: row.tokens_revoked,
        },
    })
}
