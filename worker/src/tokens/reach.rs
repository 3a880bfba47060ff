//! The token that a call is about, for its owner and for those who may look after it.

use super::store;
use crate::{
    auth::{Actor, Holder, Owner, SessionCaller},
    call::Call,
    db::Statement,
    error::{Error, Result},
    outbox::{Message, letters},
    service_accounts, users,
};
use contract::{
    ids::TokenId,
    notifications::Event,
    tokens::{Token, TokenOwner},
};
use serde_json::{Map, Value};

/// A token within reach of a session.
pub(super) struct Reached {
    /// The key to it.
    pub holder: Holder,
    /// How often it was changed.
    pub version: u32,
    /// The token.
    pub token: Token,
    /// Whose it is, if that is another person than the one in the session.
    pub other_person: Option<Owner>,
}

/// The token `id`, if it belongs to the person in the session or they may look after whoever has it. To everybody else
/// there is no such token.
pub(super) async fn reach(call: &Call, session: &SessionCaller, id: &str) -> Result<Reached> {
    let missing = || Error::not_found("token");
    let id = TokenId::parse(id).ok_or_else(missing)?;
    let row = store::find(&call.db, session.owner.tenant(), &id)
        .await?
        .ok_or_else(missing)?;
    let version = row.version;
    let token = row.read(call.now)?;
    let holder = session.holder(&token.owner).ok_or_else(missing)?;
    let other_person = holder
        .person()
        .filter(|person| person.user() != session.owner.user());
    Ok(Reached {
        holder,
        version,
        token,
        other_person,
    })
}

impl Reached {
    /// Refuses whoever would have the token do more than they may themselves: a service account's goes with its role, and
    /// only an Administrator lets an Administrator's token do more.
    pub async fn may_be_widened(&self, call: &Call, session: &SessionCaller) -> Result<()> {
        match &self.token.owner {
            TokenOwner::User { id, .. } => {
                let person = users::reach(call, session, id.as_str()).await?;
                if person.is_other {
                    users::may_look_after(session, &person.user)?;
                }
                Ok(())
            }
            TokenOwner::ServiceAccount { id, .. } => {
                service_accounts::may_act_through(call, session, id.as_str())
                    .await
                    .map(drop)
            }
        }
    }

    /// Refuses whoever looks after another person's token: secrets of people are their own.
    pub fn must_be_own(&self) -> Result<()> {
        match self.other_person {
            Some(_) => Err(Error::not_found("token")),
            None => Ok(()),
        }
    }
}

/// What a person hears when somebody else changes or ends their token.
pub(super) struct Notice(Message, Holder);

impl Notice {
    pub fn new(call: &Call, event: Event, holder: &Holder, name: &str, by: &Actor) -> Result<Self> {
        let letter = letters::about_token(call, event, name, &by.name)?;
        Ok(Self(Message::about(call, event, &letter)?, holder.clone()))
    }

    /// That somebody else edited a token, and what of it. Each goes out by itself: one that widens a token must not be
    /// folded into one that renames it.
    pub fn edited(
        call: &Call,
        holder: &Holder,
        name: &str,
        by: &Actor,
        changes: &Map<String, Value>,
    ) -> Result<Self> {
        let event = Event::TokenEditedByOther;
        let mut letter = letters::about_token(call, event, name, &by.name)?;
        let members: Vec<_> = changes.keys().map(|member| in_words(member)).collect();
        letter.facts.push(("Changed".into(), members.join(", ")));
        let message = Message::about(call, event, &letter)?.by_itself(event.as_str());
        Ok(Self(message, holder.clone()))
    }

    /// What the owner hears of whatever becomes of their tokens, and whoever looks after the service account of its.
    pub fn own(
        call: &Call,
        event: Event,
        holder: &Holder,
        names: &str,
        by: &Actor,
    ) -> Result<Self> {
        let letter = letters::own_token(call, event, names, holder.owner().name(), &by.name)?;
        Ok(Self(Message::about(call, event, &letter)?, holder.clone()))
    }

    /// Goes after the statement that changes the token.
    pub fn statement(&self, call: &Call) -> Statement {
        self.0.to_holder(call, &self.1)
    }

    pub fn send_soon(&self, call: &Call) {
        self.0.send_soon(call);
    }
}

/// A member of a token as people call it.
fn in_words(member: &str) -> String {
    match member {
        "ip_allowlist" => "IP allowlist".into(),
        "ip_allowlist_observed" => "whether the IP allowlist is only observed".into(),
        other => other.replace('_', " "),
    }
}
