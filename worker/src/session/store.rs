//! Statements about sessions.

use crate::{
    auth::{Owner, session_cookie},
    call::Call,
    db::{Db, Statement},
    error::Result,
    limits,
    secret::Digest,
    users::UserRow,
};
use axum::http::HeaderMap;
use contract::{
    audit::Action,
    ids::{EventId, SessionId, TenantId},
    session::IDLE_SECONDS,
    time::Timestamp,
};
use serde::Deserialize;

/// A person who may be signing in.
#[derive(Deserialize)]
pub(super) struct PersonRow {
    pub tenant_id: TenantId,
    pub password: String,
    #[serde(flatten)]
    pub user: UserRow,
}

/// The hash of a person's password.
#[derive(Deserialize)]
pub(super) struct PasswordRow {
    pub password: String,
}

/// The person with this address, in whichever tenant. It takes no key, since it is how the first one is had.
pub(super) fn find_person(email: &str) -> Statement {
    Statement::new(
        "SELECT u.tenant_id, u.password, u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active,
                u.created_at, u.last_seen_at, r.id AS role_id, r.name AS role_name
         FROM users u JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id
         WHERE u.email = ?1",
        [&email],
    )
}

pub(super) fn find_password(owner: &Owner) -> Statement {
    Statement::new(
        "SELECT password FROM users WHERE id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// The event of a refused sign-in, in the trail of the tenant whose person it was meant for.
/// The same statement runs when there is no such person, so that its time tells nothing.
pub(super) fn refused(call: &Call, email: &str) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit_events
             (id, tenant_id, at, actor_type, actor_name, action, target_type, target_id, target_name, ip, user_agent, request_id)
         SELECT ?1, tenant_id, ?2, 'anonymous', 'Anonymous', ?3, 'user', id, first_name || ' ' || last_name, ?4, ?5, ?6
         FROM users WHERE email = ?7",
        [
            &EventId::from_ulid(&call.ulid()?),
            &call.now,
            &Action::SessionRefused.as_str(),
            &call.ip,
            &call.user_agent,
            &call.request_id,
            &email,
        ],
    ))
}

/// A new session, confirmed by the sign-in itself.
pub fn insert(call: &Call, owner: &Owner, id: &SessionId, digest: &Digest) -> Statement {
    Statement::new(
        "INSERT INTO sessions (id, tenant_id, user_id, digest, ip, user_agent, created_at, last_seen_at, stepped_up_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)",
        [id, owner.tenant(), owner.user(), digest, &call.ip, &call.user_agent, &call.now],
    )
}

/// Ends the session that the browser has, if any, with its event: signing in again gives it a new session instead of
/// a second one. It needs no key, since the browser shows the cookie itself.
pub fn replace(call: &Call, headers: &HeaderMap) -> Result<[Statement; 2]> {
    let digest = call.digest(session_cookie(headers).unwrap_or_default())?;
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
    Ok([
        event,
        Statement::new("DELETE FROM sessions WHERE digest = ?1", [&digest]),
    ])
}

/// Confirms a session and gives it a new cookie.
pub(super) fn renew(owner: &Owner, id: &SessionId, digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET digest = ?3, stepped_up_at = ?4 WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant(), digest, &now],
    )
}

/// Changes nothing about a session, but counts as a change to it.
pub(super) fn touch(owner: &Owner, id: &SessionId) -> Statement {
    Statement::new(
        "UPDATE sessions SET stepped_up_at = stepped_up_at WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant()],
    )
}

pub(super) fn delete(owner: &Owner, id: &SessionId) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant()],
    )
}

pub(super) fn person_seen(owner: &Owner, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE users SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant(), &now],
    )
}

/// Deletes sessions that nobody can use any more, and counters whose window is over.
pub async fn purge(db: Db, now: Timestamp) -> Result<()> {
    let idle = Statement::new(
        "DELETE FROM sessions WHERE last_seen_at <= ?1",
        [&now.plus(-IDLE_SECONDS)],
    );
    db.commit([idle, limits::purge(now)]).await.map(drop)
}
