//! From a request to the one who made it: a person in a browser by their cookie, or a machine. Never both.

use super::{
    Actor, Grant, Holder, Owner, Tenant,
    actor::full_name,
    cookie::session_cookie,
    gate,
    machine::{self, MachineCaller},
    rules,
    shown::Shown,
    store::{self, FoundSession},
};
use crate::{
    call::Call,
    error::{Error, Refusal, Result},
    rates, rekey,
    secret::{Prefix, is_well_formed},
    usage::Visit,
};
use axum::http::request::Parts;
use contract::{
    ids::{SessionId, UserId},
    problem::Code,
    roles::{BuiltIn, Permission},
    scopes::ScopeSet,
    session::{MFA_SECONDS, SESSION_USER},
    time::Timestamp,
    tokens::TokenOwner,
    users::User,
};

/// A session's last use is written down at most this often, in seconds.
const SEEN_EVERY: i64 = 5 * 60;

/// Somebody whose credential is good.
pub enum Caller {
    /// A person in a browser.
    Session(Box<SessionCaller>),
    /// A machine.
    Machine(Box<MachineCaller>),
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
    pub(super) stepped_up_at: Timestamp,
}

impl SessionCaller {
    /// For the audit trail.
    pub fn actor(&self) -> Actor {
        Actor::in_session(&self.user, &self.id)
    }

    /// Whether the session's role has this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.grant.permissions.contains(&permission)
    }

    /// Whether the session's role is the one that may do everything.
    pub fn is_administrator(&self) -> bool {
        BuiltIn::Administrator.is(&self.user.role.name)
    }

    /// Whether the person looks after people.
    pub fn manages_users(&self) -> bool {
        self.may(Permission::ManageUsers) || self.may(Permission::Administer)
    }

    /// The key to the rows of a person of the tenant, for themselves and for those who may look after people.
    pub fn person(&self, id: &UserId) -> Option<Owner> {
        let may = *id == self.user.id || self.manages_users();
        may.then(|| self.owner.another(id))
    }

    /// The key to the person's own tokens.
    pub fn own_tokens(&self) -> Holder {
        Holder::of_token(
            self.owner.tenant(),
            &TokenOwner::User {
                id: self.user.id.clone(),
                name: full_name(&self.user),
            },
        )
    }

    /// The key to the tokens of somebody of the tenant, for themselves and for those who may look after them.
    pub fn holder(&self, owner: &TokenOwner) -> Option<Holder> {
        let may = match owner {
            TokenOwner::User { id, .. } => self.person(id).is_some(),
            TokenOwner::ServiceAccount { .. } => self.may(Permission::ManageServiceAccounts),
        };
        may.then(|| Holder::of_token(self.owner.tenant(), owner))
    }

    /// Until when guarded acts need no password.
    pub fn step_up_until(&self, now: Timestamp) -> Option<Timestamp> {
        rules::step_up_until(self.stepped_up_at, now)
    }

    /// Refuses unless the password or second factor was given a short while ago.
    pub fn must_be_confirmed(&self, now: Timestamp) -> Result<()> {
        Ok(rules::must_be_confirmed(self.stepped_up_at, now)?)
    }
}

impl Caller {
    /// The person in a browser; a machine is refused, and its call counts.
    pub fn into_session(self, call: &Call, parts: &Parts) -> Result<SessionCaller> {
        match self {
            Self::Session(session) => Ok(*session),
            Self::Machine(machine) => {
                let visit = Visit::of(call, parts, ScopeSet::default());
                let refusal = Refusal::new(
                    Code::Forbidden,
                    "Only a person in a browser can do this, not a token or a service account.",
                );
                Err(machine.refuse(call, &visit, refusal))
            }
        }
    }

    /// The key to the rows of the caller's tenant.
    pub fn tenant(&self) -> &Tenant {
        match self {
            Self::Session(session) => session.owner.tenant(),
            Self::Machine(machine) => &machine.tenant,
        }
    }
}

/// Finds out who is calling, at the cost of one statement; a machine's call takes these scopes.
pub async fn identify(call: &Call, parts: &Parts, takes: ScopeSet) -> Result<Caller> {
    match (Shown::of(&parts.headers)?, session_cookie(&parts.headers)) {
        (None, Some(cookie)) => {
            let session = by_session(call, cookie).await?;
            same_person(parts, &session)?;
            Ok(Caller::Session(Box::new(session)))
        }
        (Some(shown), _) => {
            let machine = machine::identify(call, &Visit::of(call, parts, takes), &shown).await?;
            Ok(Caller::Machine(Box::new(machine)))
        }
        (None, None) => Err(Error::refused(
            Code::Unauthenticated,
            "Sign in, or send an access token: Authorization: Bearer lkp_…",
        )),
    }
}

/// A page that was opened by somebody else, who has since given way in another tab, says so: what it sends is not for
/// the person who is signed in now.
fn same_person(parts: &Parts, session: &SessionCaller) -> Result<()> {
    match parts.headers.get(SESSION_USER) {
        Some(meant) if meant.as_bytes() != session.user.id.as_str().as_bytes() => {
            Err(Error::refused(
                Code::Unauthenticated,
                "You are signed in as somebody else now.",
            ))
        }
        _ => Ok(()),
    }
}

/// The session that waits for its second factor, at the cost of one statement.
pub async fn half_session(call: &Call, parts: &Parts) -> Result<SessionCaller> {
    let cookie = session_cookie(&parts.headers).ok_or_else(session_is_over)?;
    let found = find_session(call, cookie).await?;
    if found.half && call.now < found.created_at.plus(MFA_SECONDS) {
        Ok(SessionCaller::known(call, found))
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
    let digest = call.digest(cookie)?;
    let find = async || store::find_session(&call.db, &digest).await;
    rekey::found(call, Prefix::Session, cookie, find)
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
    let seen_lately = call.now < found.last_seen_at.plus(SEEN_EVERY);
    let session = SessionCaller::known(call, found);
    let rate = rates::take(call, session.id.as_str());
    call.tell(rate.headers("credential").into());
    gate::in_rate(rate.too_often())?;
    if !seen_lately {
        let (later, owner, id) = (call.clone(), session.owner.clone(), session.id.clone());
        call.later(async move {
            later
                .db
                .commit(store::session_seen(&owner, &id, later.now))
                .await
                .map(drop)
        });
    }
    Ok(session)
}

impl SessionCaller {
    fn known(call: &Call, found: FoundSession) -> Self {
        call.made_by("user", found.user.id.as_str(), found.tenant.as_str());
        Self {
            id: found.id,
            owner: Owner::new(found.tenant, found.user.id.clone()),
            user: found.user,
            user_version: found.user_version,
            tenant_name: found.tenant_name,
            grant: found.grant,
            stepped_up_at: found.stepped_up_at,
        }
    }
}
