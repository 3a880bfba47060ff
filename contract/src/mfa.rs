//! The second factor: codes of an authenticator app (RFC 6238) and recovery codes.

use crate::{
    check::{Check, Invalid},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Whether there is a second factor (GET), begin to set one up or to replace its app (POST), switch it off (DELETE).
pub const TOTP: &str = "/api/v1/users/me/totp";
/// Switch the second factor on by showing that it works, or replace its app by another that does.
pub const TOTP_CONFIRM: &str = "/api/v1/users/me/totp/confirm";
/// Replace the recovery codes.
pub const RECOVERY_CODES: &str = "/api/v1/users/me/recovery-codes";
/// Give the second factor after the password.
pub const SESSION_MFA: &str = "/api/v1/session/mfa";

/// How many recovery codes are made at once.
pub const RECOVERY_CODE_COUNT: usize = 10;
/// From how many left on a person is told to make new ones.
pub const FEW_RECOVERY_CODES: u32 = 3;
/// Characters of a recovery code: 80 bits in Crockford's base32.
const RECOVERY_CODE_LENGTH: usize = 16;

/// How things stand with somebody's second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactor {
    /// Whether signing in asks for it.
    pub enabled: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: u32,
}

/// What an authenticator app needs to know, which is told this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    /// The seed in base32 (RFC 4648), to type.
    pub secret: String,
    /// The same as an `otpauth:` link, to scan or to open.
    pub uri: String,
}

/// New recovery codes, which are told this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten codes of four groups.
    pub recovery_codes: Vec<String>,
}

/// What a person types as their second factor.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactorCode {
    /// Six digits of the app, or a recovery code.
    pub code: String,
}

/// A second factor that may be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// Of the authenticator app.
    Totp(u32),
    /// A recovery code in its one form: sixteen characters without hyphens.
    Recovery(String),
}

impl Check for SecondFactorCode {
    type Checked = Code;

    fn check(self, _now: Timestamp) -> Result<Code, Invalid> {
        read(&self.code).ok_or_else(|| {
            Invalid::one(
                "code",
                "Enter the six digits of your app, or one of your recovery codes.",
            )
        })
    }
}

/// Reads a code as people type it: blanks and hyphens anywhere, letters in any case, and the letters that Crockford's
/// base32 leaves out as the digits they look like.
pub fn read(text: &str) -> Option<Code> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    if plain.len() == 6 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.parse().ok().map(Code::Totp);
    }
    let sound = plain.len() == RECOVERY_CODE_LENGTH
        && plain
            .bytes()
            .all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && b != b'U'));
    sound.then_some(Code::Recovery(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_typed() {
        assert_eq!(read(" 012 345 "), Some(Code::Totp(12_345)));
        let code = Some(Code::Recovery("0123456789ABCDE1".into()));
        for typed in [
            "0123-4567-89AB-CDE1",
            "ol23 4567 89ab cdei",
            "0123456789abcdel",
        ] {
            assert_eq!(read(typed), code, "{typed}");
        }
    }

    #[test]
    fn what_can_be_no_code_is_refused_before_it_is_tried() {
        for typed in [
            "",
            "12345",
            "1234567",
            "0123-4567-89AB-CDEU",
            "0123-4567-89AB-CDE",
            "０１２３４５",
            "12345é",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
