//! The trail: every write brings its event along in the same transaction, and never a secret.

mod export;
pub mod http;
mod store;

pub use store::own;

use crate::{
    auth::{Actor, Tenant},
    call::Call,
    db::Statement,
    error::Result,
};
use contract::{audit::Action, ids::EventId};
use serde_json::{Map, Value, json};

/// What was done to what.
pub struct Event<'a> {
    /// The deed.
    pub action: Action,
    /// The noun of what it was done to.
    pub target_type: &'a str,
    /// Its id.
    pub target_id: &'a str,
    /// Its name at that time.
    pub target_name: &'a str,
    /// What became different, without secrets.
    pub changes: Option<Value>,
}

/// Each member that differs between two states of an object, with its old and its new value.
pub fn differences(before: &Value, after: &Value) -> Map<String, Value> {
    let members = before.as_object().into_iter().flatten();
    members
        .filter_map(|(name, old)| {
            let new = after.get(name)?;
            (new != old).then(|| (name.clone(), json!({"from": old, "to": new})))
        })
        .collect()
}

/// The event of the statement before it in the same transaction; left out if that changed nothing.
pub fn entry(
    call: &Call,
    tenant: impl AsRef<Tenant>,
    actor: &Actor,
    event: &Event,
) -> Result<Statement> {
    insert(call, tenant.as_ref(), actor, event, false)
}

/// The event of a refusal, which is all that is written about it.
pub fn refusal(
    call: &Call,
    tenant: impl AsRef<Tenant>,
    actor: &Actor,
    event: &Event,
) -> Result<Statement> {
    insert(call, tenant.as_ref(), actor, event, true)
}

/// The event of a look at something, which writes nothing else.
pub fn reading(
    call: &Call,
    tenant: impl AsRef<Tenant>,
    actor: &Actor,
    event: &Event,
) -> Result<Statement> {
    insert(call, tenant.as_ref(), actor, event, true)
}

/// The event of something that nobody signed in did about an address, in the trail of the tenant whose person has it.
/// The same statement runs when there is no such person, so that its time tells nothing.
pub fn about_whoever_has(call: &Call, email: &str, action: Action) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit_events
             (id, tenant_id, at, actor_type, actor_name, action, target_type, target_id, target_name, ip, user_agent, request_id)
         SELECT ?1, tenant_id, ?2, 'anonymous', 'Anonymous', ?3, 'user', id, first_name || ' ' || last_name, ?4, ?5, ?6
         FROM users WHERE email = ?7",
        [
            &EventId::from_ulid(&call.ulid()?),
            &call.now,
            &action.as_str(),
            &call.ip,
            &call.user_agent,
            &call.request_id,
            &email,
        ],
    ))
}

fn insert(
    call: &Call,
    tenant: &Tenant,
    actor: &Actor,
    event: &Event,
    by_itself: bool,
) -> Result<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit_events
             (id, tenant_id, at, actor_type, actor_id, actor_name, credential, action,
              target_type, target_id, target_name, ip, user_agent, request_id, changes)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15
         WHERE changes() > 0 OR ?16 = 1",
        [
            &EventId::from_ulid(&call.ulid()?),
            tenant,
            &call.now,
            &actor.kind(),
            &actor.id(),
            &actor.name,
            &actor.credential,
            &event.action.as_str(),
            &event.target_type,
            &event.target_id,
            &event.target_name,
            &call.ip,
            &call.user_agent,
            &call.request_id,
            &event.changes.as_ref().map(Value::to_string),
            &by_itself,
        ],
    ))
}
