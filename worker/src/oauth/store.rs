//! Statements about OAuth tokens.

use crate::{auth::Tenant, db::Statement, secret::Digest};
use contract::{ids::ServiceAccountId, scopes::ScopeSet, time::Timestamp};

/// A token in the making.
pub(super) struct NewToken<'a> {
    pub digest: &'a Digest,
    pub account: &'a ServiceAccountId,
    /// The key of the pair that asks for it.
    pub api_key: &'a str,
    pub scopes: ScopeSet,
    pub expires_at: Timestamp,
    pub now: Timestamp,
}

/// Adds a token, unless its account was switched off or deleted in the meantime.
pub(super) fn insert(tenant: &Tenant, new: &NewToken) -> Statement {
    Statement::new(
        "INSERT INTO oauth_tokens (digest, tenant_id, service_account_id, scopes, created_at, expires_at, api_key)
         SELECT ?1, tenant_id, id, ?4, ?5, ?6, ?7 FROM service_accounts
         WHERE id = ?3 AND tenant_id = ?2 AND enabled = 1 AND deleted_at IS NULL AND secret_revoked_at IS NULL",
        [
            new.digest,
            tenant,
            new.account,
            &new.scopes,
            &new.now,
            &new.expires_at,
            &new.api_key,
        ],
    )
}

/// Ends those tokens of an account whose digests are among these, a JSON array.
pub fn revoke(tenant: &Tenant, account: &ServiceAccountId, digests: &str) -> Statement {
    Statement::new(
        "DELETE FROM oauth_tokens
         WHERE digest IN (SELECT value FROM json_each(?3)) AND service_account_id = ?1 AND tenant_id = ?2",
        [account, tenant, &digests],
    )
}

/// Ends all tokens of an account.
pub fn revoke_all(tenant: &Tenant, account: &ServiceAccountId) -> Statement {
    Statement::new(
        "DELETE FROM oauth_tokens WHERE service_account_id = ?1 AND tenant_id = ?2",
        [account, tenant],
    )
}

/// Deletes tokens that are over.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM oauth_tokens WHERE expires_at <= ?1", [&now])
}
