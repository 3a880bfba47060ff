//! Replacing secrets: by rotation with a grace, and by renewal of a pair.

use super::Token;
use crate::{
    check::{Check, Checker, Invalid},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How many seconds the old secret goes on working unless its owner says otherwise.
pub const DEFAULT_GRACE: u32 = 24 * 3600;
/// How many seconds it may go on working.
pub const MAX_GRACE: u32 = 7 * 24 * 3600;

/// How a secret is to be replaced.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RotateToken {
    /// How many seconds the old one goes on working.
    pub grace_seconds: u32,
}

impl Default for RotateToken {
    fn default() -> Self {
        Self {
            grace_seconds: DEFAULT_GRACE,
        }
    }
}

impl Check for RotateToken {
    type Checked = u32;

    fn check(self, _now: Timestamp) -> Result<u32, Invalid> {
        grace(self.grace_seconds).map_err(|message| Invalid::one("grace_seconds", message))
    }
}

/// Checks how long an old secret goes on working.
pub fn grace(seconds: u32) -> Result<u32, String> {
    if seconds <= MAX_GRACE {
        Ok(seconds)
    } else {
        Err(format!("Use a number from 0 to {MAX_GRACE} seconds."))
    }
}

/// A pair that is to be renewed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RenewToken {
    /// The access token of the pair, over or not.
    pub access_token: String,
    /// The refresh token of the pair.
    pub refresh_token: String,
}

impl Check for RenewToken {
    type Checked = Self;

    fn check(self, _now: Timestamp) -> Result<Self, Invalid> {
        let mut checker = Checker::default();
        for (field, text) in [
            ("access_token", &self.access_token),
            ("refresh_token", &self.refresh_token),
        ] {
            let some = if text.is_empty() {
                Err("Send both tokens of the pair.")
            } else {
                Ok(())
            };
            checker.take(field, some);
        }
        if checker.is_content() {
            Ok(self)
        } else {
            Err(checker.into_invalid())
        }
    }
}

/// A pair that was renewed. Both secrets are told this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewedToken {
    /// The token.
    pub token: Token,
    /// Its new access token.
    pub access_token: String,
    /// What renews it next.
    pub refresh_token: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(0);

    #[test]
    fn d_3_the_grace_is_a_day_by_default_and_a_week_at_most() {
        let read = |json: &str| {
            serde_json::from_str::<RotateToken>(json)
                .unwrap()
                .check(NOW)
        };
        assert_eq!(read("{}"), Ok(86_400));
        assert_eq!(read(r#"{"grace_seconds":0}"#), Ok(0));
        assert_eq!(read(r#"{"grace_seconds":604800}"#), Ok(604_800));
        assert!(read(r#"{"grace_seconds":604801}"#).is_err());
    }

    #[test]
    fn both_of_a_pair_are_needed() {
        let Err(Invalid(complaints)) = RenewToken::default().check(NOW) else {
            panic!("accepted")
        };
        assert_eq!(complaints.len(), 2);
    }
}
