//! Statements about tokens.

use crate::{
    auth::{Actor, Owner},
    call::Call,
    db::{Db, Statement},
    error::{Error, Result},
    secret::Digest,
};
use contract::{
    audit::Action,
    ids::{EventId, TokenId, UserId},
    scopes::ScopeSet,
    time::Timestamp,
    tokens::{Kind, MAX_LIVE, Status, Token, TokenOwner},
};
use serde::Deserialize;

/// Which tokens a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Good ones and expired ones, which can be extended.
    Current,
    /// Those ended for good.
    Revoked,
}

impl State {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "current" => Some(Self::Current),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// The columns of a token, with the name of its owner. The digest is not among them.
#[derive(Deserialize)]
pub struct TokenRow {
    id: TokenId,
    user_id: UserId,
    owner_name: String,
    name: String,
    description: Option<String>,
    scopes: String,
    prefix: String,
    last_four: String,
    created_at: Timestamp,
    renewable_until: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_ip: Option<String>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<String>,
    revoke_reason: Option<String>,
}

impl TokenRow {
    /// The token as it is at `now`. A scope that this version does not know is a failure of ours.
    pub fn read(self, now: Timestamp) -> Result<Token> {
        Ok(Token {
            status: Status::at(now, self.renewable_until, self.revoked_at),
            scopes: ScopeSet::parse(&self.scopes).map_err(Error::Internal)?,
            id: self.id,
            owner: TokenOwner::User {
                id: self.user_id,
                name: self.owner_name,
            },
            kind: Kind::Custom,
            name: self.name,
            description: self.description,
            allowed_endpoints: vec![],
            ip_allowlist: vec![],
            prefix: self.prefix,
            last_four: self.last_four,
            created_at: self.created_at,
            renewable_until: self.renewable_until,
            expires_at: None,
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
            in_grace_until: None,
            revoked_at: self.revoked_at,
            revoked_by: self.revoked_by,
            revoke_reason: self.revoke_reason,
        })
    }
}

/// One page, the newest first. `search` is part of a name, in any case.
pub(super) async fn list(
    db: &Db,
    owner: &Owner,
    state: State,
    search: &str,
    before: Option<&TokenId>,
    rows: u32,
    now: Timestamp,
) -> Result<Vec<Token>> {
    // `~` comes after every id.
    let before = before.map_or("~", TokenId::as_str);
    let statement = match state {
        State::Current => Statement::new(
            "SELECT t.id, t.user_id, u.first_name || ' ' || u.last_name AS owner_name, t.name, t.description,
                    t.scopes, t.prefix, t.last_four, t.created_at, t.renewable_until, t.last_used_at,
                    t.last_used_ip, t.revoked_at, t.revoked_by, t.revoke_reason
             FROM tokens t JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
             WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.revoked_at IS NULL AND t.id < ?3
               AND instr(lower(t.name), lower(?4)) > 0
             ORDER BY t.id DESC LIMIT ?5",
            [owner.user(), owner.tenant(), &before, &search, &rows],
        ),
        State::Revoked => Statement::new(
            "SELECT t.id, t.user_id, u.first_name || ' ' || u.last_name AS owner_name, t.name, t.description,
                    t.scopes, t.prefix, t.last_four, t.created_at, t.renewable_until, t.last_used_at,
                    t.last_used_ip, t.revoked_at, t.revoked_by, t.revoke_reason
             FROM tokens t JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
             WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.revoked_at IS NOT NULL AND t.id < ?3
               AND instr(lower(t.name), lower(?4)) > 0
             ORDER BY t.id DESC LIMIT ?5",
            [owner.user(), owner.tenant(), &before, &search, &rows],
        ),
    };
    let tokens: Vec<TokenRow> = db.all(statement).await?;
    tokens.into_iter().map(|row| row.read(now)).collect()
}

pub(super) async fn find(
    db: &Db,
    owner: &Owner,
    id: &TokenId,
    now: Timestamp,
) -> Result<Option<Token>> {
    let row: Option<TokenRow> = db
        .first(Statement::new(
            "SELECT t.id, t.user_id, u.first_name || ' ' || u.last_name AS owner_name, t.name, t.description,
                    t.scopes, t.prefix, t.last_four, t.created_at, t.renewable_until, t.last_used_at,
                    t.last_used_ip, t.revoked_at, t.revoked_by, t.revoke_reason
             FROM tokens t JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id
             WHERE t.id = ?1 AND t.user_id = ?2 AND t.tenant_id = ?3",
            [id, owner.user(), owner.tenant()],
        ))
        .await?;
    row.map(|row| row.read(now)).transpose()
}

/// Adds a token unless its owner has as many as allowed. The limit is part of the statement, so no race outruns it.
pub(super) fn insert(owner: &Owner, token: &Token, digest: &Digest) -> Statement {
    Statement::new(
        "INSERT INTO tokens
             (id, tenant_id, user_id, kind, name, description, scopes, digest, prefix, last_four, created_at, renewable_until)
         SELECT ?1, ?2, ?3, 'custom', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
         WHERE (SELECT count(*) FROM tokens WHERE user_id = ?3 AND tenant_id = ?2 AND revoked_at IS NULL) < ?12",
        [
            &token.id,
            owner.tenant(),
            owner.user(),
            &token.name,
            &token.description,
            &token.scopes,
            digest,
            &token.prefix,
            &token.last_four,
            &token.created_at,
            &token.renewable_until,
            &MAX_LIVE,
        ],
    )
}

/// One id.
#[derive(Deserialize)]
pub(super) struct IdRow {
    pub id: TokenId,
}

/// The end of some tokens of one owner, in three statements of one transaction: which of the ids exist,
/// an event for each token that is about to end, and the ending. The last two do nothing unless all ids exist.
pub(super) struct Ending<'a> {
    pub call: &'a Call,
    pub owner: &'a Owner,
    pub actor: &'a Actor,
    /// A JSON array without doubles.
    pub ids: &'a str,
    pub reason: Option<&'a str>,
}

impl Ending<'_> {
    pub fn find(&self) -> Statement {
        Statement::new(
            "SELECT id FROM tokens WHERE id IN (SELECT value FROM json_each(?1)) AND user_id = ?2 AND tenant_id = ?3",
            [&self.ids, self.owner.user(), self.owner.tenant()],
        )
    }

    /// `events` is a JSON array that pairs each token's id with the id of its event.
    pub fn events(&self, events: &str) -> Statement {
        Statement::new(
            "INSERT INTO audit_events
                 (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
                  target_type, target_id, target_name, ip, user_agent, request_id, changes)
             SELECT e.value ->> 'event', t.tenant_id, ?4, ?5, ?6, ?7, ?8, ?9, 'token', t.id, t.name, ?10, ?11, ?12,
                    json_object('reason', ?13)
             FROM json_each(?1) e CROSS JOIN tokens t ON t.id = e.value ->> 'token'
             WHERE t.user_id = ?2 AND t.tenant_id = ?3 AND t.revoked_at IS NULL
               AND (SELECT count(*) FROM json_each(?1)) =
                   (SELECT count(*) FROM tokens
                    WHERE id IN (SELECT value ->> 'token' FROM json_each(?1)) AND user_id = ?2 AND tenant_id = ?3)",
            [
                &events,
                self.owner.user(),
                self.owner.tenant(),
                &self.call.now,
                &Actor::KIND,
                &self.actor.id(),
                &self.actor.name,
                &self.actor.credential,
                &Action::TokenRevoked.as_str(),
                &self.call.ip,
                &self.call.user_agent,
                &self.call.request_id,
                &self.reason,
            ],
        )
    }

    pub fn end(&self) -> Statement {
        Statement::new(
            "UPDATE tokens SET revoked_at = ?4, revoked_by = ?5, revoke_reason = ?6
             WHERE id IN (SELECT value FROM json_each(?1)) AND user_id = ?2 AND tenant_id = ?3 AND revoked_at IS NULL
               AND (SELECT count(*) FROM json_each(?1)) =
                   (SELECT count(*) FROM tokens
                    WHERE id IN (SELECT value FROM json_each(?1)) AND user_id = ?2 AND tenant_id = ?3)
             RETURNING id",
            [&self.ids, self.owner.user(), self.owner.tenant(), &self.call.now, &self.actor.name, &self.reason],
        )
    }
}

/// Ends every token of one owner, an event for each before it goes; nothing unless it is `wished`.
pub fn end_all(call: &Call, owner: &Owner, actor: &Actor, wished: bool) -> Result<[Statement; 2]> {
    let reason = "The password was changed";
    Ok([
        Statement::new(
            "INSERT INTO audit_events
                 (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
                  target_type, target_id, target_name, ip, user_agent, request_id, changes)
             SELECT substr(?1, 1, 24) || printf('%06d', row_number() OVER ()), tenant_id, ?4, ?5, ?6, ?7, ?8, ?9,
                    'token', id, name, ?10, ?11, ?12, json_object('reason', ?13)
             FROM tokens WHERE user_id = ?2 AND tenant_id = ?3 AND revoked_at IS NULL AND ?14 = 1",
            [
                &EventId::from_ulid(&call.ulid()?),
                owner.user(),
                owner.tenant(),
                &call.now,
                &Actor::KIND,
                &actor.id(),
                &actor.name,
                &actor.credential,
                &Action::TokenRevoked.as_str(),
                &call.ip,
                &call.user_agent,
                &call.request_id,
                &reason,
                &wished,
            ],
        ),
        Statement::new(
            "UPDATE tokens SET revoked_at = ?3, revoked_by = ?4, revoke_reason = ?5
             WHERE user_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL AND ?6 = 1",
            [
                owner.user(),
                owner.tenant(),
                &call.now,
                &actor.name,
                &reason,
                &wished,
            ],
        ),
    ])
}
