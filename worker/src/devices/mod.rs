//! Browsers in which somebody has signed in: a known one needs no notice, and strangers cannot lock it out.

mod store;
mod tries;

pub use store::{Familiarity, purge};
pub use tries::PersonalTries;

use crate::{
    auth::{Owner, cookie},
    call::{self, Call},
    db::Statement,
    error::{Error, Result},
    outbox::{Message, letters},
    secret::{Digest, Prefix, Secret, is_well_formed},
};
use axum::http::HeaderMap;
use contract::{
    notifications::Event,
    time::{DAY, Timestamp},
};

/// The cookie by which a browser is known. It outlives the session and opens nothing.
const COOKIE: &str = "__Host-device";
/// A browser that was not used to sign in for so many seconds is a new one.
const FORGOTTEN_AFTER: i64 = 365 * DAY;

/// How well a person knows the browser that makes a call.
pub async fn familiarity(call: &Call, owner: &Owner, device: &Device) -> Result<Familiarity> {
    let found = call.db.first(store::find(call, owner, device));
    found
        .await?
        .ok_or_else(|| Error::Internal("no answer about a device".into()))
}

/// The browser that makes a call.
pub struct Device {
    digest: Digest,
    /// The same under the previous key, while keys change.
    previous: Option<Digest>,
    /// What it gets to be known by, if it has nothing yet.
    secret: Option<Secret>,
}

impl Device {
    /// By its cookie, or a new one.
    pub fn of(call: &Call, headers: &HeaderMap) -> Result<Self> {
        let known = cookie(headers, COOKIE).filter(|value| is_well_formed(Prefix::Device, value));
        if let Some(value) = known {
            return Ok(Self {
                digest: call.digest(value)?,
                previous: call.previous_digest(value)?,
                secret: None,
            });
        }
        let secret = call::secret(Prefix::Device)?;
        Ok(Self {
            digest: call.digest(secret.as_str())?,
            previous: None,
            secret: Some(secret),
        })
    }

    /// The keyed hash by which it is kept.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The keyed hash by which it was kept before, while keys change.
    pub fn previous_digest(&self) -> Option<&Digest> {
        self.previous.as_ref()
    }

    /// Notes that a person signed in with it.
    pub fn seen(&self, owner: &Owner, now: Timestamp) -> Statement {
        store::seen(owner, &self.digest, now)
    }

    /// What is written down when a person signs in with it, and the message to them if it is new to them.
    pub fn welcome(
        &self,
        call: &Call,
        owner: &Owner,
        familiarity: &Familiarity,
    ) -> Result<(Vec<Statement>, Option<Message>)> {
        if let Some(seen) = familiarity.device_seen_at {
            // Under the previous key it is forgotten with that.
            let lately = call.now < seen.plus(DAY) && self.previous.is_none();
            return Ok((
                (!lately)
                    .then(|| self.seen(owner, call.now))
                    .into_iter()
                    .collect(),
                None,
            ));
        }
        let mut statements = vec![self.seen(owner, call.now)];
        if familiarity.same_place == 1 {
            return Ok((statements, None));
        }
        let letter = letters::security_notice(
            call,
            Event::NewDevice,
            "Your account was used to sign in from a browser that we did not know.",
        )?;
        let message = Message::about(call, Event::NewDevice, &letter)?;
        statements.push(message.to_person(call, owner));
        Ok((statements, Some(message)))
    }

    /// The `Set-Cookie` by which the browser will be known, unless it is already.
    pub fn set_cookie(self) -> Option<String> {
        self.secret.map(|secret| {
            format!(
                "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={FORGOTTEN_AFTER}",
                secret.expose()
            )
        })
    }
}
