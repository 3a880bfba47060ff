//! Slack: the consent of a person, kept encrypted, and messages to their workspace.

mod api;
mod blocks;
pub mod http;
mod revocations;
mod store;

pub use http::standing;
pub use revocations::{give_back, give_back_soon, seal_left_anew};
pub use store::{broken, delivered, paused, purge, purge_turns};

use crate::{
    call::{clock_ms, key, random},
    db::Db,
    edge::pause,
    error::{Error, Result},
    outbox::{Fault, Letter},
    rekey::SealedAnew,
    secret::HashKey,
};
use api::Slack;
use contract::{
    ids::{DeliveryId, TenantId, UserId},
    slack::Via,
    time::Timestamp,
};
use store::ConnectionRow;
use worker::Env;

/// One destination takes a message in so many milliseconds, as Slack's limits have it.
const EVERY_MS: u32 = 1_000;
/// For a turn that is further off than so many milliseconds, nobody waits.
const PATIENCE_MS: u32 = 2_000;

/// A workspace that takes messages for a person.
pub struct Connection {
    slack: Slack,
    row: ConnectionRow,
    target: Target,
}

enum Target {
    Member { token: String, member: String },
    Webhook(String),
}

/// The workspace of a person, if there is one that takes messages.
pub async fn connection(
    env: &Env,
    db: &Db,
    tenant_id: &TenantId,
    user_id: &UserId,
) -> Result<Option<Connection>> {
    let row: Option<ConnectionRow> = db.first(store::find(tenant_id, user_id)).await?;
    let Some((row, slack)) = row.filter(ConnectionRow::is_whole).zip(Slack::of(env)) else {
        return Ok(None);
    };
    let target = match (row.via, &row.webhook) {
        (Via::Channel, Some(webhook)) => Target::Webhook(open(env, user_id, webhook)?),
        _ => Target::Member {
            token: open(env, user_id, &row.bot_token)?,
            member: row.destination.clone(),
        },
    };
    Ok(Some(Connection { slack, row, target }))
}

impl Connection {
    /// Waits for the next turn at the destination; refuses with when it is, if that is not soon.
    pub async fn take_turn(&self, db: &Db, message: &DeliveryId) -> Result<Result<(), Fault>> {
        loop {
            let now = clock_ms();
            let turn = store::take_turn(&self.row, message, now, EVERY_MS);
            let [taken] = db.commit([turn]).await?;
            let turn: Option<store::Turn> = taken.row()?;
            let Some(turn) = turn.filter(|turn| turn.message != message.as_str()) else {
                return Ok(Ok(()));
            };
            match u32::try_from(turn.next_at.saturating_sub(now)) {
                Ok(wait) if wait <= PATIENCE_MS => pause(wait.max(1)).await?,
                _ => {
                    let seconds = i64::try_from(turn.next_at.div_ceil(1000)).unwrap_or(i64::MAX);
                    return Ok(Err(Fault::NotYet(Timestamp::from_seconds(seconds))));
                }
            }
        }
    }

    /// Sends it.
    pub async fn send(&self, letter: &Letter) -> Result<(), Fault> {
        let sent = match &self.target {
            Target::Member { token, member } => {
                self.slack.post_message(token, member, letter).await
            }
            Target::Webhook(url) => self.slack.post_webhook(url, letter).await,
        };
        sent.map_err(|fault| match fault {
            Fault::Disconnected(why) => Fault::Broken {
                why,
                bot_token: self.row.bot_token.clone(),
                via: self.row.via,
            },
            other => other,
        })
    }
}

/// Encrypts what Slack gave for a person.
fn seal(env: &Env, user_id: &UserId, secret: &str) -> Result<String> {
    key(env)?.seal(&whose(user_id), secret.as_bytes(), random()?)
}

fn open(env: &Env, user_id: &UserId, sealed: &str) -> Result<String> {
    let bytes = key(env)?.open(&whose(user_id), sealed)?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
}

/// Encrypts some credentials anew that another key encrypted, of people behind `after`.
pub async fn seal_anew(db: &Db, key: &HashKey, after: &str) -> Result<SealedAnew> {
    let rows: Vec<store::SealedRow> = db.all(store::sealed_by_others(&key.id(), after)).await?;
    let anew = |row: &store::SealedRow| {
        let whose = whose(&row.user_id);
        let seal = |sealed: &str| key.seal_anew(&whose, sealed, random()?);
        let webhook = row.webhook.as_deref().map(seal).transpose()?;
        let bot_token = seal(&row.bot_token)?;
        Ok(store::seal_anew(row, &bot_token, webhook.as_deref()))
    };
    Ok(SealedAnew::of(&rows, |row| row.user_id.as_str(), anew))
}

fn whose(user_id: &UserId) -> String {
    [user_id.as_str(), " slack"].concat()
}
