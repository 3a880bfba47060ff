//! Statements about consents and connections.

use super::api::Granted;
use crate::{auth::Owner, db::Statement, rekey, secret::Digest};
use contract::{
    ids::{DeliveryId, SessionId, TenantId, UserId},
    slack::{ConnectionState, SlackConnection, Via, Workspace},
    time::{DAY, Timestamp},
};
use serde::Deserialize;

/// Notes that a person went to Slack to give their consent.
pub(super) fn insert_state(
    owner: &Owner,
    session: &SessionId,
    digest: &Digest,
    until: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO slack_states (digest, tenant_id, user_id, session_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        [digest, owner.tenant(), owner.user(), session, &until],
    )
}

/// Takes what a person came back with, once, in the session that they went from.
pub(super) fn take_state(
    owner: &Owner,
    session: &SessionId,
    digest: &Digest,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "DELETE FROM slack_states
         WHERE digest = ?1 AND tenant_id = ?2 AND user_id = ?3 AND session_id = ?4 AND expires_at > ?5",
        [digest, owner.tenant(), owner.user(), session, &now],
    )
}

/// Forgets consents that were never given.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM slack_states WHERE expires_at <= ?1", [&now])
}

/// Connects a person to a workspace, in place of the one before, with what Slack gave and its secrets as they are kept.
pub(super) fn replace(
    owner: &Owner,
    granted: &Granted,
    bot_token: &str,
    webhook: Option<&str>,
    via: Via,
    now: Timestamp,
) -> Statement {
    let hook = granted.webhook.as_ref();
    Statement::new(
        "INSERT INTO slack_connections (user_id, tenant_id, team_id, team_name, member, direct, hook_id, hook_name, bot_token,
                                        webhook, connected_at, via, channel_name, destination)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                 ?12, iif(?12 = 'direct', NULL, ?8), iif(?12 = 'direct', ?5, ?7))
         ON CONFLICT (user_id) DO UPDATE SET team_id = excluded.team_id, team_name = excluded.team_name,
             member = excluded.member, direct = excluded.direct, hook_id = excluded.hook_id,
             hook_name = excluded.hook_name, bot_token = excluded.bot_token, webhook = excluded.webhook,
             connected_at = excluded.connected_at, via = excluded.via, channel_name = excluded.channel_name,
             destination = excluded.destination, last_delivered_at = NULL, broken_at = NULL, broken_why = NULL",
        [
            owner.user(),
            owner.tenant(),
            &granted.team_id,
            &granted.team_name,
            &granted.member,
            &granted.direct,
            &hook.map(|hook| &hook.id),
            &hook.map(|hook| &hook.name),
            &bot_token,
            &webhook,
            &now,
            &via.as_str(),
        ],
    )
}

/// Sends what is not sent yet by another way, if Slack gave leave for it and the connection is still `must_be`, if any is
/// told.
pub(super) fn choose(owner: &Owner, via: Via, must_be: Option<&ConnectionRow>) -> Statement {
    Statement::new(
        "UPDATE slack_connections SET via = ?3, channel_name = iif(?3 = 'direct', NULL, hook_name),
             destination = iif(?3 = 'direct', member, hook_id)
         WHERE user_id = ?1 AND tenant_id = ?2 AND iif(?3 = 'direct', direct, hook_id IS NOT NULL)
           AND (?4 IS NULL OR ?4 = team_id || '-' || connected_at || '-' || via)",
        [
            owner.user(),
            owner.tenant(),
            &via.as_str(),
            &must_be.map(ConnectionRow::state),
        ],
    )
}

/// Disconnects a person, under the same condition. Whatever removes a connection leaves its token for the job that gives
/// it back.
pub(super) fn delete(owner: &Owner, must_be: Option<&ConnectionRow>) -> Statement {
    Statement::new(
        "DELETE FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2
           AND (?3 IS NULL OR ?3 = team_id || '-' || connected_at || '-' || via)",
        [
            owner.user(),
            owner.tenant(),
            &must_be.map(ConnectionRow::state),
        ],
    )
}

/// A connection as it is kept.
#[derive(Deserialize)]
pub(super) struct ConnectionRow {
    pub team_id: String,
    pub team_name: String,
    pub member: String,
    pub via: Via,
    direct: u8,
    pub hook_name: Option<String>,
    pub destination: String,
    pub bot_token: String,
    pub webhook: Option<String>,
    connected_at: Timestamp,
    last_delivered_at: Option<Timestamp>,
    broken_at: Option<Timestamp>,
    broken_why: Option<String>,
}

impl ConnectionRow {
    /// Whether it takes messages.
    pub fn is_whole(&self) -> bool {
        self.broken_at.is_none()
    }

    /// What tells which connection it is and where messages go by it.
    fn state(&self) -> String {
        let via = self.via.as_str();
        format!("{}-{}-{via}", self.team_id, self.connected_at)
    }

    /// Its entity tag.
    pub fn tag(&self) -> String {
        format!("\"{}\"", self.state())
    }

    /// Whether Slack gave leave for this.
    pub fn can_go(&self, via: Via) -> bool {
        match via {
            Via::Direct => self.direct == 1,
            Via::Channel => self.hook_name.is_some(),
        }
    }
}

impl From<ConnectionRow> for SlackConnection {
    fn from(row: ConnectionRow) -> Self {
        Self {
            state: if row.is_whole() {
                ConnectionState::Connected
            } else {
                ConnectionState::ReconnectNeeded
            },
            workspace: Some(Workspace {
                team: row.team_name,
                member: row.member,
                via: row.via,
                direct: row.direct == 1,
                channel: row.hook_name,
                connected_at: row.connected_at,
                last_delivered_at: row.last_delivered_at,
                broken_why: row.broken_why,
                broken_at: row.broken_at,
            }),
        }
    }
}

pub(super) fn find(tenant_id: &TenantId, user_id: &UserId) -> Statement {
    Statement::new(
        "SELECT team_id, team_name, member, via, direct, hook_name, destination, bot_token, webhook, connected_at,
                last_delivered_at, broken_at, broken_why
         FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2",
        [user_id, tenant_id],
    )
}

/// Whose credentials are encrypted under another key.
#[derive(Deserialize)]
pub(super) struct SealedRow {
    pub user_id: UserId,
    pub tenant_id: TenantId,
    pub bot_token: String,
    pub webhook: Option<String>,
}

/// Some of those that do not begin with `key`, the id of a key.
pub(super) fn sealed_by_others(key: &str, after: &str) -> Statement {
    Statement::new(
        "SELECT user_id, tenant_id, bot_token, webhook FROM slack_connections
         WHERE user_id > ?3 AND substr(bot_token, 1, length(?1)) <> ?1 ORDER BY user_id LIMIT ?2",
        [&key, &rekey::ROWS, &after],
    )
}

/// Puts what was encrypted anew in its place, if that is still so.
pub(super) fn seal_anew(row: &SealedRow, bot_token: &str, webhook: Option<&str>) -> Statement {
    Statement::new(
        "UPDATE slack_connections SET bot_token = ?4, webhook = ?5
         WHERE user_id = ?1 AND tenant_id = ?2 AND bot_token = ?3",
        [
            &row.user_id,
            &row.tenant_id,
            &row.bot_token,
            &bot_token,
            &webhook,
        ],
    )
}

/// The same by the key to the person's rows.
pub(super) fn find_own(owner: &Owner) -> Statement {
    Statement::new(
        "SELECT team_id, team_name, member, via, direct, hook_name, destination, bot_token, webhook, connected_at,
                last_delivered_at, broken_at, broken_why
         FROM slack_connections WHERE user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// Whose turn it was last, and when the next is.
#[derive(Deserialize)]
pub(super) struct Turn {
    pub next_at: u64,
    #[serde(rename = "turn_of")]
    pub message: String,
}

/// Takes the turn of a place in Slack for a message, if it has come. All who write there share its turns.
pub(super) fn take_turn(
    row: &ConnectionRow,
    message: &DeliveryId,
    now_ms: u64,
    every_ms: u32,
) -> Statement {
    Statement::new(
        "INSERT INTO slack_turns (team_id, destination, next_at, turn_of) VALUES (?1, ?2, ?3 + ?4, ?5)
         ON CONFLICT (team_id, destination) DO UPDATE
         SET turn_of = CASE WHEN next_at <= ?3 THEN ?5 ELSE turn_of END,
             next_at = CASE WHEN next_at <= ?3 THEN ?3 + ?4 ELSE next_at END
         RETURNING next_at, turn_of",
        [&row.team_id, &row.destination, &now_ms, &every_ms, message],
    )
}

/// Keeps the turns at the place where a person's messages go closed until then.
pub fn paused(tenant_id: &TenantId, user_id: &UserId, until: Timestamp) -> Statement {
    let until = u64::try_from(until.seconds()).unwrap_or_default() * 1000;
    Statement::new(
        "UPDATE slack_turns SET next_at = max(next_at, ?3), turn_of = ''
         WHERE (team_id, destination) = (SELECT team_id, destination FROM slack_connections
                                         WHERE user_id = ?1 AND tenant_id = ?2)",
        [user_id, tenant_id, &until],
    )
}

/// Forgets turns that are long over.
pub fn purge_turns(now: Timestamp) -> Statement {
    let before = u64::try_from(now.seconds() - DAY).unwrap_or_default() * 1000;
    Statement::new("DELETE FROM slack_turns WHERE next_at <= ?1", [&before])
}

/// Notes that Slack took a message.
pub fn delivered(tenant_id: &TenantId, user_id: &UserId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE slack_connections SET last_delivered_at = ?3 WHERE user_id = ?1 AND tenant_id = ?2",
        [user_id, tenant_id, &now],
    )
}

/// Notes that Slack takes no more messages, the first time that it says so; not if another has taken the place of
/// the connection and the way that were used.
pub fn broken(
    tenant_id: &TenantId,
    user_id: &UserId,
    (bot_token, via): (&str, Via),
    why: &str,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE slack_connections SET broken_at = ?5, broken_why = ?4
         WHERE user_id = ?1 AND tenant_id = ?2 AND bot_token = ?3 AND via = ?6 AND broken_at IS NULL",
        [
            user_id,
            tenant_id,
            &bot_token,
            &why,
            &now,
            &via.as_str(),
        ],
    )
}
