//! Statements about the uses and the refusals of a token.

use crate::{
    auth::Holder,
    db::{Db, Statement},
    error::{Error, Result},
    tokens::rules::RENEWAL_WINDOW,
};
use contract::{
    ids::TokenId,
    scopes::{Scope, ScopeSet},
    time::Timestamp,
    tokens::{Kind, OBSERVED, Pair, RemovedScopes, Token, unused_scopes},
};
use serde::Deserialize;

/// Calls of one route with one token on one day.
#[derive(Deserialize)]
pub(super) struct DayOfRoute {
    pub route: String,
    pub day: String,
    pub calls: u64,
}

/// The calls with one token since a day, by day and by route.
pub(super) async fn days(
    db: &Db,
    holder: &Holder,
    id: &TokenId,
    from: &str,
) -> Result<Vec<DayOfRoute>> {
    db.all(Statement::new(
        "SELECT u.route, u.day, sum(u.calls) AS calls FROM token_usage u JOIN tokens t ON t.id = u.token_id
         WHERE u.token_id = ?1 AND u.day >= ?4 AND t.owner_id = ?2 AND t.tenant_id = ?3
         GROUP BY u.day, u.route ORDER BY u.day, u.route",
        [id, &holder.id(), holder.tenant(), &from],
    ))
    .await
}

/// What stands for the scopes of calls of which nobody said what they were for.
pub const TAKES_UNKNOWN: &str = "?";

/// Since when a token has had its scopes, which of them calls took since a day, and which it had before; and its pair.
#[derive(Deserialize)]
pub(super) struct ScopesTaken {
    /// Empty: since it was made.
    since: String,
    /// A JSON array of texts.
    taken: String,
    removed_scopes: Option<String>,
    scopes_removed_at: Option<Timestamp>,
    access_until: Option<Timestamp>,
}

impl ScopesTaken {
    /// The pair that the token is, if it is one.
    pub fn pair(&self, token: &Token) -> Option<Pair> {
        let access_until = self.access_until?;
        let last = access_until.plus(RENEWAL_WINDOW);
        Some(Pair {
            access_until,
            renewable_until: token.end().map_or(last, |end| end.min(last)),
        })
    }

    /// Those that were taken away.
    pub fn removed(&self) -> Result<Option<RemovedScopes>> {
        let Some((scopes, at)) = self.removed_scopes.as_ref().zip(self.scopes_removed_at) else {
            return Ok(None);
        };
        let scopes = scopes.split(' ').map(str::parse).collect::<Result<_, _>>();
        let scopes = scopes.map_err(Error::Internal)?;
        Ok(Some(RemovedScopes { scopes, at }))
    }

    /// Those of its scopes that are not in use, if that can be said.
    pub fn unused(&self, token: &Token, now: Timestamp) -> Result<Option<Vec<Scope>>> {
        let since = Timestamp::parse(&self.since).unwrap_or(token.created_at);
        let read = |text: &String| {
            let known = text != TAKES_UNKNOWN;
            known.then(|| ScopeSet::parse(text)).transpose()
        };
        let texts: Vec<String> = serde_json::from_str(&self.taken)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let sets: Result<Vec<_>, String> = texts.iter().map(read).collect();
        let sets = sets.map_err(Error::Internal)?;
        Ok((token.kind == Kind::Custom)
            .then(|| unused_scopes(token.scopes, since, &sets, now))
            .flatten())
    }
}

/// Whether the secret before can be its token's again.
#[derive(Deserialize)]
pub(super) struct Undoable {
    pub undoable: u8,
}

/// From where a token was used last, what was refused, who still uses the secret before, and which scopes calls took
/// since a day: [`ScopesTaken`].
pub(super) fn insight(holder: &Holder, id: &TokenId, from: &str, now: Timestamp) -> [Statement; 5] {
    [
        Statement::new(
            "SELECT a.at, a.ip, a.place, a.agent, a.calls, a.call FROM token_addresses a JOIN tokens t ON t.id = a.token_id
             WHERE a.token_id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3 ORDER BY a.at DESC LIMIT 10",
            [id, &holder.id(), holder.tenant()],
        ),
        Statement::new(
            "SELECT r.at, r.reason, nullif(r.missing, '') AS missing, r.ip, r.agent, r.calls, r.call FROM token_refusals r JOIN tokens t ON t.id = r.token_id
             WHERE r.token_id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3 AND r.reason <> ?4 ORDER BY r.at DESC LIMIT 20",
            [id, &holder.id(), holder.tenant(), &OBSERVED],
        ),
        Statement::new(
            "SELECT s.last_four, s.retired_at, s.until, s.last_used_at, s.last_used_ip, s.last_used_agent,
                    t.secret_used_at AS new_used_at, t.secret_used_ip AS new_used_ip, t.secret_used_agent AS new_used_agent,
                    EXISTS (SELECT 1 FROM restorable_secrets r
                            WHERE r.token_id = t.id AND r.tenant_id = ?3 AND r.digest = s.digest AND r.until > ?4) AS undoable
             FROM retired_secrets s JOIN tokens t ON t.id = s.token_id
             WHERE s.token_id = ?1 AND s.role = 'access' AND t.owner_id = ?2 AND t.tenant_id = ?3 AND s.until > ?4
             ORDER BY s.retired_at DESC LIMIT 1",
            [id, &holder.id(), holder.tenant(), &now],
        ),
        Statement::new(
            "SELECT t.scopes_since AS since, t.removed_scopes, t.scopes_removed_at,
                    CASE WHEN t.refresh_digest IS NOT NULL THEN t.access_until END AS access_until,
                    (SELECT json_group_array(DISTINCT u.scopes) FROM token_usage u WHERE u.token_id = t.id AND u.day >= ?4) AS taken
             FROM tokens t WHERE t.id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3",
            [id, &holder.id(), holder.tenant(), &from],
        ),
        Statement::new(
            "SELECT r.at, r.reason, nullif(r.missing, '') AS missing, r.ip, r.agent, r.calls, r.call FROM token_refusals r JOIN tokens t ON t.id = r.token_id
             WHERE r.token_id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3 AND r.reason = ?4 ORDER BY r.at DESC LIMIT 20",
            [id, &holder.id(), holder.tenant(), &OBSERVED],
        ),
    ]
}
