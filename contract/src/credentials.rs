//! Secrets that were found where they should not be.

use crate::{
    check::{Check, Invalid},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where they are reported.
pub const REVOKE_CREDENTIALS: &str = "/api/v1/credentials/revoke";
/// How many one report may name.
pub const MAX_REPORTED: usize = 1_000;

/// Secrets whose credentials shall end.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RevokeCredentials {
    /// Secrets of any kind. What is none of ours is passed over.
    pub credentials: Vec<String>,
}

impl Check for RevokeCredentials {
    type Checked = Vec<String>;

    fn check(mut self, _now: Timestamp) -> Result<Vec<String>, Invalid> {
        let count = self.credentials.len();
        if count == 0 || count > MAX_REPORTED {
            let message = format!("Send 1 to {MAX_REPORTED} secrets.");
            return Err(Invalid::one("credentials", message));
        }
        self.credentials.sort_unstable();
        self.credentials.dedup();
        Ok(self.credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_some_secrets_each_once() {
        let check = |credentials: Vec<String>| {
            let checked = RevokeCredentials { credentials }.check(Timestamp::from_seconds(0));
            checked.map(|secrets| secrets.len()).ok()
        };
        assert_eq!(check(vec![]), None);
        assert_eq!(check(vec!["a".into(), "b".into(), "a".into()]), Some(2));
        assert_eq!(check(vec!["a".into(); MAX_REPORTED]), Some(1));
        assert_eq!(check(vec!["a".into(); MAX_REPORTED + 1]), None);
    }
}
