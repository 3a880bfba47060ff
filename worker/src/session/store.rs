//! Statements about sessions.

use crate::{
    auth::{Actor, Owner, session_cookie},
    call::Call,
    db::{Bind, Db, Statement},
    devices::{Device, Familiarity},
    error::Result,
    order::Way,
    rekey,
    secret::{Digest, Prefix},
    users::UserRow,
};
use axum::http::HeaderMap;
use contract::{
    audit::Action,
    ids::{EventId, SessionId, TenantId},
    session::{ABSOLUTE_SECONDS, IDLE_SECONDS},
    time::Timestamp,
};
use serde::Deserialize;

/// Whose a session is.
pub(super) const OF_WHOM: &str = "sessions.user_id";

/// A person who may be signing in.
#[derive(Deserialize)]
pub(super) struct PersonRow {
    pub tenant_id: TenantId,
    pub password: String,
    /// Whether their tenant lets nobody in without a second factor.
    pub mfa_required: u8,
    #[serde(flatten)]
    pub familiarity: Familiarity,
    #[serde(flatten)]
    pub user: UserRow,
}

/// A row of [`find_password`].
#[derive(Deserialize)]
pub struct PasswordRow {
    pub password: String,
}

/// The person with this address, in whichever tenant. It takes no key, since it is how the first one is had.
pub(super) fn find_person(call: &Call, email: &str, device: &Device) -> Statement {
    Statement::new(
        "SELECT u.tenant_id, u.password, u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active,
                u.created_at, u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name,
                coalesce((SELECT mfa_required FROM policies WHERE tenant_id = u.tenant_id), 0) AS mfa_required,
                (SELECT max(last_seen_at) FROM devices WHERE user_id = u.id AND digest IN (?2, ?5)) AS device_seen_at,
                EXISTS (SELECT 1 FROM sessions WHERE user_id = u.id AND half = 0 AND ip IS ?3 AND user_agent IS ?4) AS same_place
         FROM users u JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id
         WHERE u.email = ?1",
        [&email, device.digest(), &call.ip, &call.user_agent, &device.previous_digest()],
    )
}

/// The hash of a person's password.
pub fn find_password(owner: &Owner) -> Statement {
    Statement::new(
        "SELECT password FROM users WHERE id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// A new session, confirmed by the sign-in itself; a `half` one waits for the second factor. If the hash of the
/// person's password is not `password` any more, the transaction is given up for want of [`OF_WHOM`]: whoever changed it
/// meanwhile ended every session.
pub fn insert(
    call: &Call,
    owner: &Owner,
    id: &SessionId,
    digest: &Digest,
    password: &str,
    half: bool,
) -> Statement {
    Statement::new(
        "INSERT INTO sessions
             (id, tenant_id, user_id, digest, ip, user_agent, place, created_at, last_seen_at, stepped_up_at, half)
         VALUES (?1, ?2, (SELECT id FROM users WHERE id = ?3 AND tenant_id = ?2 AND password = ?10),
                 ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9)",
        [
            id,
            owner.tenant(),
            owner.user(),
            digest,
            &call.ip,
            &call.user_agent,
            &call.place(),
            &call.now,
            &half,
            &password,
        ],
    )
}

/// Ends the session that the browser has, if any, with its event: signing in again gives it a new session instead of
/// a second one. It needs no key, since the browser shows the cookie itself.
pub fn replace(call: &Call, headers: &HeaderMap) -> Result<Vec<Statement>> {
    let Some(cookie) = session_cookie(headers) else {
        return Ok(vec![]);
    };
    let digest = call.digest(cookie)?;
    let event = Statement::new(
        "INSERT INTO audit_events
             (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
              target_type, target_id, target_name, ip, user_agent, request_id)
         SELECT ?1, s.tenant_id, ?2, 'user', u.id, u.first_name || ' ' || u.last_name, s.id, ?3,
                'session', s.id, coalesce(s.user_agent, ''), ?4, ?5, ?6
         FROM sessions s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
         WHERE s.digest = ?7",
        [
            &EventId::from_ulid(&call.ulid()?),
            &call.now,
            &Action::SessionRevoked.as_str(),
            &call.ip,
            &call.user_agent,
            &call.request_id,
            &digest,
        ],
    );
    let mut statements = rekey::moves(call, Prefix::Session, cookie)?;
    statements.push(event);
    statements.push(Statement::new(
        "DELETE FROM sessions WHERE digest = ?1",
        [&digest],
    ));
    Ok(statements)
}

/// Makes a half session a whole one, with a new cookie.
pub fn complete(owner: &Owner, id: &SessionId, digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET digest = ?3, created_at = ?4, last_seen_at = ?4, stepped_up_at = ?4, half = 0
         WHERE id = ?1 AND tenant_id = ?2 AND half = 1",
        [id, owner.tenant(), digest, &now],
    )
}

/// Confirms a session and gives it a new cookie.
pub(super) fn renew(owner: &Owner, id: &SessionId, digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET digest = ?3, stepped_up_at = ?4 WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant(), digest, &now],
    )
}

pub(super) fn delete(owner: &Owner, id: &SessionId) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant()],
    )
}

/// A session as its person sees it.
#[derive(Deserialize)]
pub(super) struct SessionRow {
    pub id: SessionId,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub place: Option<String>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// Which sessions of a person are wanted.
pub struct Wanted<'a> {
    pub way: Way,
    /// From where they are used.
    pub ip: Option<String>,
    /// The last one of the page before.
    pub after: Option<&'a SessionId>,
    /// How many at most.
    pub rows: u32,
}

/// One page of a person's sessions that are still good.
pub(super) async fn list(
    db: &Db,
    owner: &Owner,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Vec<SessionRow>> {
    let values: [&dyn Bind; 7] = [
        owner.user(),
        owner.tenant(),
        &wanted.way.start(wanted.after.map(SessionId::as_str)),
        &now.plus(-IDLE_SECONDS),
        &now.plus(-ABSOLUTE_SECONDS),
        &wanted.ip,
        &wanted.rows,
    ];
    let statement = match wanted.way {
        Way::Up => Statement::new(
            "SELECT id, user_agent, ip, place, created_at, last_seen_at FROM sessions
             WHERE user_id = ?1 AND tenant_id = ?2 AND id > ?3 AND last_seen_at > ?4 AND created_at > ?5 AND half = 0
               AND (?6 IS NULL OR ip = ?6)
             ORDER BY id LIMIT ?7",
            values,
        ),
        Way::Down => Statement::new(
            "SELECT id, user_agent, ip, place, created_at, last_seen_at FROM sessions
             WHERE user_id = ?1 AND tenant_id = ?2 AND id < ?3 AND last_seen_at > ?4 AND created_at > ?5 AND half = 0
               AND (?6 IS NULL OR ip = ?6)
             ORDER BY id DESC LIMIT ?7",
            values,
        ),
    };
    db.all(statement).await
}

/// Which of a person's sessions end.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// This one.
    One(&'a SessionId),
    /// All but this one.
    AllBut(&'a SessionId),
    /// All.
    All,
    /// All, if the person may not sign in any more.
    AllIfInactive,
    /// All, if the person has no second factor any more.
    AllIfFactorOff,
}

/// Ends sessions of one person, an event for each before it goes: about the person where somebody else ends them, so that
/// it stands among what was done to them.
pub fn end(call: &Call, owner: &Owner, actor: &Actor, which: Which) -> Result<[Statement; 2]> {
    let (one, but) = match which {
        Which::One(id) => (Some(id.as_str()), ""),
        Which::AllBut(id) => (None, id.as_str()),
        Which::All | Which::AllIfInactive | Which::AllIfFactorOff => (None, ""),
    };
    // What must be 0 of the person, if anything.
    let must_be_off = match which {
        Which::AllIfInactive => "active",
        Which::AllIfFactorOff => "mfa_enabled",
        Which::One(_) | Which::AllBut(_) | Which::All => "",
    };
    let one = one.map(str::to_owned);
    Ok([
        Statement::new(
            "INSERT INTO audit_events
                 (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
                  target_type, target_id, target_name, ip, user_agent, request_id, changes)
             SELECT substr(?1, 1, 24) || printf('%06d', row_number() OVER ()), tenant_id, ?6, ?7, ?8, ?9, ?10, ?11,
                    iif(?8 IS ?2, 'session', 'user'), iif(?8 IS ?2, id, user_id),
                    iif(?8 IS ?2, coalesce(user_agent, ''), (SELECT first_name || ' ' || last_name FROM users WHERE id = ?2)),
                    ?12, ?13, ?14, iif(?8 IS ?2, NULL, json_object('session', json_object('from', id, 'to', NULL)))
             FROM sessions WHERE user_id = ?2 AND tenant_id = ?3 AND id = coalesce(?4, id) AND id <> ?5
               AND (?15 = '' OR EXISTS (SELECT 1 FROM users u WHERE u.id = ?2 AND iif(?15 = 'active', u.active, u.mfa_enabled) = 0))",
            [
                &EventId::from_ulid(&call.ulid()?),
                owner.user(),
                owner.tenant(),
                &one,
                &but,
                &call.now,
                &actor.kind(),
                &actor.id(),
                &actor.name,
                &actor.credential,
                &Action::SessionRevoked.as_str(),
                &call.ip,
                &call.user_agent,
                &call.request_id,
                &must_be_off,
            ],
        ),
        Statement::new(
            "DELETE FROM sessions WHERE user_id = ?1 AND tenant_id = ?2 AND id = coalesce(?3, id) AND id <> ?4
               AND (?5 = '' OR EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND iif(?5 = 'active', u.active, u.mfa_enabled) = 0))",
            [owner.user(), owner.tenant(), &one, &but, &must_be_off],
        ),
    ])
}

pub fn person_seen(owner: &Owner, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE users SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant(), &now],
    )
}

/// Deletes sessions that nobody can use any more.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE last_seen_at <= ?1",
        [&now.plus(-IDLE_SECONDS)],
    )
}
