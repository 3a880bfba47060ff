//! What is counted of calls: uses of tokens and accounts, refusals, and single calls.

use crate::tokens;
use contract::{
    ids::{CallsId, TokenId},
    scopes::ScopeSet,
    time::{DAY, Timestamp},
};
use serde::{Serialize, Serializer};
use std::net::IpAddr;

/// Something that is counted under a key.
pub(super) trait Counted {
    /// What tells one from another.
    type Key: Ord;

    fn key(&self) -> Self::Key;

    /// Takes in another one with the same key, which came `later` or before.
    fn take_in(&mut self, other: Self, later: bool);
}

/// Calls of one route on one day, which took the same scopes.
#[derive(Clone, Serialize)]
pub(super) struct RouteUse {
    pub day: Day,
    pub route: String,
    pub scopes: Taken,
    pub calls: u32,
}

/// A day by its first second, as which it is told from others faster than by its date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(Timestamp);

impl Day {
    fn of(at: Timestamp) -> Self {
        Self(first_of(DAY, at))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.day())
    }
}

impl RouteUse {
    pub fn once(at: Timestamp, route: &str, scopes: Taken) -> Self {
        Self {
            day: Day::of(at),
            route: route.to_owned(),
            scopes,
            calls: 1,
        }
    }

    fn is_of(&self, day: Day, route: &str, scopes: Taken) -> bool {
        self.route == route && self.scopes == scopes && self.day == day
    }
}

/// A token among others. It lies beside the other keys, so that to look for one does not mean to fetch each from where its
/// text lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TokenKey([u8; 30]);

impl TokenKey {
    /// By its id, all of which have one length.
    pub fn of(id: &TokenId) -> Self {
        Self(id.as_str().as_bytes().try_into().unwrap_or_default())
    }
}

/// The first second of the minute of an instant: calls that are alike within one are one line.
pub(super) fn minute(at: Timestamp) -> Timestamp {
    first_of(60, at)
}

/// The first second of the span of so many that an instant lies in.
fn first_of(seconds: i64, at: Timestamp) -> Timestamp {
    at.plus(-at.seconds().rem_euclid(seconds))
}

/// The scopes that calls took, if that is known, as they are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken(pub Option<ScopeSet>);

impl Serialize for Taken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(scopes) => serializer.collect_str(scopes),
            None => serializer.serialize_str(tokens::TAKES_UNKNOWN),
        }
    }
}

/// One more call, which came just now.
pub(super) struct Again<'a> {
    pub at: Timestamp,
    pub ip: Option<IpAddr>,
    pub agent: Option<&'a str>,
    pub route: &'a str,
}

/// When something was used last, from where and by what.
#[derive(Clone, Serialize)]
pub(super) struct LastUse {
    pub at: Timestamp,
    pub ip: Option<IpAddr>,
    pub agent: Option<String>,
}

impl LastUse {
    pub fn of(call: &Again) -> Self {
        Self {
            at: call.at,
            ip: call.ip,
            agent: call.agent.map(str::to_owned),
        }
    }

    fn again(&mut self, call: &Again) {
        self.at = call.at;
        self.ip = call.ip;
        set(&mut self.agent, call.agent);
    }
}

/// What a call tells is mostly what the one before it told. That stays where it is, since to move it would cost more than
/// all else about counting.
fn set(kept: &mut Option<String>, new: Option<&str>) {
    if kept.as_deref() != new {
        *kept = new.map(str::to_owned);
    }
}

/// The last use of one of the two secrets that a token has while one is in its grace.
#[derive(Clone, Serialize)]
pub(super) struct SecretUse {
    /// How the secret ends.
    pub last_four: String,
    pub last: LastUse,
}

/// Uses of one token.
#[derive(Clone, Serialize)]
pub(super) struct TokenUse {
    pub tenant: String,
    pub token: TokenId,
    pub routes: Vec<RouteUse>,
    pub last: LastUse,
    /// By which secret, as long as there are two.
    pub secrets: Vec<SecretUse>,
}

impl TokenUse {
    /// Takes in one more call, which took these scopes.
    pub fn again(&mut self, call: &Again, scopes: Taken) {
        let day = Day::of(call.at);
        let is_like = |kept: &&mut RouteUse| kept.is_of(day, call.route, scopes);
        match self.routes.iter_mut().find(is_like) {
            Some(kept) => kept.calls += 1,
            None => self
                .routes
                .push(RouteUse::once(call.at, call.route, scopes)),
        }
        self.last.again(call);
    }

    /// Notes by which of its two secrets it was used.
    pub fn by(&mut self, secret: SecretUse, later: bool) {
        let mut secrets = self.secrets.iter_mut();
        match secrets.find(|kept| kept.last_four == secret.last_four) {
            Some(kept) if later => *kept = secret,
            Some(_) => {}
            None => self.secrets.push(secret),
        }
    }
}

impl Counted for TokenUse {
    type Key = TokenKey;

    fn key(&self) -> Self::Key {
        TokenKey::of(&self.token)
    }

    fn take_in(&mut self, other: Self, later: bool) {
        for new in other.routes {
            let is_like = |kept: &&mut RouteUse| kept.is_of(new.day, &new.route, new.scopes);
            match self.routes.iter_mut().find(is_like) {
                Some(kept) => kept.calls += new.calls,
                None => self.routes.push(new),
            }
        }
        for secret in other.secrets {
            self.by(secret, later);
        }
        if later {
            self.last = other.last;
        }
    }
}

/// Uses of one service account.
#[derive(Clone, Serialize)]
pub(super) struct AccountUse {
    pub tenant: String,
    pub account: String,
    pub last: LastUse,
    /// Of the pair before the present one.
    pub old: Option<LastUse>,
}

impl Counted for AccountUse {
    type Key = String;

    fn key(&self) -> Self::Key {
        self.account.clone()
    }

    fn take_in(&mut self, other: Self, later: bool) {
        if later {
            self.last = other.last;
            self.old = other.old.or(self.old.take());
        } else {
            self.old = self.old.take().or(other.old);
        }
    }
}

/// Uses of one token from one address.
#[derive(Clone, Serialize)]
pub(super) struct AddressUse {
    pub tenant: String,
    pub token: TokenId,
    pub ip: Option<IpAddr>,
    pub calls: u32,
    pub at: Timestamp,
    pub agent: Option<String>,
    pub place: Option<String>,
    /// Method and route.
    pub call: String,
    /// The network around the address.
    pub network: String,
}

impl AddressUse {
    /// Takes in one more call. Where the address lies stays as it was.
    pub fn again(&mut self, call: &Again) {
        self.calls += 1;
        self.at = call.at;
        set(&mut self.agent, call.agent);
        if self.call != call.route {
            call.route.clone_into(&mut self.call);
        }
    }
}

impl Counted for AddressUse {
    type Key = (TokenKey, Option<IpAddr>);

    fn key(&self) -> Self::Key {
        (TokenKey::of(&self.token), self.ip)
    }

    fn take_in(&mut self, other: Self, later: bool) {
        let calls = self.calls + other.calls;
        if later {
            *self = other;
        }
        self.calls = calls;
    }
}

/// Calls with one token from one address that were refused for one reason, or for want of one scope.
#[derive(Clone, Serialize)]
pub(super) struct RefusedUse {
    pub tenant: String,
    pub token: TokenId,
    pub reason: &'static str,
    pub ip: Option<IpAddr>,
    pub calls: u32,
    pub at: Timestamp,
    pub agent: Option<String>,
    /// Method and route.
    pub call: String,
    /// The scope that was missing; empty where none was.
    pub missing: String,
}

impl Counted for RefusedUse {
    type Key = (TokenKey, &'static str, String, Option<IpAddr>);

    fn key(&self) -> Self::Key {
        (
            TokenKey::of(&self.token),
            self.reason,
            self.missing.clone(),
            self.ip,
        )
    }

    fn take_in(&mut self, other: Self, later: bool) {
        let calls = self.calls + other.calls;
        if later {
            *self = other;
        }
        self.calls = calls;
    }
}

/// Calls with one token that were alike, as [`contract::tokens::TokenCalls`] says.
#[derive(Clone, Serialize)]
pub(super) struct Line {
    pub tenant: String,
    pub token: TokenId,
    /// By its first second.
    pub minute: Timestamp,
    pub route: String,
    pub status: u16,
    /// Of the problem; empty of calls that were let through.
    pub code: &'static str,
    pub ip: Option<IpAddr>,
    /// Of the first of them.
    pub id: CallsId,
    pub calls: u32,
    /// Of the last of them, as what follows.
    pub at: Timestamp,
    pub agent: Option<String>,
    pub request_id: String,
}

impl Line {
    /// Takes in one more call, which came just now.
    pub fn again(&mut self, at: Timestamp, agent: Option<&str>, request_id: &str) {
        self.calls += 1;
        self.at = at;
        set(&mut self.agent, agent);
        request_id.clone_into(&mut self.request_id);
    }
}

impl Counted for Line {
    type Key = (
        TokenKey,
        Timestamp,
        String,
        u16,
        &'static str,
        Option<IpAddr>,
    );

    fn key(&self) -> Self::Key {
        (
            TokenKey::of(&self.token),
            self.minute,
            self.route.clone(),
            self.status,
            self.code,
            self.ip,
        )
    }

    fn take_in(&mut self, other: Self, later: bool) {
        if later {
            let earlier = std::mem::replace(self, other);
            self.calls += earlier.calls;
            self.id = earlier.id;
        } else {
            self.calls += other.calls;
            self.id = other.id;
        }
    }
}
