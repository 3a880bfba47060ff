//! Statements about messages on their way out.

use super::Message;
use crate::{
    auth::{Owner, Tenant},
    db::{Bind, Db, Statement},
    error::Result,
    order::Way,
    rekey,
};
use contract::{
    ids::{DeliveryId, TenantId, UserId},
    notifications::{Channel, Delivery, DeliveryState, Event, Level, Notifications},
    time::{DAY, Timestamp},
};
use serde::Deserialize;
use serde_json::json;

/// What goes nowhere for somebody who never chose, by channel: JSON arrays of events.
fn muted_by_default() -> [String; 2] {
    Channel::ALL.map(|channel| json!(Notifications::default().muted(channel)).to_string())
}

/// Addresses a message to one person: with the id `whom`, or who looks after the service account or has the token with
/// that id. By mail and to Slack, each unless they muted the event there; by mail also what should have gone to a
/// connection that is broken, and what is critical and has nowhere else to go. What comes behind others like it gathers
/// in one row, which says what the latest does. Unless it goes out `anyway`, it is left out if the statement before it
/// changed nothing.
pub(super) fn insert_to(
    message: &Message,
    tenant_id: &str,
    whom: &str,
    anyway: bool,
    now: Timestamp,
) -> Statement {
    let [not_by_email, not_by_slack] = muted_by_default();
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, fold, created_at, due_at, gathers)
         SELECT ?1 || '00000' || (channel = 'slack'), tenant_id, user_id, ?4, channel, recipient, ?5, ?6, ?7,
                iif(gathers, ?9, ?7), gathers
         FROM (
         SELECT u.tenant_id, u.id AS user_id, c.value AS channel,
                CASE c.value WHEN 'slack' THEN coalesce(s.channel_name, 'Direct message') || ' in ' || s.team_name ELSE u.email END AS recipient,
                (SELECT count(*) FROM outbox o WHERE o.user_id = u.id AND o.fold = ?6 AND o.created_at > ?8 AND o.channel = c.value) >= ?14 AS gathers
         FROM json_each('[\"email\",\"slack\"]') c
         JOIN users u ON u.id = coalesce((SELECT user_id FROM keepers WHERE service_account_id = ?2 AND tenant_id = ?3),
                                         (SELECT coalesce(t.user_id, k.user_id) FROM tokens t
                                          LEFT JOIN keepers k ON k.service_account_id = t.service_account_id
                                          WHERE t.id = ?2 AND t.tenant_id = ?3), ?2) AND u.tenant_id = ?3
         LEFT JOIN slack_connections s ON s.user_id = u.id
         LEFT JOIN notification_preferences p ON p.user_id = u.id
         WHERE (changes() > 0 OR ?10 = 1)
           AND CASE c.value WHEN 'slack'
               THEN s.user_id IS NOT NULL AND s.broken_at IS NULL
                    AND ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_slack, ?13)))
               ELSE ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_email, ?12)))
                    OR ((s.broken_at IS NOT NULL OR (s.user_id IS NULL AND ?11 = 1))
                        AND ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_slack, ?13)))) END)
         WHERE true
         ON CONFLICT (user_id, channel, fold) WHERE gathers = 1
         DO UPDATE SET id = excluded.id, recipient = excluded.recipient, content = excluded.content,
                       created_at = excluded.created_at, folded = folded + 1",
        [
            &message.group,
            &whom,
            &tenant_id,
            &message.event,
            &message.content,
            &message.fold,
            &now,
            &now.plus(-message.fold_seconds),
            &now.plus(message.fold_seconds),
            &anyway,
            &(message.level == Some(Level::Critical)),
            &not_by_email,
            &not_by_slack,
            &message.at_once,
        ],
    )
}

/// The same to many people of a tenant; `users` is a JSON array of ids.
pub(super) fn insert_to_each(
    message: &Message,
    tenant: &Tenant,
    users: &str,
    now: Timestamp,
) -> Statement {
    let [not_by_email, not_by_slack] = muted_by_default();
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, fold, created_at, due_at, gathers)
         SELECT id, tenant_id, user_id, ?4, channel, recipient, ?5, ?9, ?6, iif(gathers, ?11, ?6), gathers
         FROM (
         SELECT ?1 || printf('%05d', whom.key) || (c.value = 'slack') AS id, u.tenant_id, u.id AS user_id, c.value AS channel,
                CASE c.value WHEN 'slack' THEN coalesce(s.channel_name, 'Direct message') || ' in ' || s.team_name ELSE u.email END AS recipient,
                (SELECT count(*) FROM outbox o WHERE o.user_id = u.id AND o.fold = ?9 AND o.created_at > ?10 AND o.channel = c.value) >= ?12 AS gathers
         FROM json_each(?2) whom
         JOIN users u ON u.id = whom.value AND u.tenant_id = ?3
         JOIN json_each('[\"email\",\"slack\"]') c
         LEFT JOIN slack_connections s ON s.user_id = u.id
         LEFT JOIN notification_preferences p ON p.user_id = u.id
         WHERE changes() > 0
           AND CASE c.value WHEN 'slack'
               THEN s.user_id IS NOT NULL AND s.broken_at IS NULL
                    AND ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_slack, ?8)))
               ELSE ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_email, ?7)))
                    OR (s.broken_at IS NOT NULL AND ?4 NOT IN (SELECT value FROM json_each(coalesce(p.not_by_slack, ?8)))) END)
         WHERE true
         ON CONFLICT (user_id, channel, fold) WHERE gathers = 1
         DO UPDATE SET id = excluded.id, recipient = excluded.recipient, content = excluded.content,
                       created_at = excluded.created_at, folded = folded + 1",
        [
            &message.group,
            &users,
            tenant,
            &message.event,
            &message.content,
            &now,
            &not_by_email,
            &not_by_slack,
            &message.fold,
            &now.plus(-message.fold_seconds),
            &now.plus(message.fold_seconds),
            &message.at_once,
        ],
    )
}

/// Addresses a message to the person's Slack alone, if it takes messages, whatever they chose.
pub fn insert_to_slack(message: &Message, owner: &Owner, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1, tenant_id, user_id, ?4, 'slack', coalesce(channel_name, 'Direct message') || ' in ' || team_name, ?5, ?6, ?6
         FROM slack_connections WHERE user_id = ?2 AND tenant_id = ?3 AND broken_at IS NULL
         RETURNING id, event, channel, recipient, state, tries, last_error, folded, created_at, done_at",
        [
            &message.slack_id(),
            owner.user(),
            owner.tenant(),
            &message.event,
            &message.content,
            &now,
        ],
    )
}

/// Has what is not sent to Slack yet tell where it goes now.
pub fn readdress(owner: &Owner) -> Statement {
    Statement::new(
        "UPDATE outbox SET recipient = (SELECT coalesce(channel_name, 'Direct message') || ' in ' || team_name
                                        FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2)
         WHERE user_id = ?1 AND tenant_id = ?2 AND channel = 'slack' AND state <> 'sent'",
        [owner.user(), owner.tenant()],
    )
}

pub(super) fn insert_to_whoever_has(message: &Message, email: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1 || '000000', tenant_id, id, ?3, 'email', email, ?4, ?5, ?5
         FROM users WHERE email = ?2 AND changes() > 0",
        [&message.group, &email, &message.event, &message.content, &now],
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
         SELECT ?1 || '000000', ?3, ?2, ?4, 'email', ?5, ?6, ?7, ?7 WHERE changes() > 0",
        [
            &message.group,
            owner.user(),
            owner.tenant(),
            &message.event,
            &address,
            &message.content,
            &now,
        ],
    )
}

pub(super) fn insert_to_former_address(
    message: &Message,
    tenant: &Tenant,
    address: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, created_at, due_at)
         SELECT ?1 || '000000', ?2, u.id, ?3, 'email', ?4, ?5, ?6, ?6
         FROM roles r JOIN users u ON u.role_id = r.id AND u.tenant_id = r.tenant_id
         WHERE r.tenant_id = ?2 AND r.name = 'Administrator' AND r.built_in = 1 AND u.active = 1 AND changes() > 0
         ORDER BY u.id LIMIT 1",
        [
            &message.group,
            tenant,
            &message.event,
            &address,
            &message.content,
            &now,
        ],
    )
}

/// The mail that goes out in place of a message that Slack did not take, unless there is one already.
pub(super) fn insert_instead(message: &Claimed, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, folded, created_at, due_at)
         SELECT substr(o.id, 1, length(o.id) - 1) || '0', o.tenant_id, o.user_id, o.event, 'email', u.email, o.content,
                o.folded, ?3, ?3
         FROM outbox o JOIN users u ON u.id = o.user_id AND u.tenant_id = o.tenant_id
         WHERE o.id = ?1 AND o.tenant_id = ?2 AND o.event <> 'slack.test'
         ON CONFLICT (id) DO NOTHING",
        [&message.id, &message.tenant_id, &now],
    )
}

/// The mails that go out in place of what waits for a person's Slack, if that takes nothing any more, unless there are such.
pub(super) fn insert_instead_of_waiting(
    tenant_id: &str,
    user_id: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, folded, created_at, due_at)
         SELECT substr(o.id, 1, length(o.id) - 1) || '0', o.tenant_id, o.user_id, o.event, 'email', u.email, o.content,
                o.folded, ?3, ?3
         FROM outbox o JOIN users u ON u.id = o.user_id AND u.tenant_id = o.tenant_id
         WHERE o.user_id = ?1 AND o.tenant_id = ?2 AND o.channel = 'slack' AND o.state = 'queued' AND o.event <> 'slack.test'
           AND NOT EXISTS (SELECT 1 FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2 AND broken_at IS NULL)
         ON CONFLICT (id) DO NOTHING
         RETURNING id, channel",
        [&user_id, &tenant_id, &now],
    )
}

/// Gives up what waits for a person's Slack, if that takes nothing any more.
pub(super) fn give_up_waiting(
    tenant_id: &str,
    user_id: &str,
    why: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'failed', done_at = ?4, last_error = ?3, gathers = 0
         WHERE user_id = ?1 AND tenant_id = ?2 AND channel = 'slack' AND state = 'queued'
           AND NOT EXISTS (SELECT 1 FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2 AND broken_at IS NULL)",
        [&user_id, &tenant_id, &why, &now],
    )
}

/// A message that is being sent.
#[derive(Clone, Deserialize)]
pub(super) struct Claimed {
    pub id: DeliveryId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub time_zone: Option<String>,
    pub event: String,
    pub channel: Channel,
    pub recipient: String,
    pub content: String,
    pub tries: u32,
    pub folded: u32,
}

impl Claimed {
    /// Whether it is about something critical.
    pub fn is_urgent(&self) -> bool {
        Event::parse(&self.event).is_some_and(|event| event.level() == Level::Critical)
    }
}

/// The most messages that are claimed at once.
pub(super) const CLAIMED_AT_ONCE: usize = 20;

/// Claims those of the messages whose time has come, until `lost_at`; of consumers side by side one gets each. What is
/// claimed gathers no more.
/// `ids` is a JSON array of ids, or of how they begin.
pub(super) fn claim(ids: &str, channel: Channel, now: Timestamp, lost_at: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET tries = tries + 1, due_at = ?3, gathers = 0
         WHERE id IN (SELECT o.id FROM json_each(?1) wanted
                      CROSS JOIN outbox o ON o.id >= wanted.value AND o.id < wanted.value || '~'
                      WHERE o.channel = ?4 AND o.state = 'queued' AND o.due_at <= ?2 LIMIT 20)
         RETURNING id, tenant_id, user_id, event, channel, recipient, content, tries, folded,
                   (SELECT time_zone FROM users WHERE id = outbox.user_id) AS time_zone",
        [&ids, &now, &lost_at, &channel.as_str()],
    )
}

/// What speaks of messages for Slack.
#[derive(Deserialize)]
pub(super) struct ForSlack {
    /// An id, or how ids begin.
    pub ids: String,
}

/// Those of `ids`, a JSON array of ids or of how they begin, that speak of messages for Slack whose time has come.
pub(super) fn for_slack(ids: &str, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT wanted.value AS ids FROM json_each(?1) wanted
         WHERE EXISTS (SELECT 1 FROM outbox o
                       WHERE o.id >= wanted.value AND o.id < wanted.value || '~'
                         AND o.channel = 'slack' AND o.state = 'queued' AND o.due_at <= ?2)",
        [&ids, &now],
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
        "UPDATE outbox SET due_at = ?4, last_error = ?3
         WHERE id = ?1 AND tenant_id = ?2 AND state = 'queued'",
        [&message.id, &message.tenant_id, &error, &due_at],
    )
}

/// Notes that a message has its turn later: that was no try.
pub(super) fn in_turn(message: &Claimed, due_at: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET due_at = ?3, tries = tries - 1
         WHERE id = ?1 AND tenant_id = ?2 AND state = 'queued'",
        [&message.id, &message.tenant_id, &due_at],
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

/// Gives up messages that the queue could not hand over. `ids` is a JSON array of ids, or of how they begin.
pub(super) fn dead(ids: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'failed', done_at = ?2, gathers = 0,
                           last_error = coalesce(last_error, 'The queue could not hand it over.')
         WHERE id IN (SELECT o.id FROM json_each(?1) wanted
                      CROSS JOIN outbox o ON o.id >= wanted.value AND o.id < wanted.value || '~'
                      WHERE o.state = 'queued')",
        [&ids, &now],
    )
}

/// The mails that go out in place of those that were to go to Slack and were given up at `now`, unless there are such.
pub(super) fn insert_instead_of_dead(ids: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, folded, created_at, due_at)
         SELECT substr(o.id, 1, length(o.id) - 1) || '0', o.tenant_id, o.user_id, o.event, 'email', u.email, o.content,
                o.folded, ?2, ?2
         FROM json_each(?1) wanted
         CROSS JOIN outbox o ON o.id >= wanted.value AND o.id < wanted.value || '~'
         JOIN users u ON u.id = o.user_id AND u.tenant_id = o.tenant_id
         WHERE o.channel = 'slack' AND o.state = 'failed' AND o.done_at = ?2 AND o.event <> 'slack.test'
         ON CONFLICT (id) DO NOTHING",
        [&ids, &now],
    )
}

/// Gives up messages whose sending broke off so many times.
pub(super) fn exhausted(tries: u32, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'failed', done_at = ?2, last_error = coalesce(last_error, 'Sending it broke off each time.')
         WHERE state = 'queued' AND due_at <= ?2 AND tries >= ?1",
        [&tries, &now],
    )
}

/// The mails that go out in place of those that were to go to Slack and were given up at `now`, unless there are such.
pub(super) fn insert_instead_of_exhausted(now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO outbox (id, tenant_id, user_id, event, channel, recipient, content, folded, created_at, due_at)
         SELECT substr(o.id, 1, length(o.id) - 1) || '0', o.tenant_id, o.user_id, o.event, 'email', u.email, o.content,
                o.folded, ?1, ?1
         FROM outbox o JOIN users u ON u.id = o.user_id AND u.tenant_id = o.tenant_id
         WHERE o.state <> 'queued' AND o.done_at = ?1 AND o.state = 'failed' AND o.channel = 'slack'
           AND o.event <> 'slack.test'
         ON CONFLICT (id) DO NOTHING
         RETURNING id, channel",
        [&now],
    )
}

/// A message that nothing in its queue speaks of yet, or any more.
#[derive(Deserialize)]
pub(super) struct Unqueued {
    pub id: DeliveryId,
    pub channel: Channel,
}

/// Messages whose time came a while ago: nothing in their queue speaks of them any more.
pub(super) fn overdue(before: Timestamp) -> Statement {
    Statement::new(
        "SELECT id, channel FROM outbox WHERE state = 'queued' AND due_at <= ?1 ORDER BY due_at LIMIT 500",
        [&before],
    )
}

/// A message whose words are encrypted under another key.
#[derive(Deserialize)]
pub(super) struct SealedRow {
    pub id: DeliveryId,
    pub content: String,
}

/// Some of those behind `after` that do not begin with `key`, the id of a key.
pub(super) fn sealed_by_others(key: &str, after: &str) -> Statement {
    Statement::new(
        "SELECT id, content FROM outbox
         WHERE id > ?3 AND content IS NOT NULL AND substr(content, 1, length(?1)) <> ?1 ORDER BY id LIMIT ?2",
        [&key, &rekey::ROWS, &after],
    )
}

/// Puts what was encrypted anew in its place, if that is still so.
pub(super) fn seal_anew(row: &SealedRow, content: &str) -> Statement {
    Statement::new(
        "UPDATE outbox SET content = ?3 WHERE id = ?1 AND content = ?2",
        [&row.id, &row.content, &content],
    )
}

/// How many seconds it is told what became of a message.
const KEPT_FOR: i64 = 90 * DAY;

/// Forgets messages that were done with long ago.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM outbox WHERE state <> 'queued' AND done_at <= ?1",
        [&now.plus(-KEPT_FOR)],
    )
}

/// A message as its addressee sees it.
#[derive(Deserialize)]
pub struct DeliveryRow {
    pub(super) id: DeliveryId,
    event: String,
    pub(super) channel: Channel,
    recipient: String,
    state: DeliveryState,
    tries: u32,
    last_error: Option<String>,
    folded: u32,
    created_at: Timestamp,
    done_at: Option<Timestamp>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            event: row.event,
            channel: row.channel,
            recipient: row.recipient,
            state: row.state,
            tries: row.tries,
            last_error: row.last_error,
            folded: row.folded,
            at: row.created_at,
            done_at: row.done_at,
        }
    }
}

/// What a list is narrowed to, and which way it goes.
#[derive(Default)]
pub struct Wanted<'a> {
    /// Which way.
    pub way: Way,
    /// How they stand.
    pub state: Option<DeliveryState>,
    /// Which way they take.
    pub channel: Option<Channel>,
    /// The last one of the page before.
    pub after: Option<&'a DeliveryId>,
    /// How many at most.
    pub rows: u32,
}

/// One page of the messages to a person.
pub async fn list(db: &Db, owner: &Owner, wanted: &Wanted<'_>) -> Result<Vec<Delivery>> {
    let values: [&dyn Bind; 6] = [
        owner.user(),
        owner.tenant(),
        &wanted.way.start(wanted.after.map(DeliveryId::as_str)),
        &wanted.state.map(DeliveryState::as_str),
        &wanted.channel.map(Channel::as_str),
        &wanted.rows,
    ];
    let statement = match wanted.way {
        Way::Up => Statement::new(
            "SELECT id, event, channel, recipient, state, tries, last_error, folded, created_at, done_at
             FROM outbox
             WHERE user_id = ?1 AND tenant_id = ?2 AND id > ?3
               AND (?4 IS NULL OR state = ?4) AND (?5 IS NULL OR channel = ?5)
             ORDER BY id LIMIT ?6",
            values,
        ),
        Way::Down => Statement::new(
            "SELECT id, event, channel, recipient, state, tries, last_error, folded, created_at, done_at
             FROM outbox
             WHERE user_id = ?1 AND tenant_id = ?2 AND id < ?3
               AND (?4 IS NULL OR state = ?4) AND (?5 IS NULL OR channel = ?5)
             ORDER BY id DESC LIMIT ?6",
            values,
        ),
    };
    let found: Vec<DeliveryRow> = db.all(statement).await?;
    Ok(found.into_iter().map(Delivery::from).collect())
}

/// A message to a person.
pub fn find(owner: &Owner, id: &DeliveryId) -> Statement {
    Statement::new(
        "SELECT id, event, channel, recipient, state, tries, last_error, folded, created_at, done_at
         FROM outbox WHERE id = ?1 AND user_id = ?2 AND tenant_id = ?3",
        [id, owner.user(), owner.tenant()],
    )
}

/// Puts a message of a person that was given up back on its way.
pub fn retry(owner: &Owner, id: &DeliveryId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE outbox SET state = 'queued', done_at = NULL, tries = 0, last_error = NULL, due_at = ?4
         WHERE id = ?1 AND user_id = ?2 AND tenant_id = ?3 AND state = 'failed' AND content IS NOT NULL
         RETURNING id, event, channel, recipient, state, tries, last_error, folded, created_at, done_at",
        [id, owner.user(), owner.tenant(), &now],
    )
}
