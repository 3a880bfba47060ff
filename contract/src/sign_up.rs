//! Signing up: a new tenant and its first Administrator.

use crate::time::Timestamp;
use crate::{
    check::{Check, Checker, Invalid, some_text},
    password,
    users::{self, NAME_MAX},
};
use serde::{Deserialize, Serialize};

/// Where to sign up.
pub const SIGN_UP: &str = "/api/v1/sign-up";

/// What a person types to sign up.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SignUp {
    /// Name of the company.
    pub tenant_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// A sign-up that keeps every rule which can be told without looking anything up.
pub struct NewAccount {
    /// Name of the company.
    pub tenant_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address, in lower case.
    pub email: String,
    /// Their password, as typed.
    pub password: String,
}

impl Check for SignUp {
    type Checked = NewAccount;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.password = nfc(&self.password);
    }

    fn check(self, _now: Timestamp) -> Result<NewAccount, Invalid> {
        let mut checker = Checker::default();
        let tenant_name = checker.take(
            "tenant_name",
            some_text(
                &self.tenant_name,
                NAME_MAX,
                "Enter the name of your company.",
            ),
        );
        let first_name = checker.take("first_name", users::first_name(&self.first_name));
        let last_name = checker.take("last_name", users::last_name(&self.last_name));
        let email = checker.take("email", users::email(&self.email));
        let own_words = [
            self.tenant_name.as_str(),
            &self.first_name,
            &self.last_name,
            &self.email,
        ];
        let password = checker.take(
            "password",
            password::check_new(&self.password, &own_words).map(|()| self.password.clone()),
        );
        match (tenant_name, first_name, last_name, email, password) {
            (Some(tenant_name), Some(first_name), Some(last_name), Some(email), Some(password)) => {
                Ok(NewAccount {
                    tenant_name,
                    first_name,
                    last_name,
                    email,
                    password,
                })
            }
            _ => Err(checker.into_invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    #[test]
    fn an_empty_form_is_told_everything_at_once() {
        let Err(Invalid(complaints)) = SignUp::default().check(NOW) else {
            panic!("accepted")
        };
        let pointers: Vec<_> = complaints.iter().map(|c| c.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/tenant_name",
                "/first_name",
                "/last_name",
                "/email",
                "/password"
            ]
        );
    }

    #[test]
    fn the_password_stays_as_typed() {
        let sign_up = SignUp {
            tenant_name: "Northwind".into(),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            email: "Ada@Northwind.example".into(),
            password: " gondola trumpet ".into(),
        };
        let account = sign_up.check(NOW).ok().unwrap();
        assert_eq!(account.password, " gondola trumpet ");
        assert_eq!(account.email, "ada@northwind.example");
    }
}
