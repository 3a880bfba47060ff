//! May they? Pure decisions about sessions and rights.

use super::{Needs, Right};
use crate::error::Refusal;
use contract::{
    problem::Code,
    roles::Permission,
    scopes::ScopeSet,
    session::{ABSOLUTE_SECONDS, IDLE_SECONDS, STEP_UP_SECONDS},
    time::Timestamp,
};

/// What a role allows at this moment. Rights are computed at every call, so a change counts at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// In Latchkey.
    pub permissions: Vec<Permission>,
    /// In the API.
    pub scopes: ScopeSet,
}

impl Grant {
    /// Whether it allows all that `other` does: nobody hands out what they do not hold.
    pub fn covers(&self, other: &Self) -> bool {
        other
            .permissions
            .iter()
            .all(|p| self.permissions.contains(p))
            && other.scopes.iter().all(|scope| self.scopes.contains(scope))
    }

    /// What it allows that `other` does not.
    pub fn beyond(&self, other: &Self) -> Self {
        let mut permissions = self.permissions.clone();
        permissions.retain(|permission| !other.permissions.contains(permission));
        let scopes = self.scopes.iter();
        Self {
            permissions,
            scopes: scopes
                .filter(|scope| !other.scopes.contains(*scope))
                .collect(),
        }
    }

    /// Whether it allows nothing.
    pub fn is_empty(&self) -> bool {
        self.permissions.is_empty() && self.scopes.is_empty()
    }
}

/// Whether a session is still good: used within the idle time, and begun within the absolute one.
pub fn session_is_live(created_at: Timestamp, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now < last_seen_at.plus(IDLE_SECONDS) && now < created_at.plus(ABSOLUTE_SECONDS)
}

/// By how many seconds the clocks of two machines may differ.
const CLOCKS_APART: i64 = 60;

/// Until when guarded acts need no password, if at all. A confirmation that lies ahead, as after a clock was put back, is
/// none: it would last for too long.
pub fn step_up_until(stepped_up_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let until = stepped_up_at.plus(STEP_UP_SECONDS);
    (stepped_up_at <= now.plus(CLOCKS_APART) && now < until).then_some(until)
}

/// Refuses unless the password or second factor was given a short while ago.
pub fn must_be_confirmed(stepped_up_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    match step_up_until(stepped_up_at, now) {
        Some(_) => Ok(()),
        None => Err(Refusal::new(
            Code::StepUpRequired,
            "Enter your password again to do this.",
        )),
    }
}

/// Whether a person has the right `R` at `now`. Denies whatever is not allowed in so many words.
pub fn claim<R: Right>(
    grant: &Grant,
    stepped_up_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    session_may(R::NEEDS, grant)?;
    if R::STEP_UP {
        must_be_confirmed(stepped_up_at, now)?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::rights::{CreateTokens, ReadRoles, ReadStatistics, ReadTokens, ReadUsers};
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

    fn in_session<R: Right>(role: BuiltIn, stepped_up_at: Timestamp) -> Option<Code> {
        code(claim::<R>(&grant(role), stepped_up_at, NOW))
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
        assert_eq!(in_session::<ReadTokens>(BuiltIn::Member, limit), None);
    }

    #[test]
    fn a_confirmation_of_a_time_to_come_is_none() {
        assert!(step_up_until(NOW.plus(CLOCKS_APART), NOW).is_some());
        assert!(step_up_until(NOW.plus(CLOCKS_APART + 1), NOW).is_none());
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
}
