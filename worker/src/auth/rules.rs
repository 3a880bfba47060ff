//! May they? Pure decisions about sessions, tokens and rights.

use super::{Needs, Right};
use crate::error::Refusal;
use contract::{
    problem::Code,
    roles::Permission,
    scopes::{Scope, ScopeSet},
    session::{ABSOLUTE_SECONDS, IDLE_SECONDS, STEP_UP_SECONDS},
    time::Timestamp,
    tokens::Status,
};

/// What a role allows at this moment. Rights are computed at every call, so a change counts at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// In Latchkey.
    pub permissions: Vec<Permission>,
    /// In the API.
    pub scopes: ScopeSet,
}

/// What a caller brings to a decision.
pub enum Standing<'a> {
    /// A person in a browser.
    Session {
        /// What their role allows.
        grant: &'a Grant,
        /// When they last gave their password.
        stepped_up_at: Timestamp,
    },
    /// A token that is good.
    Token {
        /// What the token was made for.
        scopes: ScopeSet,
        /// What its owner's role allows.
        grant: &'a Grant,
    },
}

/// Whether a session is still good: used within the idle time, and begun within the absolute one.
pub fn session_is_live(created_at: Timestamp, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now < last_seen_at.plus(IDLE_SECONDS) && now < created_at.plus(ABSOLUTE_SECONDS)
}

/// Until when guarded acts need no password, if at all.
pub fn step_up_until(stepped_up_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let until = stepped_up_at.plus(STEP_UP_SECONDS);
    (now < until).then_some(until)
}

/// Refuses a token that is not good. The secret was right, so telling why helps its owner and nobody else.
pub fn refuse_dead_token(status: Status, owner_active: bool) -> Result<(), Refusal> {
    match status {
        Status::Revoked => Err(Refusal::new(
            Code::TokenRevoked,
            "This token was revoked. Make a new one.",
        )),
        Status::Expired => Err(Refusal::new(
            Code::TokenExpired,
            "This token has expired. Extend it or make a new one.",
        )),
        Status::Active if !owner_active => Err(Refusal::new(
            Code::Unauthenticated,
            "The account that this token belongs to is not active.",
        )),
        Status::Active => Ok(()),
    }
}

/// Whether the caller has the right `R` at `now`. Denies whatever is not allowed in so many words.
pub fn claim<R: Right>(standing: &Standing, now: Timestamp) -> Result<(), Refusal> {
    match standing {
        Standing::Session {
            grant,
            stepped_up_at,
        } => {
            session_may(R::SESSION, grant)?;
            if R::STEP_UP && step_up_until(*stepped_up_at, now).is_none() {
                return Err(Refusal::new(
                    Code::StepUpRequired,
                    "Enter your password again to do this.",
                ));
            }
            Ok(())
        }
        Standing::Token { scopes, grant } => token_may(R::TOKEN, *scopes, grant),
    }
}

fn session_may(needs: Needs, grant: &Grant) -> Result<(), Refusal> {
    let allowed = match needs {
        Needs::SignedIn => true,
        Needs::OneOf(permissions) => permissions.iter().any(|p| grant.permissions.contains(p)),
        Needs::Scope(scope) => grant.scopes.contains(scope),
    };
    if allowed {
        Ok(())
    } else {
        Err(Refusal::new(
            Code::Forbidden,
            "Your role does not allow this.",
        ))
    }
}

fn token_may(needs: Option<Scope>, scopes: ScopeSet, grant: &Grant) -> Result<(), Refusal> {
    let Some(scope) = needs else {
        return Err(Refusal::new(
            Code::Forbidden,
            "Only a person in a browser can do this, not a token.",
        ));
    };
    if !grant.permissions.contains(&Permission::ApiAccess) {
        return Err(Refusal::new(
            Code::RoleNoApiAccess,
            "The role of the token's owner has no API access.",
        ));
    }
    if !scopes.intersection(grant.scopes).contains(scope) {
        let whose = if scopes.contains(scope) {
            "The role of the token's owner"
        } else {
            "The token"
        };
        return Err(Refusal {
            required_scope: Some(scope),
            ..Refusal::new(
                Code::InsufficientScope,
                format!("{whose} lacks the scope {scope}."),
            )
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::rights::{CreateTokens, ReadOwnTokens, ReadRoles, ReadStatistics, ReadUsers};
    use contract::roles::BuiltIn;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn grant(role: BuiltIn) -> Grant {
        Grant {
            permissions: role.permissions().to_vec(),
            scopes: role.scopes(),
        }
    }

    fn code(result: Result<(), Refusal>) -> Option<Code> {
        result.err().map(|refusal| refusal.code)
    }

    fn by_token<R: Right>(scopes: &str, role: BuiltIn) -> Option<Code> {
        code(claim::<R>(
            &Standing::Token {
                scopes: ScopeSet::parse(scopes).unwrap(),
                grant: &grant(role),
            },
            NOW,
        ))
    }

    fn in_session<R: Right>(role: BuiltIn, stepped_up_at: Timestamp) -> Option<Code> {
        code(claim::<R>(
            &Standing::Session {
                grant: &grant(role),
                stepped_up_at,
            },
            NOW,
        ))
    }

    #[test]
    fn a_token_does_what_its_scopes_and_its_owners_role_both_allow() {
        assert_eq!(
            by_token::<ReadUsers>("users:read", BuiltIn::Administrator),
            None
        );
        assert_eq!(
            by_token::<ReadUsers>("users:write", BuiltIn::ApiReader),
            None
        );
        assert_eq!(
            by_token::<ReadUsers>("backups:read", BuiltIn::Administrator),
            Some(Code::InsufficientScope)
        );
        assert_eq!(
            by_token::<ReadUsers>("users:read", BuiltIn::Member),
            Some(Code::InsufficientScope)
        );
        assert_eq!(
            by_token::<ReadUsers>("users:read", BuiltIn::Viewer),
            Some(Code::RoleNoApiAccess)
        );
    }

    #[test]
    fn no_token_touches_tokens() {
        let every = ScopeSet::ALL.to_string();
        assert_eq!(
            by_token::<ReadOwnTokens>(&every, BuiltIn::Administrator),
            Some(Code::Forbidden)
        );
        assert_eq!(
            by_token::<CreateTokens>(&every, BuiltIn::Administrator),
            Some(Code::Forbidden)
        );
    }

    #[test]
    fn a_password_typed_long_ago_is_asked_for_again() {
        let limit = NOW.plus(-STEP_UP_SECONDS);
        assert_eq!(
            in_session::<CreateTokens>(BuiltIn::Member, limit.plus(1)),
            None
        );
        assert_eq!(
            in_session::<CreateTokens>(BuiltIn::Member, limit),
            Some(Code::StepUpRequired)
        );
        assert_eq!(in_session::<ReadOwnTokens>(BuiltIn::Member, limit), None);
    }

    #[test]
    fn a_session_sees_people_only_with_one_of_the_two_permissions() {
        assert_eq!(in_session::<ReadUsers>(BuiltIn::Administrator, NOW), None);
        assert_eq!(
            in_session::<ReadUsers>(BuiltIn::ApiWriter, NOW),
            Some(Code::Forbidden)
        );
        assert_eq!(in_session::<ReadRoles>(BuiltIn::Viewer, NOW), None);
        assert_eq!(
            in_session::<ReadStatistics>(BuiltIn::Viewer, NOW),
            Some(Code::Forbidden)
        );
    }

    #[test]
    fn a_session_ends_by_idleness_and_by_age_at_the_very_instant() {
        assert!(session_is_live(NOW, NOW, NOW.plus(IDLE_SECONDS - 1)));
        assert!(!session_is_live(NOW, NOW, NOW.plus(IDLE_SECONDS)));
        let end = NOW.plus(ABSOLUTE_SECONDS);
        assert!(session_is_live(NOW, end, end.plus(-1)));
        assert!(!session_is_live(NOW, end, end));
    }

    #[test]
    fn a_dead_token_is_told_why() {
        assert_eq!(code(refuse_dead_token(Status::Active, true)), None);
        assert_eq!(
            code(refuse_dead_token(Status::Active, false)),
            Some(Code::Unauthenticated)
        );
        assert_eq!(
            code(refuse_dead_token(Status::Expired, true)),
            Some(Code::TokenExpired)
        );
        assert_eq!(
            code(refuse_dead_token(Status::Revoked, true)),
            Some(Code::TokenRevoked)
        );
    }
}
