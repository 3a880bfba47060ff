//! Statements about messages on their way out.

use super::Message;
use crate::{
    auth::{Holder, Owner},
    db::Statement,
};
use contract::{
    ids::{DeliveryId, TenantId},
    time::Timestamp,
};
use serde::Deserialize;

pub(super) fn insert_to_person(message: &Message, owner: &Owner, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1, tenant_id, id, ?4, 'email', email, ?5, ?6, ?6
         FROM users WHERE id = ?2 AND tenant_id = ?3 AND changes() > 0",
        [
            &message.id,
            owner.user(),
            owner.tenant(),
            &message.event,
            &message.content,
            &now,
        ],
    )
}

pub(super) fn insert_to_holder(message: &Message, holder: &Holder, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1, tenant_id, id, ?4, 'email', email, ?5, ?6, ?6
         FROM users
         WHERE id = coalesce((SELECT owner_id FROM service_accounts WHERE id = ?2 AND tenant_id = ?3), ?2)
           AND tenant_id = ?3 AND changes() > 0",
        [
            &message.id,
            &holder.id(),
            holder.tenant(),
            &message.event,
            &message.content,
            &now,
        ],
    )
}

pub(super) fn insert_to_whoever_has(message: &Message, email: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1, tenant_id, id, ?3, 'email', email, ?4, ?5, ?5
         FROM users WHERE email = ?2 AND changes() > 0",
        [&message.id, &email, &message.event, &message.content, &now],
    )
}

pub(super) fn insert_to_address(
    message: &Message,
    owner: &Owner,
    address: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1, ?3, ?2, ?4, 'email', ?5, ?6, ?7, ?7 WHERE changes() > 0",
        [
            &message.id,
            owner.user(),
            owner.tenant(),
            &message.event,
            &address,
            &message.content,
            &now,
        ],
    )
}

/// A message that is being sent.
#[derive(Deserialize)]
pub(super) struct Claimed {
    pub id: DeliveryId,
    pub tenant_id: TenantId,
    pub recipient: String,
    pub content: String,
    pub tries: u32,
}

/// Claims those of the messages whose time has come, until `lost_at`; of consumers side by side one gets each.
/// `ids` is a JSON array.
pub(super) fn claim(ids: &str, now: Timestamp, lost_at: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET tries = tries + 1, due_at = ?3
         WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'queued' AND due_at <= ?2
         RETURNING id, tenant_id, recipient, content, tries",
        [&ids, &now, &lost_at],
    )
}

/// Notes that a message was sent, and forgets what it said.
pub(super) fn sent(message: &Claimed, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'sent', done_at = ?3, last_error = NULL, content = NULL
         WHERE id = ?1 AND tenant_id = ?2 AND state = 'queued'",
        [&message.id, &message.tenant_id, &now],
    )
}

/// Notes that a message will be tried again.
pub(super) fn postponed(message: &Claimed, error: &str, due_at: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET due_at = ?4, last_error = ?3 WHERE id = ?1 AND tenant_id = ?2 AND state = 'queued'",
        [&message.id, &message.tenant_id, &error, &due_at],
    )
}

/// Notes that a message was given up.
pub(super) fn failed(message: &Claimed, error: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'failed', done_at = ?4, last_error = ?3
         WHERE id = ?1 AND tenant_id = ?2 AND state = 'queued'",
        [&message.id, &message.tenant_id, &error, &now],
    )
}

/// One id.
#[derive(Deserialize)]
pub(super) struct IdRow {
    pub id: DeliveryId,
}

/// Messages whose time came a while ago: nothing in the queue speaks of them any more.
pub(super) fn overdue(before: Timestamp) -> Statement {
    Statement::new(
        "SELECT id FROM outbox WHERE state = 'queued' AND due_at <= ?1 ORDER BY due_at LIMIT 500",
        [&before],
    )
}
