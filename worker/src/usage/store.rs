//! Statements about usage.

use crate::{
    auth::Owner,
    db::{Db, Statement},
    error::Result,
};
use contract::{
    ids::{TenantId, TokenId},
    time::Timestamp,
    usage::DayUsage,
};
use serde::Serialize;
use serde_json::json;

/// Uses of one token on one day that are not written yet.
#[derive(Serialize)]
pub(super) struct Used {
    pub tenant: TenantId,
    pub token: TokenId,
    pub day: String,
    pub calls: u32,
    /// The last of them.
    pub at: Timestamp,
    pub ip: Option<String>,
}

/// Writes uses down. Each names its own tenant, so no other tenant's row is reached.
pub(super) fn write(uses: &[Used]) -> [Statement; 2] {
    let uses = json!(uses).to_string();
    [
        Statement::new(
            "INSERT INTO token_usage (tenant_id, day, token_id, calls)
             SELECT value ->> 'tenant', value ->> 'day', value ->> 'token', value ->> 'calls' FROM json_each(?1) WHERE true
             ON CONFLICT (tenant_id, day, token_id) DO UPDATE SET calls = calls + excluded.calls",
            [&uses],
        ),
        Statement::new(
            "UPDATE tokens SET last_used_at = used.value ->> 'at', last_used_ip = used.value ->> 'ip'
             FROM json_each(?1) AS used
             WHERE tokens.id = used.value ->> 'token' AND tokens.tenant_id = used.value ->> 'tenant'
               AND coalesce(tokens.last_used_at, '') <= used.value ->> 'at'",
            [&uses],
        ),
    ]
}

/// Calls per day since `from`; days without any are left out.
pub(super) async fn days(db: &Db, owner: &Owner, from: &str) -> Result<Vec<DayUsage>> {
    db.all(Statement::new(
        "SELECT day, sum(calls) AS calls FROM token_usage WHERE tenant_id = ?1 AND day >= ?2 GROUP BY day ORDER BY day",
        [owner.tenant(), &from],
    ))
    .await
}
