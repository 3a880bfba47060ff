//! Invitations: how people come into a tenant that is there already.

use crate::{
    check::{Check, Checker, Invalid},
    ids::{InvitationId, RoleId},
    password,
    roles::{self, RoleRef},
    time::{DAY, Timestamp},
    users,
};
use serde::{Deserialize, Serialize};

/// Where invitations are; one by its id or by what its link holds below this path.
pub const INVITATIONS: &str = "/api/v1/invitations";
/// The page that the link opens.
pub const INVITATION_PAGE: &str = "/invitation";
/// How many seconds the link works.
pub const INVITATION_SECONDS: i64 = 7 * DAY;

/// An invitation that nobody has followed yet. What its link holds is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Where it was mailed.
    pub email: String,
    /// The role that the person will hold.
    pub role: RoleRef,
    /// Who invited, as they were named at that time.
    pub invited_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was mailed last.
    pub sent_at: Timestamp,
    /// Until when its link works.
    pub expires_at: Timestamp,
}

/// What a person fills in to invite somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct InviteUser {
    /// Their address.
    pub email: String,
    /// The role that they will hold.
    pub role_id: String,
}

/// An invitation that keeps every rule which can be told without looking anything up.
pub struct NewInvitation {
    /// Their address, in lower case.
    pub email: String,
    /// The role that they will hold.
    pub role: RoleId,
}

impl Check for InviteUser {
    type Checked = NewInvitation;

    fn check(self, _now: Timestamp) -> Result<NewInvitation, Invalid> {
        let mut checker = Checker::default();
        let email = checker.take("email", users::email(&self.email));
        let role = checker.take("role_id", roles::chosen(&self.role_id));
        match (email, role) {
            (Some(email), Some(role)) => Ok(NewInvitation { email, role }),
            _ => Err(checker.into_invalid()),
        }
    }
}

/// What somebody sees who follows the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// Their address, with which they will sign in.
    pub email: String,
    /// The company that they are invited to.
    pub tenant_name: String,
    /// The role that they will hold.
    pub role_name: String,
    /// Who invited them.
    pub invited_by: String,
    /// Until when they can accept.
    pub expires_at: Timestamp,
}

/// What a person fills in to accept.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AcceptInvitation {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their password.
    pub password: String,
}

/// Somebody who accepts, as far as can be told without looking anything up.
pub struct Newcomer {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their password, as typed.
    pub password: String,
}

impl Check for AcceptInvitation {
    type Checked = Newcomer;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.password = nfc(&self.password);
    }

    fn check(self, _now: Timestamp) -> Result<Newcomer, Invalid> {
        let mut checker = Checker::default();
        let first_name = checker.take("first_name", users::first_name(&self.first_name));
        let last_name = checker.take("last_name", users::last_name(&self.last_name));
        let own_words = [self.first_name.as_str(), &self.last_name];
        let password = checker.take(
            "password",
            password::check_new(&self.password, &own_words).map(|()| self.password.clone()),
        );
        match (first_name, last_name, password) {
            (Some(first_name), Some(last_name), Some(password)) => Ok(Newcomer {
                first_name,
                last_name,
                password,
            }),
            _ => Err(checker.into_invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn pointers<T: Check>(request: T) -> Vec<String> {
        match request.check(NOW) {
            Ok(_) => vec![],
            Err(Invalid(complaints)) => complaints.into_iter().map(|c| c.pointer).collect(),
        }
    }

    #[test]
    fn an_invitation_needs_an_address_and_a_role() {
        assert_eq!(pointers(InviteUser::default()), ["/email", "/role_id"]);
        let invite = InviteUser {
            email: " Grace@Northwind.example ".into(),
            role_id: "rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF".into(),
        };
        let new = invite.check(NOW).ok().unwrap();
        assert_eq!(new.email, "grace@northwind.example");
    }

    #[test]
    fn who_accepts_is_told_everything_at_once() {
        assert_eq!(
            pointers(AcceptInvitation::default()),
            ["/first_name", "/last_name", "/password"]
        );
    }
}
