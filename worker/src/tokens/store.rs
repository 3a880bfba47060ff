//! Statements about tokens.

use crate::{
    auth::{Actor, Holder, Tenant},
    call::Call,
    db::{Bind, Db, Statement},
    error::{Error, Result},
    extract,
    order::{Order, Way},
    secret::Digest,
};
use contract::{
    audit::Action,
    ids::{EventId, ServiceAccountId, TokenId, UserId},
    scopes::ScopeSet,
    time::Timestamp,
    tokens::{Kind, OBSERVED, Status, Token, TokenOwner},
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
    user_id: Option<UserId>,
    service_account_id: Option<ServiceAccountId>,
    owner_name: String,
    kind: String,
    name: String,
    description: Option<String>,
    scopes: String,
    allowed_endpoints: String,
    /// One entry a line.
    pub ip_allowlist: String,
    pub ip_allowlist_observed: u8,
    enabled: u8,
    prefix: String,
    last_four: String,
    created_at: Timestamp,
    renewable_until: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    in_grace_until: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_ip: Option<String>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<String>,
    revoke_reason: Option<String>,
    /// How often it was changed.
    pub version: u32,
}

impl TokenRow {
    /// The token as it is at `now`. What this version does not know is a failure of ours, never a grant.
    pub fn read(self, now: Timestamp) -> Result<Token> {
        let owner = owner(
            self.user_id.as_ref(),
            self.service_account_id.as_ref(),
            &self.owner_name,
        )?;
        let kind = Kind::parse(&self.kind)
            .ok_or_else(|| Error::Internal(format!("unknown kind {}", self.kind)))?;
        let (end, enabled) = (self.renewable_until.or(self.expires_at), self.enabled == 1);
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Ok(Token {
            enabled,
            status: if self.revoked_at.is_some() {
                Status::Revoked
            } else {
                Status::at(now, end, enabled)
            },
            scopes: kind.scopes(ScopeSet::parse(&self.scopes).map_err(Error::Internal)?),
            id: self.id,
            owner,
            kind,
            name: self.name,
            description: self.description,
            allowed_endpoints: lines(&self.allowed_endpoints),
            ip_allowlist: lines(&self.ip_allowlist),
            ip_allowlist_observed: self.ip_allowlist_observed == 1,
            prefix: self.prefix,
            last_four: self.last_four,
            created_at: self.created_at,
            renewable_until: self.renewable_until,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
            // No secret outlives its token, whose end may have come nearer since.
            in_grace_until: self
                .in_grace_until
                .map(|until| end.map_or(until, |end| until.min(end)))
                .filter(|until| *until > now),
            revoked_at: self.revoked_at,
            revoked_by: self.revoked_by,
            revoke_reason: self.revoke_reason,
        })
    }
}

/// By what tokens are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Created,
    /// What has no end comes after every time.
    Expires,
    /// What was never used comes before every time.
    LastUsed,
}

impl Key {
    /// Every key by its name.
    pub const ALL: [(&str, Self); 4] = [
        ("name", Self::Name),
        ("created", Self::Created),
        ("expires", Self::Expires),
        ("last_used", Self::LastUsed),
    ];
    /// The newest first.
    pub const USUAL: Order<Self> = Order(Self::Created, Way::Down);
}

/// The times from one to another, both included, as they stand in a list: what has no end comes after every time, and what
/// was never used before.
pub(super) struct Span {
    from: String,
    to: String,
}

impl Span {
    /// The times between these.
    pub fn between(after: Option<Timestamp>, before: Option<Timestamp>) -> Self {
        Self {
            from: after.map_or_else(String::new, |at| at.plus(1).to_string()),
            to: before.map_or_else(|| "~".to_owned(), |at| at.plus(-1).to_string()),
        }
    }

    /// Those of them that are in another span too.
    pub fn within(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }
}

/// What a list of tokens is narrowed to, and its order.
pub(super) struct Wanted<'a> {
    pub state: State,
    pub order: Order<Key>,
    /// Part of a name, in its form for seeking.
    pub search: &'a str,
    pub kind: Option<Kind>,
    /// Whether they are switched on.
    pub enabled: Option<bool>,
    /// When they end; when they were made and last used.
    pub ends: Span,
    pub created: Span,
    pub used: Span,
    /// The last one of the page before.
    pub after: Option<&'a TokenId>,
    pub rows: u32,
}

/// One page.
pub(super) async fn list(
    db: &Db,
    holder: &Holder,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Vec<Token>> {
    let Order(_, way) = wanted.order;
    let kind = wanted.kind.map_or("", Kind::as_str);
    let values: [&dyn Bind; 13] = [
        &holder.id(),
        holder.tenant(),
        &way.start(wanted.after.map(TokenId::as_str)),
        &wanted.search,
        &kind,
        &wanted.ends.from,
        &wanted.ends.to,
        &wanted.rows,
        &wanted.created.from,
        &wanted.created.to,
        &wanted.used.from,
        &wanted.used.to,
        &wanted.enabled,
    ];
    let tokens: Vec<TokenRow> = db.all(ordered(wanted, values)).await?;
    tokens.into_iter().map(|row| row.read(now)).collect()
}

fn ordered(wanted: &Wanted<'_>, values: [&dyn Bind; 13]) -> Statement {
    // A plus keeps a column that only narrows from being what the rows are found by: they would have to be sorted.
    match (wanted.state, wanted.order) {
        (State::Revoked, _) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NOT NULL AND id < ?3
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY id DESC LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::Created, Way::Up)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL AND id > ?3
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY id LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::Created, Way::Down)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL AND id < ?3
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY id DESC LIMIT ?8",
            values,
        ),
        // Among those that are not revoked a name tells one from the other.
        (State::Current, Order(Key::Name, Way::Up)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND name_key > coalesce((SELECT name_key FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), '')
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY name_key LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::Name, Way::Down)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND name_key < coalesce((SELECT name_key FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), char(1114111))
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY name_key DESC LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::Expires, Way::Up)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND (coalesce(renewable_until, expires_at, '~'), id) >
                   (coalesce((SELECT coalesce(renewable_until, expires_at, '~') FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), ''), ?3)
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY coalesce(renewable_until, expires_at, '~'), id LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::Expires, Way::Down)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND (coalesce(renewable_until, expires_at, '~'), id) <
                   (coalesce((SELECT coalesce(renewable_until, expires_at, '~') FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), '~'), ?3)
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY coalesce(renewable_until, expires_at, '~') DESC, id DESC LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::LastUsed, Way::Up)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND (coalesce(last_used_at, ''), id) >
                   (coalesce((SELECT coalesce(last_used_at, '') FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), ''), ?3)
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY coalesce(last_used_at, ''), id LIMIT ?8",
            values,
        ),
        (State::Current, Order(Key::LastUsed, Way::Down)) => Statement::new(
            "SELECT * FROM shown_tokens
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL
               AND (coalesce(last_used_at, ''), id) <
                   (coalesce((SELECT coalesce(last_used_at, '') FROM tokens WHERE id = ?3 AND owner_id = ?1 AND tenant_id = ?2), '~'), ?3)
               AND instr(name_key, ?4) > 0 AND (?5 = '' OR kind = ?5) AND (?13 IS NULL OR enabled = ?13)
               AND +coalesce(renewable_until, expires_at, '~') BETWEEN ?6 AND ?7
               AND created_at BETWEEN ?9 AND ?10 AND +coalesce(last_used_at, '') BETWEEN ?11 AND ?12
             ORDER BY coalesce(last_used_at, '') DESC, id DESC LIMIT ?8",
            values,
        ),
    }
}

/// Whether there is such a token of theirs, good or not.
pub(super) async fn is_of(db: &Db, holder: &Holder, id: &TokenId) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {}
    let row: Option<Row> = db
        .first(Statement::new(
            "SELECT 1 FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3",
            [id, &holder.id(), holder.tenant()],
        ))
        .await?;
    Ok(row.is_some())
}

/// One token of the tenant.
pub(super) async fn find(db: &Db, tenant: &Tenant, id: &TokenId) -> Result<Option<TokenRow>> {
    db.first(Statement::new(
        "SELECT * FROM shown_tokens WHERE id = ?1 AND tenant_id = ?2",
        [id, tenant],
    ))
    .await
}

/// Whose tokens these are, of those that exist in the tenant. `ids` is a JSON array.
pub(super) async fn owners(db: &Db, tenant: &Tenant, ids: &str) -> Result<Vec<OwnedRow>> {
    db.all(Statement::new(
        "SELECT id, user_id, service_account_id, owner_name, name FROM held_tokens
         WHERE id IN (SELECT value FROM json_each(?1)) AND tenant_id = ?2",
        [&ids, tenant],
    ))
    .await
}

/// A token and whose it is.
#[derive(Deserialize)]
pub(super) struct OwnedRow {
    pub id: TokenId,
    user_id: Option<UserId>,
    service_account_id: Option<ServiceAccountId>,
    owner_name: String,
    pub name: String,
}

impl OwnedRow {
    pub fn owner(&self) -> Result<TokenOwner> {
        owner(
            self.user_id.as_ref(),
            self.service_account_id.as_ref(),
            &self.owner_name,
        )
    }
}

/// A person or a service account: one of the two.
pub fn owner(
    user: Option<&UserId>,
    account: Option<&ServiceAccountId>,
    name: &str,
) -> Result<TokenOwner> {
    let name = name.to_owned();
    match (user.cloned(), account.cloned()) {
        (Some(id), None) => Ok(TokenOwner::User { id, name }),
        (None, Some(id)) => Ok(TokenOwner::ServiceAccount { id, name }),
        _ => Err(Error::Internal("a token of nobody or of two".into())),
    }
}

/// What is kept of a token's secrets.
pub(super) struct Secrets<'a> {
    pub digest: &'a Digest,
    pub refresh: Option<&'a Digest>,
    /// Of a pair: when the secret itself is over.
    pub access_until: Option<Timestamp>,
}

/// Adds a token unless its owner has as many live ones as allowed. The limit is part of the statement, so no race
/// outruns it.
pub(super) fn insert(
    holder: &Holder,
    token: &Token,
    name_key: &str,
    secrets: &Secrets,
    most: u32,
) -> Statement {
    Statement::new(
        "INSERT INTO tokens
             (id, tenant_id, user_id, service_account_id, kind, name, name_key, description, scopes, allowed_endpoints,
              ip_allowlist, digest, prefix, last_four, created_at, renewable_until, expires_at, refresh_digest, access_until,
              ip_allowlist_observed)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?21
         WHERE (SELECT count(*) FROM tokens
                WHERE owner_id = coalesce(?3, ?4) AND tenant_id = ?2 AND revoked_at IS NULL
                  AND coalesce(renewable_until, expires_at, '~') > ?15) < ?20",
        [
            &token.id,
            holder.tenant(),
            &holder.user(),
            &holder.service_account(),
            &token.kind.as_str(),
            &token.name,
            &name_key,
            &token.description,
            &chosen_scopes(token),
            &token.allowed_endpoints.join("\n"),
            &token.ip_allowlist.join("\n"),
            secrets.digest,
            &token.prefix,
            &token.last_four,
            &token.created_at,
            &token.renewable_until,
            &token.expires_at,
            &secrets.refresh,
            &secrets.access_until,
            &most,
            &token.ip_allowlist_observed,
        ],
    )
}

/// The scopes that are kept: those of other kinds come with the kind.
fn chosen_scopes(token: &Token) -> String {
    match token.kind {
        Kind::Custom => token.scopes.to_string(),
        _ => String::new(),
    }
}

/// What an edit makes of the scopes of a token.
pub(super) struct ScopesChange {
    /// Nothing.
    is_none: bool,
    /// Whether there are some that it had not.
    has_more: bool,
    /// What it has lost, if it has lost only.
    removed: Option<String>,
}

impl ScopesChange {
    pub fn of(before: &Token, after: &Token) -> Self {
        let has_more = after.scopes.intersection(before.scopes) != after.scopes;
        let are_custom = [before, after].map(|token| token.kind) == [Kind::Custom; 2];
        let lost = before.scopes.iter();
        let lost: Vec<_> = lost
            .filter(|scope| !after.scopes.contains(*scope))
            .map(|scope| scope.to_string())
            .collect();
        Self {
            is_none: before.scopes == after.scopes && before.kind == after.kind,
            has_more,
            removed: (are_custom && !has_more).then(|| lost.join(" ")),
        }
    }
}

/// Writes an edited token down, unless it was changed or revoked since it was read at `version`. One that was expired
/// counts among the live ones again, of which there are `most`.
pub(super) fn update(
    holder: &Holder,
    token: &Token,
    name_key: &str,
    scopes: &ScopesChange,
    version: u32,
    most: u32,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE tokens SET kind = ?4, name = ?5, name_key = ?6, description = ?7, scopes = ?8, allowed_endpoints = ?9,
                           ip_allowlist = ?10, renewable_until = ?11, expires_at = ?12, enabled = ?16,
                           ip_allowlist_observed = ?18,
                           in_grace_until = ?21,
                           scopes_since = iif(?17, ?14, scopes_since),
                           removed_scopes = iif(?20, removed_scopes, ?19),
                           scopes_removed_at = iif(?20, scopes_removed_at, iif(?19 IS NULL, NULL, ?14)),
                           version = version + 1
         WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3 AND version = ?13 AND revoked_at IS NULL
           AND (coalesce(renewable_until, expires_at, '~') > ?14 OR coalesce(?11, ?12, '~') <= ?14
                OR (SELECT count(*) FROM tokens
                    WHERE owner_id = ?2 AND tenant_id = ?3 AND revoked_at IS NULL
                      AND coalesce(renewable_until, expires_at, '~') > ?14) < ?15)",
        [
            &token.id,
            &holder.id(),
            holder.tenant(),
            &token.kind.as_str(),
            &token.name,
            &name_key,
            &token.description,
            &chosen_scopes(token),
            &token.allowed_endpoints.join("\n"),
            &token.ip_allowlist.join("\n"),
            &token.renewable_until,
            &token.expires_at,
            &version,
            &now,
            &most,
            &token.enabled,
            &scopes.has_more,
            &token.ip_allowlist_observed,
            &scopes.removed,
            &scopes.is_none,
            &token.in_grace_until,
        ],
    )
}

/// Ends the grace of a secret with its token, to which [`update`] may have given an earlier end: a later one does not
/// bring it back.
pub(super) fn shorten_grace(holder: &Holder, id: &TokenId) -> Statement {
    Statement::new(
        "UPDATE retired_secrets SET until = t.in_grace_until
         FROM tokens t
         WHERE t.id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3
           AND retired_secrets.token_id = ?1 AND retired_secrets.tenant_id = ?3 AND retired_secrets.role = 'access'
           AND retired_secrets.until > t.in_grace_until",
        [id, &holder.id(), holder.tenant()],
    )
}

/// Forgets whom the list before would have refused, if [`update`] has given the token this one.
pub(super) fn forget_observed(holder: &Holder, token: &Token) -> Statement {
    Statement::new(
        "DELETE FROM token_refusals WHERE token_id = ?1 AND reason = ?4
           AND EXISTS (SELECT 1 FROM tokens WHERE id = ?1 AND owner_id = ?2 AND tenant_id = ?3
                         AND ip_allowlist = ?5 AND ip_allowlist_observed = ?6)",
        [
            &token.id,
            &holder.id(),
            holder.tenant(),
            &OBSERVED,
            &token.ip_allowlist.join("\n"),
            &token.ip_allowlist_observed,
        ],
    )
}

/// One id.
#[derive(Deserialize)]
pub(super) struct IdRow {
    pub id: TokenId,
}

/// The end of some tokens of one owner.
pub(super) struct Ending<'a> {
    pub call: &'a Call,
    pub holder: &'a Holder,
    pub actor: &'a Actor,
    pub reason: Option<&'a str>,
}

impl Ending<'_> {
    /// An event for each token that is about to end. `events` is a JSON array that pairs each token's id with the id of
    /// its event.
    pub fn events(&self, events: &str) -> Statement {
        Statement::new(
            "INSERT INTO audit_events
                 (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
                  target_type, target_id, target_name, ip, user_agent, request_id, changes)
             SELECT e.value ->> 'event', t.tenant_id, ?4, ?5, ?6, ?7, ?8, ?9, 'token', t.id, t.name, ?10, ?11, ?12,
                    json_object('reason', ?13)
             FROM json_each(?1) e CROSS JOIN tokens t ON t.id = e.value ->> 'token'
             WHERE t.owner_id = ?2 AND t.tenant_id = ?3 AND t.revoked_at IS NULL",
            [
                &events,
                &self.holder.id(),
                self.holder.tenant(),
                &self.call.now,
                &self.actor.kind(),
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

    /// Ends those of them that are still good. `ids` is a JSON array.
    pub fn end(&self, ids: &str) -> Statement {
        Statement::new(
            "UPDATE tokens SET revoked_at = ?4, revoked_by = ?5, revoke_reason = ?6
             WHERE id IN (SELECT value FROM json_each(?1)) AND owner_id = ?2 AND tenant_id = ?3 AND revoked_at IS NULL
             RETURNING id",
            [&ids, &self.holder.id(), self.holder.tenant(), &self.call.now, &self.actor.name, &self.reason],
        )
    }
}

/// Ends every token of one holder, an event for each before it goes; nothing unless it is `wished`.
pub fn end_all(
    call: &Call,
    holder: &Holder,
    actor: &Actor,
    reason: &str,
    wished: bool,
) -> Result<[Statement; 2]> {
    Ok([
        Statement::new(
            "INSERT INTO audit_events
                 (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
                  target_type, target_id, target_name, ip, user_agent, request_id, changes)
             SELECT substr(?1, 1, 24) || printf('%06d', row_number() OVER ()), tenant_id, ?4, ?5, ?6, ?7, ?8, ?9,
                    'token', id, name, ?10, ?11, ?12, json_object('reason', ?13)
             FROM tokens WHERE owner_id = ?2 AND tenant_id = ?3 AND revoked_at IS NULL AND ?14 = 1",
            [
                &EventId::from_ulid(&call.ulid()?),
                &holder.id(),
                holder.tenant(),
                &call.now,
                &actor.kind(),
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
             WHERE owner_id = ?1 AND tenant_id = ?2 AND revoked_at IS NULL AND ?6 = 1",
            [
                &holder.id(),
                holder.tenant(),
                &call.now,
                &actor.name,
                &reason,
                &wished,
            ],
        ),
    ])
}

/// How a name is told apart from others, and how it is sought: in small letters, whatever they are composed of, however
/// wide, and with single spaces. What looks the same in every respect is the same.
pub fn name_key(name: &str) -> String {
    let name = extract::nfkc(name);
    let words: Vec<_> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
