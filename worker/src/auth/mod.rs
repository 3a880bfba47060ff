//! Who is calling and what they may do, told by types: no [`Authorized`], no [`Owner`]; no [`Called`], no [`Tenant`];
//! without a key, no row.

mod actor;
mod caller;
mod cookie;
pub mod gate;
mod keys;
mod known;
mod leaks;
mod links;
pub mod machine;
pub mod password;
mod provenance;
mod renewal;
pub mod rights;
mod rules;
pub mod shown;
mod store;

pub use actor::{Actor, full_name};
pub use caller::{Caller, SessionCaller};
pub use cookie::{cookie, session_cookie, set_session_cookie};
pub use keys::{Holder, Owner, Tenant};
pub use leaks::{Leaked, leaked};
pub use links::{
    EmailLink, InvitationLink, ResetLink, follow_email_link, follow_invitation, follow_reset_link,
};
pub use machine::MachineCaller;
pub use provenance::refuse_other_sites;
pub use renewal::{Renewal, renewal};
pub use rules::Grant;

use crate::{
    call::Call,
    error::{Error, Result},
    usage::Visit,
};
use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
};
use contract::{
    API,
    problem::Code,
    roles::Permission,
    scopes::{Scope, ScopeSet},
};
use std::marker::PhantomData;
use worker::send::SendFuture;

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

/// Something that a person in a browser can be allowed. One unit struct each, in [`rights`].
pub trait Right: Send + Sync + 'static {
    /// What it takes.
    const NEEDS: Needs;
    /// Whether the password or second factor must have been given a short while ago.
    const STEP_UP: bool = false;
}

/// Something that machines can be allowed too.
pub trait ApiRight: Right {
    /// What a machine needs, besides API access of the role behind it.
    const SCOPE: Scope;
}

/// The proof that a person in a browser has the right `R`. A handler that takes one cannot run without.
pub struct Authorized<R> {
    /// The key to their rows and those of their tenant.
    pub owner: Owner,
    /// For the audit trail.
    pub actor: Actor,
    /// Who it is.
    pub session: SessionCaller,
    right: PhantomData<R>,
}

impl<S: Sync, R: Right> FromRequestParts<S> for Authorized<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        let caller = SendFuture::new(caller::identify(&call, parts, ScopeSet::default())).await?;
        let session = caller.into_session(&call, parts)?;
        session.claim::<R>(&call)?;
        Ok(Self {
            owner: session.owner.clone(),
            actor: session.actor(),
            session,
            right: PhantomData,
        })
    }
}

impl SessionCaller {
    /// Refuses unless the person has the right `R`: for handlers whose path decides which right they need.
    pub fn claim<R: Right>(&self, call: &Call) -> Result<()> {
        rules::claim::<R>(&self.grant, self.stepped_up_at, call.now)?;
        if R::STEP_UP {
            self.confirm_again(call);
        }
        Ok(())
    }

    /// Each guarded act extends the confirmation that it needed.
    pub fn confirm_again(&self, call: &Call) {
        let (call, owner, id) = (call.clone(), self.owner.clone(), self.id.clone());
        call.clone().later(async move {
            call.db
                .commit([store::step_up_again(&owner, &id, call.now)])
                .await
                .map(drop)
        });
    }
}

/// The proof that a caller, person or machine, has the right `R`.
pub struct Called<R> {
    /// The key to the rows of their tenant.
    pub tenant: Tenant,
    right: PhantomData<R>,
}

impl<S: Sync, R: ApiRight> FromRequestParts<S> for Called<R> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        let takes = ScopeSet::from(R::SCOPE);
        let caller = SendFuture::new(caller::identify(&call, parts, takes)).await?;
        match &caller {
            Caller::Session(session) => {
                rules::claim::<R>(&session.grant, session.stepped_up_at, call.now)?;
            }
            Caller::Machine(machine) => {
                let path = parts.uri.path();
                let path = path.strip_prefix(API).unwrap_or(path);
                machine.pass(&call, &Visit::of(&call, parts, takes), path, R::SCOPE)?;
            }
        }
        Ok(Self {
            tenant: caller.tenant().clone(),
            right: PhantomData,
        })
    }
}

/// The session that makes the call; a machine is refused.
pub struct InSession(pub SessionCaller);

impl<S: Sync> FromRequestParts<S> for InSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        let caller = SendFuture::new(caller::identify(&call, parts, ScopeSet::default())).await?;
        caller.into_session(&call, parts).map(Self)
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

/// The session that makes the call, whole or half.
pub struct AnySession(pub SessionCaller);

impl<S: Sync> FromRequestParts<S> for AnySession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match InSession::from_request_parts(parts, state).await {
            Ok(InSession(session)) => Ok(Self(session)),
            Err(Error::Refused(refusal)) if refusal.code == Code::MfaRequired => {
                let HalfSession(session) = HalfSession::from_request_parts(parts, state).await?;
                Ok(Self(session))
            }
            Err(error) => Err(error),
        }
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
            Ok(authorized) => (authorized.session, false),
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

/// The machine that makes the call; it needs no scope to speak for itself.
pub struct ByMachine(pub MachineCaller);

impl<S: Sync> FromRequestParts<S> for ByMachine {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let call = Call::of(&parts.extensions)?;
        match SendFuture::new(caller::identify(&call, parts, ScopeSet::default())).await? {
            Caller::Machine(machine) => {
                // However often a token was used, it may end itself: a thief is not to stand in the way of that.
                let ends = parts.method == Method::DELETE && machine.token().is_some();
                if !ends {
                    machine
                        .pass_for_itself(&call, &Visit::of(&call, parts, ScopeSet::default()))?;
                }
                Ok(Self(*machine))
            }
            Caller::Session(_) => Err(Error::refused(
                Code::Unauthenticated,
                "Send an access token: Authorization: Bearer lkp_…",
            )),
        }
    }
}
