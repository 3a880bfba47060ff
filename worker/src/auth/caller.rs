//! From a request to the one who made it: a session by its cookie, or a token by its secret. Never both.

use super::{
    Actor, Grant, Owner, rules,
    rules::Standing,
    store::{self, FoundSession},
};
use crate::{
    call::Call,
    error::{Error, Refusal, Result},
    secret::{Prefix, is_well_formed},
    usage,
};
use axum::http::{HeaderMap, HeaderName, Method, header, request::Parts, uri::Authority};
use contract::{
    ids::SessionId,
    problem::Code,
    session::{ABSOLUTE_SECONDS, MFA_SECONDS},
    time::Timestamp,
    tokens::{Token, TokenOwner},
    users::User,
};

/// The cookie of a session. The prefix makes browsers insist on `Secure`, on `Path=/` and on this very host.
pub const SESSION_COOKIE: &str = "__Host-session";
/// A session's last use is written down at most this often, in seconds.
const SEEN_EVERY: i64 = 5 * 60;

/// Somebody whose credential is good.
pub enum Caller {
    /// A person in a browser.
    Session(Box<SessionCaller>),
    /// A token.
    Token(Box<TokenCaller>),
}

/// A person in a browser.
pub struct SessionCaller {
    /// The session's id.
    pub id: SessionId,
    /// Who it is.
    pub user: User,
    /// Which state of their profile that is.
    pub user_version: u32,
    /// The name of their company.
    pub tenant_name: String,
    /// What their role allows.
    pub grant: Grant,
    /// The key to their rows.
    pub owner: Owner,
    stepped_up_at: Timestamp,
}

impl SessionCaller {
    /// For the audit trail.
    pub fn actor(&self) -> Actor {
        Actor::in_session(&self.user, &self.id)
    }

    /// Until when guarded acts need no password.
    pub fn step_up_until(&self, now: Timestamp) -> Option<Timestamp> {
        rules::step_up_until(self.stepped_up_at, now)
    }
}

/// A token that is good.
pub struct TokenCaller {
    /// The token.
    pub token: Token,
    /// The key to its owner's rows.
    pub owner: Owner,
    grant: Grant,
}

impl TokenCaller {
    /// For the audit trail.
    pub fn actor(&self) -> Actor {
        let TokenOwner::User { name, .. } = &self.token.owner;
        Actor::by_token(self.owner.user(), name, &self.token.id)
    }
}

impl Caller {
    /// What the caller brings to a decision.
    pub(super) fn standing(&self) -> Standing<'_> {
        match self {
            Self::Session(session) => Standing::Session {
                grant: &session.grant,
                stepped_up_at: session.stepped_up_at,
            },
            Self::Token(token) => Standing::Token {
                scopes: token.token.scopes,
                grant: &token.grant,
            },
        }
    }

    /// The key to the caller's rows.
    pub fn owner(&self) -> &Owner {
        match self {
            Self::Session(session) => &session.owner,
            Self::Token(token) => &token.owner,
        }
    }

    /// The person in a browser; a token is refused.
    pub fn into_session(self) -> Result<SessionCaller> {
        match self {
            Self::Session(session) => Ok(*session),
            Self::Token(_) => Err(Error::refused(
                Code::Forbidden,
                "Only a person in a browser can do this, not a token.",
            )),
        }
    }

    /// For the audit trail.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Session(session) => session.actor(),
            Self::Token(token) => token.actor(),
        }
    }
}

/// Finds out who is calling, at the cost of one statement.
pub async fn identify(call: &Call, parts: &Parts) -> Result<Caller> {
    match (session_cookie(&parts.headers), bearer(&parts.headers)?) {
        (Some(_), Some(_)) => Err(Error::unreadable(
            "Send one credential, not a cookie and a token.",
        )),
        (Some(cookie), None) => Ok(Caller::Session(Box::new(by_session(call, cookie).await?))),
        (None, Some(secret)) => Ok(Caller::Token(Box::new(by_token(call, secret).await?))),
        (None, None) => Err(Error::refused(
            Code::Unauthenticated,
            "Sign in, or send an access token: Authorization: Bearer lkp_…",
        )),
    }
}

/// The session that waits for its second factor, at the cost of one statement.
pub async fn half_session(call: &Call, parts: &Parts) -> Result<SessionCaller> {
    let cookie = session_cookie(&parts.headers).ok_or_else(session_is_over)?;
    let found = find_session(call, cookie).await?;
    if found.half && call.now < found.created_at.plus(MFA_SECONDS) {
        Ok(found.into())
    } else {
        Err(session_is_over())
    }
}

fn session_is_over() -> Error {
    Error::refused(
        Code::Unauthenticated,
        "Your session is over. Sign in again.",
    )
}

async fn find_session(call: &Call, cookie: &str) -> Result<FoundSession> {
    if !is_well_formed(Prefix::Session, cookie) {
        return Err(session_is_over());
    }
    store::find_session(&call.db, &call.digest(cookie)?)
        .await?
        .filter(|found| {
            found.user.active
                && rules::session_is_live(found.created_at, found.last_seen_at, call.now)
        })
        .ok_or_else(session_is_over)
}

async fn by_session(call: &Call, cookie: &str) -> Result<SessionCaller> {
    let found = find_session(call, cookie).await?;
    if found.half {
        return Err(Error::refused(
            Code::MfaRequired,
            "Enter the code of your second factor to finish signing in.",
        ));
    }
    let owner = Owner {
        tenant: found.tenant.clone(),
        user: found.user.id.clone(),
    };
    if call.now >= found.last_seen_at.plus(SEEN_EVERY) {
        let (later, owner, id) = (call.clone(), owner.clone(), found.id.clone());
        call.later(async move {
            later
                .db
                .commit(store::session_seen(&owner, &id, later.now))
                .await
                .map(drop)
        });
    }
    Ok(found.into())
}

impl From<FoundSession> for SessionCaller {
    fn from(found: FoundSession) -> Self {
        Self {
            id: found.id,
            owner: Owner {
                tenant: found.tenant,
                user: found.user.id.clone(),
            },
            user: found.user,
            user_version: found.user_version,
            tenant_name: found.tenant_name,
            grant: found.grant,
            stepped_up_at: found.stepped_up_at,
        }
    }
}

async fn by_token(call: &Call, secret: &str) -> Result<TokenCaller> {
    let unknown = || {
        Error::from(Refusal {
            unknown_token: true,
            ..Refusal::new(
                Code::Unauthenticated,
                "This is not a token of ours. Check that it was copied whole.",
            )
        })
    };
    if !is_well_formed(Prefix::AccessToken, secret) {
        return Err(unknown());
    }
    let found = store::find_token(&call.db, &call.digest(secret)?, call.now)
        .await?
        .ok_or_else(unknown)?;
    rules::refuse_dead_token(found.token.status, found.owner_active)?;
    let TokenOwner::User { id, .. } = &found.token.owner;
    let owner = Owner {
        tenant: found.tenant,
        user: id.clone(),
    };
    usage::record(call, owner.tenant(), &found.token.id);
    Ok(TokenCaller {
        token: found.token,
        owner,
        grant: found.grant,
    })
}

/// The value of the session cookie, if one was sent.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION_COOKIE)
}

/// The value of a cookie, if it was sent.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // In bytes: another cookie beside ours may be in any script.
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| {
            pair.trim_ascii()
                .strip_prefix(name.as_bytes())?
                .strip_prefix(b"=")
        })
        .and_then(|value| std::str::from_utf8(value).ok())
}

/// The bearer token, if one was sent (RFC 6750, 2.1). Another scheme is refused rather than passed over.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    // The runtime joins what was sent in several headers; no credential of ours has a comma.
    if value.as_bytes().contains(&b',') {
        return Err(Error::unreadable("Send one Authorization header."));
    }
    let secret = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    secret
        .map(|(_, secret)| Some(secret.trim()))
        .ok_or_else(|| {
            Error::refused(
                Code::Unauthenticated,
                "Send an access token: Authorization: Bearer lkp_…",
            )
        })
}

/// The `Set-Cookie` that starts a session, or ends it when there is no `secret`.
pub fn set_session_cookie(secret: Option<&str>) -> String {
    let (value, age) = secret.map_or(("", 0), |secret| (secret, ABSOLUTE_SECONDS));
    format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={age}")
}

/// Refuses calls that another site makes with a person's cookie, or to sign them in.
///
/// Browsers say where a call comes from by `Sec-Fetch-Site` or, older ones, by `Origin`; a call that changes something
/// with a cookie and says neither is refused too. A call with `Authorization` cannot be made by another site without
/// a permission that Latchkey never gives.
pub fn refuse_other_sites(parts: &Parts) -> Result<()> {
    let headers = &parts.headers;
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host = text(header::HOST).or_else(|| parts.uri.authority().map(Authority::as_str));
    let call = Provenance {
        changes: !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS),
        has_cookie: session_cookie(headers).is_some(),
        site: text(HeaderName::from_static("sec-fetch-site")),
        origin: text(header::ORIGIN),
        host,
    };
    if call.is_ours() {
        Ok(())
    } else {
        Err(Error::refused(
            Code::CrossSite,
            "This call did not come from this site.",
        ))
    }
}

/// What a request tells about where it comes from.
struct Provenance<'a> {
    changes: bool,
    has_cookie: bool,
    site: Option<&'a str>,
    origin: Option<&'a str>,
    host: Option<&'a str>,
}

impl Provenance<'_> {
    fn is_ours(&self) -> bool {
        if !self.changes {
            return !self.has_cookie || self.site != Some("cross-site");
        }
        match (self.site, self.origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == self.host,
            (None, None) => !self.has_cookie,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Provenance = Provenance {
        changes: true,
        has_cookie: true,
        site: Some("same-origin"),
        origin: None,
        host: Some("console.example"),
    };

    #[test]
    fn a_change_needs_a_sign_that_it_comes_from_this_site() {
        assert!(OURS.is_ours());
        assert!(
            Provenance {
                site: Some("none"),
                ..OURS
            }
            .is_ours()
        );
        assert!(
            Provenance {
                site: None,
                origin: Some("https://console.example"),
                ..OURS
            }
            .is_ours()
        );
        assert!(!Provenance { site: None, ..OURS }.is_ours());
    }

    #[test]
    fn other_sites_are_refused_with_and_without_a_cookie() {
        for has_cookie in [true, false] {
            for site in ["cross-site", "same-site", "nonsense"] {
                assert!(
                    !Provenance {
                        has_cookie,
                        site: Some(site),
                        ..OURS
                    }
                    .is_ours(),
                    "{site}"
                );
            }
            for origin in [
                "null",
                "https://evil.example",
                "https://console.example.evil.example",
                "https://evilconsole.example",
                "https://console.example:8443",
            ] {
                assert!(
                    !Provenance {
                        has_cookie,
                        site: None,
                        origin: Some(origin),
                        ..OURS
                    }
                    .is_ours(),
                    "{origin}"
                );
            }
        }
    }

    #[test]
    fn a_script_without_a_cookie_may_sign_in_and_anybody_may_read() {
        assert!(
            Provenance {
                has_cookie: false,
                site: None,
                ..OURS
            }
            .is_ours()
        );
        assert!(
            Provenance {
                changes: false,
                has_cookie: false,
                site: Some("cross-site"),
                ..OURS
            }
            .is_ours()
        );
        assert!(
            !Provenance {
                changes: false,
                site: Some("cross-site"),
                ..OURS
            }
            .is_ours()
        );
    }

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let found = |line: &'static str| {
            session_cookie(&headers(&[(header::COOKIE, line)])).map(str::to_owned)
        };
        assert_eq!(
            found("a=1; __Host-session=lkn_x; b=2").as_deref(),
            Some("lkn_x")
        );
        assert_eq!(
            found("greeting=h\u{e9}llo; __Host-session=lkn_x").as_deref(),
            Some("lkn_x")
        );
        assert_eq!(found("x__Host-session=lkn_x"), None);
        assert_eq!(found("__Host-session2=lkn_x"), None);
    }

    #[test]
    fn only_one_bearer_token_is_taken() {
        assert_eq!(bearer(&headers(&[])).ok(), Some(None));
        assert_eq!(
            bearer(&headers(&[(header::AUTHORIZATION, "bearer lkp_x")])).ok(),
            Some(Some("lkp_x"))
        );
        assert!(bearer(&headers(&[(header::AUTHORIZATION, "Basic eDp5")])).is_err());
        assert!(bearer(&headers(&[(header::AUTHORIZATION, "lkp_x")])).is_err());
        let joined = headers(&[(header::AUTHORIZATION, "Bearer lkp_x, Bearer lkp_y")]);
        assert!(bearer(&joined).is_err());
    }
}
