//! Who is calling and what they may do, told by types: no [`Authorized`], no [`Owner`]; no `Owner`, no row.

mod caller;
mod links;
pub mod password;
pub mod rights;
mod rules;
mod store;

pub use caller::{
    Caller, SessionCaller, TokenCaller, cookie, refuse_other_sites, session_cookie,
    set_session_cookie,
};
pub use links::{EmailLink, ResetLink, follow_email_link, follow_reset_link};
pub use rules::Grant;

use crate::{
    call::Call,
    error::{Error, Result},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use contract::{
    ids::{SessionId, TenantId, TokenId, UserId},
    problem::Code,
    roles::Permission,
    scopes::Scope,
    users::User,
};
use std::marker::PhantomData;
use worker::send::SendFuture;

/// The key to rows: a person, in their tenant. Whoever holds one has been let in.
///
/// Its fields are private and only this module makes one, so that no statement on a tenant's rows can be reached
/// with an id that somebody merely sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    tenant: TenantId,
    user: UserId,
}

impl Owner {
    /// The first person of a tenant that is just being made.
    pub fn founder(tenant: TenantId, user: UserId) -> Self {
        Self { tenant, user }
    }

    /// A person whose password was right.
    pub fn proven(tenant: TenantId, user: UserId, _proof: &password::Verified) -> Self {
        Self { tenant, user }
    }

    /// The tenant, to which every statement is confined.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The person.
    pub fn user(&self) -> &UserId {
        &self.user
    }
}

/// Who did something, for the audit trail.
#[derive(Clone, Debug)]
pub struct Actor {
    user: UserId,
    /// Their name at that time.
    pub name: String,
    /// The id of the session or token that was used.
    pub credential: String,
}

impl Actor {
    /// What an actor is.
    pub const KIND: &str = "user";

    /// A person in a browser.
    pub fn in_session(user: &User, session: &SessionId) -> Self {
        Self {
            user: user.id.clone(),
            name: full_name(user),
            credential: session.as_str().into(),
        }
    }

    /// Somebody who followed a link that was mailed to them.
    pub fn by_link(user: &UserId, name: &str) -> Self {
        Self {
            user: user.clone(),
            name: name.into(),
            credential: "link".into(),
        }
    }

    fn by_token(owner: &UserId, name: &str, token: &TokenId) -> Self {
        Self {
            user: owner.clone(),
            name: name.into(),
            credential: token.as_str().into(),
        }
    }

    /// The actor's id.
    pub fn id(&self) -> &str {
        self.user.as_str()
    }
}

/// First and last name.
pub fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

/// What a signed-in person's role must have.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// Being signed in is enough.
    SignedIn,
    /// One of these permissions.
    OneOf(&'static [Permission]),
    /// This scope.
    Scope(Scope),
}

/// Something that can be allowed. One unit struct each, in [`rights`].
pub trait Right: Send + Sync + 'static {
    /// What a person in a browser needs.
    const SESSION: Needs;
    /// What a token needs, besides API access of its owner's role; `None`: no token may.
    const TOKEN: Option<Scope> = None;
    /// Whether the password or second factor must have been given a short while ago.
    const STEP_UP: bool = false;
}

/// The proof that the caller has the right `R`. A handler that takes one cannot run without.
pub struct Authorized<R> {
    /// The key to the caller's rows and those of their tenant.
    pub owner: Owner,
    /// For the audit trail.
    pub actor: Actor,
    /// Who it is.
    pub caller: Caller,
    right: PhantomData<R>,
}

impl<S: Sync, R: Right> FromRequestParts<S> for Authorized<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        let caller = SendFuture::new(caller::identify(&call, parts)).await?;
        rules::claim::<R>(&caller.standing(), call.now)?;
        if let (true, Caller::Session(session)) = (R::STEP_UP, &caller) {
            // Each guarded act extends the confirmation.
            let (call, owner, id) = (call.clone(), session.owner.clone(), session.id.clone());
            call.clone().later(async move {
                call.db
                    .commit([store::step_up_again(&owner, &id, call.now)])
                    .await
                    .map(drop)
            });
        }
        Ok(Self {
            owner: caller.owner().clone(),
            actor: caller.actor(),
            caller,
            right: PhantomData,
        })
    }
}

/// The session that makes the call; a token is refused.
pub struct InSession(pub SessionCaller);

impl<S: Sync> FromRequestParts<S> for InSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        let caller = SendFuture::new(caller::identify(&call, parts)).await?;
        caller.into_session().map(Self)
    }
}

/// A session in which the password was right and the second factor is still missing.
pub struct HalfSession(pub SessionCaller);

impl<S: Sync> FromRequestParts<S> for HalfSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        SendFuture::new(caller::half_session(&call, parts))
            .await
            .map(Self)
    }
}

/// A person who sets up their second factor: in a whole session that has the right `R`, or in the half one of somebody
/// who must have a second factor to sign in and has none yet.
pub struct Enrolling<R> {
    /// Who it is.
    pub session: SessionCaller,
    /// Whether signing in waits for it.
    pub half: bool,
    right: PhantomData<R>,
}

impl<S: Sync, R: Right> FromRequestParts<S> for Enrolling<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let (session, half) = match Authorized::<R>::from_request_parts(parts, state).await {
            Ok(authorized) => (authorized.caller.into_session()?, false),
            Err(Error::Refused(refusal)) if refusal.code == Code::MfaRequired => {
                let HalfSession(session) = HalfSession::from_request_parts(parts, state).await?;
                if session.user.mfa_enabled {
                    return Err((*refusal).into());
                }
                (session, true)
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            session,
            half,
            right: PhantomData,
        })
    }
}

/// The token that makes the call; it needs no scope to speak for itself.
pub struct ByToken(pub TokenCaller);

impl<S: Sync> FromRequestParts<S> for ByToken {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        match SendFuture::new(caller::identify(&call, parts)).await? {
            Caller::Token(token) => Ok(Self(*token)),
            Caller::Session(_) => Err(Error::refused(
                Code::Unauthenticated,
                "Send an access token: Authorization: Bearer lkp_…",
            )),
        }
    }
}
