//! Messages on their way out: written down with their cause, sent by the consumers of two queues, tried again, and given up
//! visibly. The row is the truth; what lies in a queue only says where to look.

mod letter;
pub mod letters;
mod mailer;
mod post;
mod store;

pub use letter::Letter;
pub use post::{deliver, enqueue_written, give_up, instead_of_waiting, seal_anew, sweep};
pub use store::{DeliveryRow, Wanted, find, insert_to_slack, list, purge, readdress, retry};

use crate::{
    auth::{Holder, Owner, Tenant},
    call::{self, Call},
    db::Statement,
    error::Result,
};
use contract::{
    ids::{DeliveryId, ServiceAccountId},
    notifications::{Channel, Event, Level},
    slack::Via,
    time::{DAY, Timestamp},
};
use worker::{BatchMessageBuilder, Env, MessageBuilder, Queue};

/// What a message is named that tells where notices go from now on.
pub const REDIRECTED: &str = "notifications.redirected";
/// Messages about one thing differ behind so many characters of their ids: five tell the person, one the channel.
const GROUP: usize = DeliveryId::PREFIX.len() + 20;
/// The longest that the queue keeps a message back, in seconds. What is to wait longer is found by the sweep.
const DELAY_MAX: u32 = 12 * 60 * 60;
/// What follows the group in the id of a message to one person in Slack; of the mail, the last is 0.
const ONLY_SLACK: &str = "000001";

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It may work later.
    Later(String),
    /// It may work after so many seconds, as the receiver said.
    After(u32, String),
    /// It was not tried: its turn comes then.
    NotYet(Timestamp),
    /// It will never work.
    Never(String),
    /// No workspace takes messages.
    NoWorkspace,
    /// Nothing will work there before the person connects it anew.
    Disconnected(String),
    /// The same, with the token of the connection that was used, encrypted: the person may have another by now.
    Broken {
        /// What Slack said.
        why: String,
        /// The token.
        bot_token: String,
        /// Where it was sent.
        via: Via,
    },
}

/// A message in the making.
pub struct Message {
    group: String,
    event: &'static str,
    level: Option<Level>,
    /// Alike messages that come close together become one.
    fold: Option<String>,
    /// For how many seconds one counts as close to the next, and gathers others.
    fold_seconds: i64,
    /// How many of them go out by themselves before the others gather.
    at_once: u32,
    /// The letter, encrypted: a link in it is a secret.
    content: String,
}

impl Message {
    /// A notification.
    pub fn about(call: &Call, event: Event, letter: &Letter) -> Result<Self> {
        Self::begun(call)?.telling(call.env(), event, letter)
    }

    /// A notification that no call is the cause of.
    pub fn in_background(env: &Env, event: Event, letter: &Letter) -> Result<Self> {
        let blank = Self::blank(&call::background_ulid()?);
        blank.telling(env, event, letter)
    }

    /// A message that is no notification: somebody asked for it.
    pub fn new(call: &Call, event: &'static str, letter: &Letter) -> Result<Self> {
        let message = Self::begun(call)?;
        Self { event, ..message }.saying(call.env(), letter)
    }

    fn begun(call: &Call) -> Result<Self> {
        Ok(Self::blank(&call.ulid()?))
    }

    fn blank(ulid: &str) -> Self {
        Self {
            group: group(DeliveryId::from_ulid(ulid).as_str()).to_owned(),
            event: "",
            level: None,
            fold: None,
            fold_seconds: 0,
            at_once: 1,
            content: String::new(),
        }
    }

    fn telling(self, env: &Env, event: Event, letter: &Letter) -> Result<Self> {
        let message = Self {
            event: event.as_str(),
            level: Some(event.level()),
            fold: Some(event.as_str().to_owned()),
            fold_seconds: 10 * 60,
            // What is critical must not wait behind what the person did themselves a minute ago.
            at_once: if event.level() == Level::Critical {
                3
            } else {
                1
            },
            ..self
        };
        message.saying(env, letter)
    }

    fn saying(mut self, env: &Env, letter: &Letter) -> Result<Self> {
        self.content = call::key(env)?.seal(&self.group, &letter.to_bytes()?, call::random()?)?;
        Ok(self)
    }

    /// Only others about the same `subject` are alike, and one a day is enough.
    #[must_use]
    pub fn daily_about(mut self, subject: &str) -> Self {
        self.fold = Some([self.event, " ", subject].concat());
        self.fold_seconds = DAY;
        self.at_once = 1;
        self
    }

    /// It goes out by itself; what it folds with begins with `name`, by which others of its kind are found.
    #[must_use]
    pub fn by_itself(mut self, name: &str) -> Self {
        self.fold = Some([name, " ", &self.group].concat());
        self.fold_seconds = 0;
        self
    }

    /// Addresses it to a person, by mail and to their Slack as they chose; not if the statement before it in the same
    /// transaction changed nothing.
    pub fn to_person(&self, call: &Call, owner: &Owner) -> Statement {
        store::insert_to(
            self,
            owner.tenant().as_str(),
            owner.user().as_str(),
            false,
            call.now,
        )
    }

    /// The same to whoever has a token, or looks after the service account that has it.
    pub fn to_holder(&self, call: &Call, holder: &Holder) -> Statement {
        store::insert_to(self, holder.tenant().as_str(), holder.id(), false, call.now)
    }

    /// The same to whoever looks after a service account.
    pub fn to_account_owner(
        &self,
        call: &Call,
        tenant: &Tenant,
        account: &ServiceAccountId,
    ) -> Statement {
        store::insert_to(self, tenant.as_str(), account.as_str(), false, call.now)
    }

    /// The same to each of these people of a tenant; `users` is a JSON array of ids.
    pub fn to_people(&self, call: &Call, tenant: &Tenant, users: &str) -> Statement {
        store::insert_to_each(self, tenant, users, call.now)
    }

    /// The same by the ids of tenant and person, where there is no call.
    pub fn to_person_of(&self, tenant_id: &str, user_id: &str, now: Timestamp) -> Statement {
        store::insert_to(self, tenant_id, user_id, false, now)
    }

    /// The same to whoever has a token, or looks after the service account that has it, whatever the statement before
    /// it did.
    pub fn to_owner_of(&self, tenant_id: &str, token_id: &str, now: Timestamp) -> Statement {
        store::insert_to(self, tenant_id, token_id, true, now)
    }

    /// Mails it to somebody with this address, if there is such a person and the statement before it in the same
    /// transaction changed something.
    pub fn to_whoever_has(&self, call: &Call, email: &str) -> Statement {
        store::insert_to_whoever_has(self, email, call.now)
    }

    /// Mails it to one address of a person; not if the statement before it in the same transaction changed nothing.
    pub fn to_address(&self, call: &Call, owner: &Owner, address: &str) -> Statement {
        store::insert_to_address(self, owner, address, call.now)
    }

    /// Mails it to the address of somebody who is a person of the tenant no more, under the same condition. Its row is kept
    /// with an Administrator, of whom there is one.
    pub fn to_former_address(&self, call: &Call, tenant: &Tenant, address: &str) -> Statement {
        store::insert_to_former_address(self, tenant, address, call.now)
    }

    /// Has it sent, once its rows are written. Should the queue not take it, the next sweep will. The consumer of mail hands
    /// on what is for Slack: of most messages nothing is.
    pub fn send_soon(&self, call: &Call) {
        let (env, group) = (call.env().clone(), self.group.clone());
        call.later(async move { enqueue(&env, Channel::Email, &group, 0).await });
    }

    /// The same where there is no call.
    pub async fn send(&self, env: &Env) -> Result<()> {
        enqueue(env, Channel::Email, &self.group, 0).await
    }

    /// What the ids of its rows begin with.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The id of its row in Slack's channel, addressed to one person.
    fn slack_id(&self) -> String {
        [&self.group, ONLY_SLACK].concat()
    }
}

/// Has one message sent that is written already.
pub fn send_one(call: &Call, row: &DeliveryRow) {
    let (env, channel, id) = (call.env().clone(), row.channel, row.id.clone());
    call.later(async move { enqueue(&env, channel, id.as_str(), 0).await });
}

/// What the ids of all messages about one thing begin with.
fn group(id: &str) -> &str {
    id.get(..GROUP).unwrap_or(id)
}

/// The queue of a channel. Each has its own, so that mail does not wait for a Slack that is slow.
fn queue(env: &Env, channel: Channel) -> Result<Queue> {
    let binding = match channel {
        Channel::Email => "OUTBOX",
        Channel::Slack => "OUTBOX_SLACK",
    };
    Ok(env.queue(binding)?)
}

/// Tells the consumer of a channel to look at messages, so many seconds from now; `ids` is an id, or how ids begin.
async fn enqueue(env: &Env, channel: Channel, ids: &str, delay: u32) -> Result<()> {
    let message = MessageBuilder::new(ids)
        .delay_seconds(delay.min(DELAY_MAX))
        .build();
    Ok(queue(env, channel)?.send(message).await?)
}

/// Tells it of several at once.
async fn enqueue_all(env: &Env, channel: Channel, ids: &[String]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let messages = BatchMessageBuilder::new().messages(ids.iter().map(String::as_str));
    Ok(queue(env, channel)?.send_batch(messages.build()).await?)
}
