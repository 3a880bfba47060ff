//! Statements about the trail.

use crate::{
    auth::{Owner, Tenant},
    db::{Bind, Db, Statement},
    error::{Error, Result},
    order::Way,
    session::known_device,
};
use contract::{
    audit::{Action, AuditEvent, Party},
    ids::EventId,
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Row {
    id: EventId,
    at: Timestamp,
    actor_type: String,
    actor_id: Option<String>,
    actor_name: String,
    credential: Option<String>,
    action: String,
    target_type: String,
    target_id: String,
    target_name: String,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: String,
    changes: Option<String>,
}

impl Row {
    fn read(self) -> Result<AuditEvent<Value>> {
        let changes = self.changes.as_deref().map(serde_json::from_str);
        Ok(AuditEvent {
            id: self.id,
            at: self.at,
            actor: Party {
                kind: self.actor_type,
                id: self.actor_id,
                name: self.actor_name,
            },
            credential: self.credential,
            action: self.action,
            target: Party {
                kind: self.target_type,
                id: Some(self.target_id),
                name: self.target_name,
            },
            ip: self.ip,
            device: self.user_agent.as_deref().and_then(known_device),
            request_id: self.request_id,
            changes: changes
                .transpose()
                .map_err(|error| Error::Internal(error.to_string()))?,
        })
    }
}

/// What of the trail is wanted, and which way it is read.
#[derive(Default)]
pub(super) struct Wanted {
    pub way: Way,
    /// The id of who did it.
    pub actor: Option<String>,
    pub action: Option<Action>,
    /// The id of what it was done to.
    pub target: Option<String>,
    /// The first that may be among them.
    pub since: Option<EventId>,
    /// What all of them come before.
    pub before: Option<EventId>,
    /// The last one of the page before.
    pub after: Option<EventId>,
}

impl Wanted {
    /// Between which ids the next page lies: from the first of the two on, and before the second.
    fn bounds(&self) -> (String, &str) {
        let since = self.since.as_ref().map_or("", EventId::as_str);
        // `~` comes after every id.
        let before = self.before.as_ref().map_or("~", EventId::as_str);
        match (&self.after, self.way) {
            (None, _) => (since.into(), before),
            (Some(after), Way::Up) => (format!("{}~", after.as_str()).max(since.into()), before),
            (Some(after), Way::Down) => (since.into(), before.min(after.as_str())),
        }
    }
}

/// Up to `rows` events of the tenant, read along the index of what narrows them most.
pub(super) async fn page(
    db: &Db,
    tenant: &Tenant,
    wanted: &Wanted,
    rows: u32,
) -> Result<Vec<AuditEvent<Value>>> {
    let (since, before) = wanted.bounds();
    // Left alone, SQLite would prefer the index of the whole trail, for its two bounds.
    let action = wanted.action.map(Action::as_str);
    let statement = match (&wanted.target, &wanted.actor, action, wanted.way) {
        (Some(target), actor, action, Way::Down) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_target
             WHERE tenant_id = ?1 AND target_id = ?5 AND id >= ?2 AND id < ?3
               AND (?6 IS NULL OR actor_id = ?6) AND (?7 IS NULL OR action = ?7)
             ORDER BY id DESC LIMIT ?4",
            [tenant, &since, &before, &rows, target, actor, &action],
        ),
        (Some(target), actor, action, Way::Up) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_target
             WHERE tenant_id = ?1 AND target_id = ?5 AND id >= ?2 AND id < ?3
               AND (?6 IS NULL OR actor_id = ?6) AND (?7 IS NULL OR action = ?7)
             ORDER BY id LIMIT ?4",
            [tenant, &since, &before, &rows, target, actor, &action],
        ),
        (None, Some(actor), action, Way::Down) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_actor
             WHERE tenant_id = ?1 AND actor_id = ?5 AND id >= ?2 AND id < ?3 AND (?6 IS NULL OR action = ?6)
             ORDER BY id DESC LIMIT ?4",
            [tenant, &since, &before, &rows, actor, &action],
        ),
        (None, Some(actor), action, Way::Up) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_actor
             WHERE tenant_id = ?1 AND actor_id = ?5 AND id >= ?2 AND id < ?3 AND (?6 IS NULL OR action = ?6)
             ORDER BY id LIMIT ?4",
            [tenant, &since, &before, &rows, actor, &action],
        ),
        (None, None, Some(action), Way::Down) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_action
             WHERE tenant_id = ?1 AND action = ?5 AND id >= ?2 AND id < ?3
             ORDER BY id DESC LIMIT ?4",
            [tenant, &since, &before, &rows, &action],
        ),
        (None, None, Some(action), Way::Up) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events INDEXED BY audit_events_of_action
             WHERE tenant_id = ?1 AND action = ?5 AND id >= ?2 AND id < ?3
             ORDER BY id LIMIT ?4",
            [tenant, &since, &before, &rows, &action],
        ),
        (None, None, None, Way::Down) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events
             WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3
             ORDER BY id DESC LIMIT ?4",
            [tenant, &since, &before, &rows],
        ),
        (None, None, None, Way::Up) => Statement::new(
            "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                    ip, user_agent, request_id, changes
             FROM audit_events
             WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3
             ORDER BY id LIMIT ?4",
            [tenant, &since, &before, &rows],
        ),
    };
    let found: Vec<Row> = db.all(statement).await?;
    found.into_iter().map(Row::read).collect()
}

/// Up to `rows` events that the person made or that are about their account.
pub async fn own(
    db: &Db,
    owner: &Owner,
    way: Way,
    after: Option<&EventId>,
    rows: u32,
) -> Result<Vec<AuditEvent<Value>>> {
    let start = way.start(after.map(EventId::as_str));
    let values: [&dyn Bind; 4] = [owner.tenant(), owner.user(), &start, &rows];
    // Each reads along its own index; together in one statement they would have to be sorted.
    let statements = match way {
        Way::Up => [
            Statement::new(
                "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                        ip, user_agent, request_id, changes
                 FROM audit_events WHERE tenant_id = ?1 AND actor_id = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
                values,
            ),
            Statement::new(
                "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                        ip, user_agent, request_id, changes
                 FROM audit_events WHERE tenant_id = ?1 AND target_id = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
                values,
            ),
        ],
        Way::Down => [
            Statement::new(
                "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                        ip, user_agent, request_id, changes
                 FROM audit_events WHERE tenant_id = ?1 AND actor_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
                values,
            ),
            Statement::new(
                "SELECT id, at, actor_type, actor_id, actor_name, credential, action, target_type, target_id, target_name,
                        ip, user_agent, request_id, changes
                 FROM audit_events WHERE tenant_id = ?1 AND target_id = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
                values,
            ),
        ],
    };
    let mut events = vec![];
    for outcome in db.commit(statements).await? {
        events.extend(outcome.rows::<Row>()?);
    }
    events.sort_by(|a, b| match way {
        Way::Up => a.id.cmp(&b.id),
        Way::Down => b.id.cmp(&a.id),
    });
    events.dedup_by(|a, b| a.id == b.id);
    events.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
    events.into_iter().map(Row::read).collect()
}
