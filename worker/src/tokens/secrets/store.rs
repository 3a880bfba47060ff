//! Statements that replace secrets.

use crate::{
    auth::Holder,
    db::{Db, Statement},
    error::Result,
    tokens::store::Secrets,
};
use contract::{ids::TokenId, time::Timestamp};

/// Until when the present secret of a token works, if it is one of a pair.
pub(super) async fn access_until(
    db: &Db,
    holder: &Holder,
    id: &TokenId,
) -> Result<Option<Timestamp>> {
    let row: Option<(Option<Timestamp>,)> = db
        .first_as_text(Statement::new(
            "SELECT json_array(access_until) AS text FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3",
            [id, &holder.id(), holder.tenant()],
        ))
        .await?;
    Ok(row.and_then(|(until,)| until))
}

/// A secret that is replaced, and by which.
pub(super) struct Replacement<'a> {
    pub holder: &'a Holder,
    pub id: &'a TokenId,
    /// The version of the token for which it was decided.
    pub version: u32,
    pub secrets: Secrets<'a>,
    pub prefix: &'a str,
    pub last_four: &'a str,
    /// Until when the one before is good.
    pub old_until: Timestamp,
    pub now: Timestamp,
}

impl Replacement<'_> {
    /// Keeps the present secret as one that was replaced, no longer than it would have been good by itself, with its own last
    /// use: that of the token is, if none before it worked any more by then. It does nothing if the token is no longer what
    /// it was.
    pub fn retire(&self) -> Statement {
        Statement::new(
            "INSERT INTO retired_secrets (digest, tenant_id, token_id, role, prefix, last_four, retired_at, until, last_used_at,
                                          last_used_ip, last_used_agent)
             SELECT digest, tenant_id, id, 'access', prefix, last_four, ?5, ?6, iif(alone, last_used_at, secret_used_at),
                    iif(alone, last_used_ip, secret_used_ip), iif(alone, last_used_agent, secret_used_agent)
             FROM (SELECT *, NOT EXISTS (SELECT 1 FROM retired_secrets s
                                         WHERE s.token_id = tokens.id AND s.tenant_id = ?3 AND s.role = 'access'
                                           AND s.until >= tokens.last_used_at) AS alone
                   FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND version = ?4 AND revoked_at IS NULL)",
            [self.id, &self.holder.id(), self.holder.tenant(), &self.version, &self.now, &self.old_until],
        )
    }

    /// Keeps the present refresh token as one that was replaced, if there is one.
    pub fn retire_refresh(&self) -> Statement {
        Statement::new(
            "INSERT INTO retired_secrets (digest, tenant_id, token_id, role, last_four, retired_at, until)
             SELECT refresh_digest, tenant_id, id, 'refresh', '', ?5, ?5 FROM tokens
             WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND version = ?4 AND revoked_at IS NULL
               AND refresh_digest IS NOT NULL",
            [self.id, &self.holder.id(), self.holder.tenant(), &self.version, &self.now],
        )
    }

    /// Ends the grace of those that were replaced before: at most one is in grace.
    pub fn end_earlier_grace(&self) -> Statement {
        Statement::new(
            "UPDATE retired_secrets SET until = ?5
             WHERE token_id = ?1 AND tenant_id = ?3 AND role = 'access' AND until > ?5
               AND EXISTS (SELECT 1 FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND version = ?4)",
            [self.id, &self.holder.id(), self.holder.tenant(), &self.version, &self.now],
        )
    }

    /// Puts the new secret in place.
    pub fn replace(&self) -> Statement {
        Statement::new(
            "UPDATE tokens SET digest = ?5, prefix = ?6, last_four = ?7, refresh_digest = ?8, access_until = ?9,
                               in_grace_until = ?10, secret_used_at = NULL,
                               secret_used_ip = NULL, secret_used_agent = NULL, version = version + 1
             WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND version = ?4 AND revoked_at IS NULL",
            [
                self.id,
                &self.holder.id(),
                self.holder.tenant(),
                &self.version,
                self.secrets.digest,
                &self.prefix,
                &self.last_four,
                &self.secrets.refresh,
                &self.secrets.access_until,
                &Some(self.old_until).filter(|until| *until > self.now),
            ],
        )
    }
}

/// Ends the grace of the secret before, if the token is at `version`; whatever it is at, if that does not matter.
pub(super) fn end_grace(
    holder: &Holder,
    id: &TokenId,
    version: Option<u32>,
    now: Timestamp,
) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE retired_secrets SET until = ?4
             WHERE token_id = ?1 AND tenant_id = ?3 AND role = 'access' AND until > ?4
               AND EXISTS (SELECT 1 FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3
                             AND (?5 IS NULL OR version = ?5))",
            [id, &holder.id(), holder.tenant(), &now, &version],
        ),
        Statement::new(
            "UPDATE tokens SET in_grace_until = NULL, version = version + 1
             WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND in_grace_until > ?4 AND (?5 IS NULL OR version = ?5)",
            [id, &holder.id(), holder.tenant(), &now, &version],
        ),
    ]
}

/// Makes the secret before the only one again, unless somebody has used the present one, which is forgotten.
pub(super) fn undo_rotation(
    holder: &Holder,
    id: &TokenId,
    version: u32,
    now: Timestamp,
) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE tokens SET digest = old.digest, prefix = old.prefix, last_four = old.last_four, in_grace_until = NULL,
                               version = version + 1
             FROM restorable_secrets old
             WHERE old.token_id = ?1 AND old.tenant_id = ?3 AND old.until > ?5
               AND tokens.id = ?1 AND tokens.owner_id = ?2 AND tokens.tenant_id = ?3 AND tokens.version = ?4",
            [id, &holder.id(), holder.tenant(), &version, &now],
        ),
        Statement::new(
            "DELETE FROM retired_secrets
             WHERE token_id = ?1 AND tenant_id = ?3
               AND digest = (SELECT digest FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3)",
            [id, &holder.id(), holder.tenant()],
        ),
    ]
}
