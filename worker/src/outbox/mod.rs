//! Messages on their way out: written down with their cause, sent by the consumer of a queue, tried again, and given up
//! visibly. The row is the truth; what lies in the queue only says where to look.

mod letter;
pub mod letters;
mod mailer;
mod post;
mod store;

pub use letter::Letter;
pub use post::{deliver, sweep};

use crate::{
    auth::{Holder, Owner},
    call::{self, Call},
    db::Statement,
    error::Result,
};
use contract::{ids::DeliveryId, notifications::Event};
use worker::Env;

/// The queue that carries the ids of messages.
const QUEUE: &str = "OUTBOX";

/// A message in the making.
pub struct Message {
    id: DeliveryId,
    event: &'static str,
    /// The letter, encrypted: a link in it is a secret.
    content: String,
}

impl Message {
    /// A notification.
    pub fn about(call: &Call, event: Event, letter: &Letter) -> Result<Self> {
        Self::new(call, event.as_str(), letter)
    }

    /// A message that is no notification: somebody asked for it.
    pub fn new(call: &Call, event: &'static str, letter: &Letter) -> Result<Self> {
        let id = DeliveryId::from_ulid(&call.ulid()?);
        let content = call
            .key()?
            .seal(id.as_str(), &letter.to_bytes()?, call::random()?)?;
        Ok(Self { id, event, content })
    }

    /// Addresses it to a person, wherever their mail goes at that moment; not if the statement before it in the same
    /// transaction changed nothing.
    pub fn to_person(&self, call: &Call, owner: &Owner) -> Statement {
        store::insert_to_person(self, owner, call.now)
    }

    /// Addresses it to whoever has a token, or looks after the service account that has it; not if the statement before
    /// it in the same transaction changed nothing.
    pub fn to_holder(&self, call: &Call, holder: &Holder) -> Statement {
        store::insert_to_holder(self, holder, call.now)
    }

    /// Addresses it to somebody with this address, if there is such a person and the statement before it in the same
    /// transaction changed something.
    pub fn to_whoever_has(&self, call: &Call, email: &str) -> Statement {
        store::insert_to_whoever_has(self, email, call.now)
    }

    /// Addresses it to one address of a person; not if the statement before it in the same transaction changed nothing.
    pub fn to_address(&self, call: &Call, owner: &Owner, address: &str) -> Statement {
        store::insert_to_address(self, owner, address, call.now)
    }

    /// Has it sent, once its row is written. Should the queue not take it, the next sweep will.
    pub fn send_soon(&self, call: &Call) {
        let (env, id) = (call.env().clone(), self.id.clone());
        call.later(async move { enqueue(&env, id.as_str(), 0).await });
    }
}

/// Tells the consumer to look at a message, so many seconds from now.
async fn enqueue(env: &Env, id: &str, delay: u32) -> Result<()> {
    let message = worker::MessageBuilder::new(id).delay_seconds(delay).build();
    Ok(env.queue(QUEUE)?.send(message).await?)
}
