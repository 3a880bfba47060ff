//! The call at hand: when it is, where it comes from, and the only ways to the clock, to chance and to the database.

use crate::{
    db::Db,
    edge::Raw,
    error::{Error, Result},
    log,
    secret::{Digest, HashKey, Prefix, Secret, masked},
    usage::Visited,
};
use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{Extensions, HeaderName, header, request::Parts},
};
use contract::time::Timestamp;
use std::{
    net::IpAddr,
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};
use ulid::Ulid;
use worker::{Context, Env};

/// The header in which the edge tells the client's address. No other is believed.
const CLIENT_ADDRESS: &str = "cf-connecting-ip";
/// The most characters of a browser's own description that are kept.
const USER_AGENT_MAX: usize = 256;

/// The call at hand. Cheap to clone.
#[derive(Clone)]
pub struct Call(Arc<Facts>);

/// What is known about a call before anybody looked at its path.
pub struct Facts {
    /// The database.
    pub db: Db,
    /// When the call arrived; the same for everything that is done for it.
    pub now: Timestamp,
    /// Under which id it is logged.
    pub request_id: String,
    /// The client's address, if the edge told it.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    raw: Option<Raw>,
    told: OnceLock<Vec<(HeaderName, String)>>,
    route: OnceLock<MatchedPath>,
    caller: OnceLock<log::Caller>,
    visited: OnceLock<Visited>,
    now_ms: u64,
    first_id: OnceLock<u128>,
    ids_made: AtomicU32,
    env: Env,
    context: Context,
}

impl Deref for Call {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl Call {
    /// Takes down what the request tells about itself.
    pub fn new(parts: &Parts, env: Env, context: Context) -> Result<Self> {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let now_ms = clock_ms();
        Ok(Self(Arc::new(Facts {
            db: Db::of(&env)?,
            now: from_ms(now_ms),
            request_id: format!("req_{}", ulid(now_ms)?),
            ip: header(CLIENT_ADDRESS).map(str::to_owned),
            user_agent: parts.headers.get(header::USER_AGENT).map(|agent| {
                masked(&String::from_utf8_lossy(agent.as_bytes()))
                    .chars()
                    .take(USER_AGENT_MAX)
                    .collect()
            }),
            raw: parts.extensions.get().cloned(),
            told: OnceLock::new(),
            route: OnceLock::new(),
            caller: OnceLock::new(),
            visited: OnceLock::new(),
            now_ms,
            first_id: OnceLock::new(),
            ids_made: AtomicU32::new(0),
            env,
            context,
        })))
    }

    /// City and country of the client, as far as the edge knows them.
    pub fn place(&self) -> Option<String> {
        self.raw.as_ref().and_then(Raw::place)
    }

    /// The client's address, if the edge told one.
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.as_deref().and_then(address)
    }

    /// Has the answer, whatever it will be, carry these headers. Only the first to say so is heard.
    pub fn tell(&self, headers: Vec<(HeaderName, String)>) {
        let _ = self.told.set(headers);
    }

    /// What the answer is to carry.
    pub fn told(&self) -> &[(HeaderName, String)] {
        self.told.get().map_or(&[], Vec::as_slice)
    }

    /// Notes who is calling, for the log. Of two, the first is meant: whoever asks, not of whom they ask.
    pub fn made_by(&self, kind: &'static str, id: &str, tenant: &str) {
        if log::requests(&self.env) {
            let _ = self.caller.set(log::Caller {
                kind,
                id: id.to_owned(),
                tenant: tenant.to_owned(),
            });
        }
    }

    /// Who is calling, as far as that is known.
    pub fn caller(&self) -> Option<&log::Caller> {
        self.caller.get()
    }

    /// Notes which token is shown, and for what. Only the first is heard: of a call that shows one, every gate says the same.
    pub fn visits(&self, visited: impl FnOnce() -> Visited) {
        self.visited.get_or_init(visited);
    }

    /// Which token was shown, if one was.
    pub fn visited(&self) -> Option<&Visited> {
        self.visited.get()
    }

    /// The template of the route that took the call, if one did.
    pub fn template(&self) -> Option<&str> {
        self.route.get().map(MatchedPath::as_str)
    }

    /// The milliseconds since it arrived.
    pub fn ms(&self) -> u64 {
        clock_ms().saturating_sub(self.now_ms)
    }

    /// The bindings of the deployment.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// A new id's 26 characters: the time of the call, then chance. Those of one call sort in the order in which they
    /// were made, and no two share their first 20 characters: a statement can number the ids of many rows behind those.
    pub fn ulid(&self) -> Result<String> {
        if self.first_id.get().is_none() {
            // Of 80 bits the first stays clear, for those that follow.
            let _ = self.first_id.set(u128::from_le_bytes(random()?) >> 49);
        }
        let first = self.first_id.get().copied().unwrap_or_default();
        let nth = u128::from(self.ids_made.fetch_add(1, Ordering::Relaxed));
        // Six characters of five bits.
        Ok(Ulid::from_parts(self.now_ms, first + (nth << 30)).to_string())
    }

    /// The keyed hash under which `text` is looked up.
    pub fn digest(&self, text: &str) -> Result<Digest> {
        Ok(self.key()?.digest(text))
    }

    /// The hash that the previous key gives, while keys change.
    pub fn previous_digest(&self, text: &str) -> Result<Option<Digest>> {
        Ok(self.key()?.previous_digest(text))
    }

    /// The key of the deployment.
    pub fn key(&self) -> Result<&'static HashKey> {
        key(&self.env)
    }

    /// The URL of a path of this deployment, as it stands in messages.
    pub fn url(&self, path: &str) -> Result<String> {
        url(&self.env, path)
    }

    /// Does something that the caller need not wait for. A failure is logged.
    pub fn later(&self, work: impl Future<Output = Result<()>> + 'static) {
        let request_id = self.request_id.clone();
        self.context.wait_until(async move {
            if let Err(error) = work.await {
                log::failure(&error, &request_id);
            }
        });
    }
}

/// The address that a text tells, if it is one. IPv4 that comes as IPv6, as servers on both networks see it, is IPv4
/// (RFC 4291, 2.5.5.2).
pub fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.trim().parse().ok()?;
    Some(address.to_canonical())
}

/// The URL of a path of this deployment, as it stands in messages. Never told by the request, whose headers anybody can
/// write.
pub fn url(env: &Env, path: &str) -> Result<String> {
    static ORIGIN: OnceLock<Option<String>> = OnceLock::new();
    ORIGIN
        .get_or_init(|| base_url(env, "PUBLIC_URL"))
        .as_ref()
        .map(|origin| [origin, path].concat())
        .ok_or_else(|| Error::Internal("the variable PUBLIC_URL is missing".into()))
}

/// A variable that holds what URLs begin with, as far as it is set.
pub fn base_url(env: &Env, name: &str) -> Option<String> {
    let url = env.var(name).ok()?.to_string();
    Some(url.trim_end_matches('/').to_owned())
}

/// The key of the deployment.
pub fn key(env: &Env) -> Result<&'static HashKey> {
    /// A new secret comes with a new deployment, and that with new isolates.
    static KEY: OnceLock<HashKey> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(key);
    }
    let key = env
        .secret("HASH_KEY")
        .map_err(|_| Error::Internal("the secret HASH_KEY is missing".into()))?;
    let mut key = HashKey::from_hex(&key.to_string())?;
    let previous = env.secret("HASH_KEY_PREVIOUS").map(|key| key.to_string());
    if let Some(previous) = previous.ok().filter(|key| !key.is_empty()) {
        key = key.after(HashKey::from_hex(&previous)?);
    }
    Ok(KEY.get_or_init(|| key))
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        Self::of(&parts.extensions)
    }
}

impl Call {
    /// The call that the router put beside the request. It learns which route took it.
    pub fn of(extensions: &Extensions) -> Result<Self> {
        let call: &Self = extensions
            .get()
            .ok_or_else(|| Error::Internal("a request without its call".into()))?;
        if let Some(route) = extensions.get() {
            let _ = call.route.set(MatchedPath::clone(route));
        }
        Ok(call.clone())
    }
}

/// A new secret.
pub fn secret(prefix: Prefix) -> Result<Secret> {
    loop {
        if let Some(secret) = Secret::from_bytes(prefix, random()?) {
            return Ok(secret);
        }
    }
}

/// 80 bits of chance as 16 characters of Crockford's base32, whose letters cannot be taken for digits.
pub fn random_code() -> Result<String> {
    let random = u128::from_le_bytes(random()?);
    Ok(Ulid::from_parts(0, random).to_string().split_off(10))
}

/// What time it is.
pub fn clock() -> Timestamp {
    from_ms(clock_ms())
}

/// The 26 characters of a new id, where there is no call.
pub fn background_ulid() -> Result<String> {
    ulid(clock_ms())
}

/// What time it is, in milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the one clock, which never shows a time before 1970"
)]
pub fn clock_ms() -> u64 {
    // A whole number of milliseconds, in one step across.
    js_sys::Date::now() as u64
}

fn from_ms(ms: u64) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(ms / 1000).unwrap_or(i64::MAX))
}

/// Bytes of chance.
#[expect(clippy::disallowed_methods, reason = "the one source of chance")]
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(bytes)
}

fn ulid(now_ms: u64) -> Result<String> {
    Ok(Ulid::from_parts(now_ms, u128::from_le_bytes(random()?)).to_string())
}
