//! What a tenant asks of everybody in it.

pub mod http;
mod store;

use crate::{
    auth::Tenant,
    call::Call,
    error::{Error, Result},
};
use contract::policy::Policy;

/// The policy of a tenant.
pub async fn of(call: &Call, tenant: &Tenant) -> Result<Policy> {
    Ok(find(call, tenant).await?.1)
}

/// The policy as it is kept, if it ever was changed, and as it is.
async fn find(call: &Call, tenant: &Tenant) -> Result<(Option<String>, Policy)> {
    read(call.db.first(store::find(tenant)).await?)
}

fn read(row: Option<store::PolicyRow>) -> Result<(Option<String>, Policy)> {
    let kept = row.map(|row| row.policy);
    let policy = match &kept {
        Some(text) => {
            serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))?
        }
        None => Policy::default(),
    };
    Ok((kept, policy))
}
