//! Signing in, and who is signed in.

use crate::{
    check::{Check, Checker, Invalid},
    ids::SessionId,
    mfa,
    roles::Permission,
    scopes::ScopeSet,
    time::Timestamp,
    users::{self, User},
};
use serde::{Deserialize, Serialize};

/// Sign in (POST), who am I (GET), sign out (DELETE).
pub const SESSION: &str = "/api/v1/session";
/// The signed-in person's sessions; one by id below this path.
pub const MY_SESSIONS: &str = "/api/v1/users/me/sessions";
/// Confirm that it is still you.
pub const STEP_UP: &str = "/api/v1/session/step-up";

/// The header by which a page says for whom it was opened: the id of a person.
pub const SESSION_USER: &str = "latchkey-user";
/// A session unused for this many seconds is over.
pub const IDLE_SECONDS: i64 = 14 * 24 * 3600;
/// A session is over this many seconds after sign-in, used or not.
pub const ABSOLUTE_SECONDS: i64 = 30 * 24 * 3600;
/// How many seconds there are for the second factor once the password was right.
pub const MFA_SECONDS: i64 = 10 * 60;
/// How many seconds a confirmation with password or second factor lasts; each guarded act extends it.
pub const STEP_UP_SECONDS: i64 = 15 * 60;

/// What a person types to sign in.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// A sign-in worth looking up.
pub struct Credentials {
    /// Their address, in lower case.
    pub email: String,
    /// Their password, as typed.
    pub password: String,
}

impl Check for SignIn {
    type Checked = Credentials;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.password = nfc(&self.password);
    }

    /// Asks only for an address and some password: a rule about old passwords would tell who has one.
    fn check(self, _now: Timestamp) -> Result<Credentials, Invalid> {
        let mut checker = Checker::default();
        let email = checker.take("email", users::email(&self.email));
        let password = checker.take(
            "password",
            some_password(&self.password).map(|()| self.password),
        );
        match (email, password) {
            (Some(email), Some(password)) => Ok(Credentials { email, password }),
            _ => Err(checker.into_invalid()),
        }
    }
}

/// What a person types to confirm that it is still them: one of the two.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct StepUp {
    /// Their password.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub password: String,
    /// Their second factor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
}

/// What may prove that it is still the same person.
pub enum Proof {
    /// Their password.
    Password(String),
    /// Their second factor.
    Code(mfa::Code),
}

impl Check for StepUp {
    type Checked = Proof;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.password = nfc(&self.password);
    }

    fn check(self, now: Timestamp) -> Result<Proof, Invalid> {
        if self.password.is_empty() && !self.code.is_empty() {
            let code = mfa::SecondFactorCode { code: self.code };
            return code.check(now).map(Proof::Code);
        }
        let mut checker = Checker::default();
        checker
            .take(
                "password",
                some_password(&self.password).map(|()| Proof::Password(self.password)),
            )
            .ok_or_else(|| checker.into_invalid())
    }
}

/// Refuses what cannot be anybody's password: longer than any that can be set is wrong anyway, and costs no hashing.
pub(crate) fn some_password(password: &str) -> Result<(), &'static str> {
    match password.chars().count() {
        1..=crate::password::MAX => Ok(()),
        _ => Err("Enter a valid password"),
    }
}

/// How a sign-in went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum SignInAnswer {
    /// The person is signed in; the cookie came along.
    SignedIn {
        /// Who they are.
        user: Box<User>,
        /// How many recovery codes they have left, if they gave a second factor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery_codes_left: Option<u32>,
    },
    /// The password was right; the second factor is still missing, and where there is none yet it must be set up.
    MfaRequired,
}

/// Who is signed in and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Who.
    pub user: User,
    /// Name of their company.
    pub tenant_name: String,
    /// What their role allows in Latchkey.
    pub permissions: Vec<Permission>,
    /// What their role allows in the API.
    pub scopes: ScopeSet,
    /// Until when guarded acts need no password.
    pub step_up_until: Option<Timestamp>,
    /// The address from which it is asked.
    pub client_ip: Option<String>,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// The session's id.
    pub id: SessionId,
    /// Browser and system in words.
    pub device: String,
    /// The address it signed in from.
    pub ip: Option<String>,
    /// Where that is, as far as the edge knows.
    pub place: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to within five minutes.
    pub last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    #[test]
    fn signing_in_asks_for_both_and_for_no_more() {
        let Err(Invalid(complaints)) = SignIn::default().check(NOW) else {
            panic!("accepted")
        };
        let messages: Vec<_> = complaints.iter().map(|c| c.message.as_str()).collect();
        assert_eq!(messages, ["Enter a valid email", "Enter a valid password"]);
        assert!(
            SignIn {
                email: "ada@example.com".into(),
                password: "x".into()
            }
            .check(NOW)
            .is_ok()
        );
    }
}
