//! What is known of how a token is used.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Calls with a token from one address, of which the last ten are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallsFrom {
    /// When the last one was.
    pub at: Timestamp,
    /// The address; empty where the edge told none.
    pub ip: String,
    /// Where that is.
    pub place: Option<String>,
    /// What the client calls itself.
    pub agent: Option<String>,
    /// How many there were.
    pub calls: u32,
    /// Method and route of the last one.
    pub call: String,
}

/// Calls with a token from one address that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusals {
    /// When the last one was.
    pub at: Timestamp,
    /// The code of the problem that was answered.
    pub reason: String,
    /// The scope that was missing.
    pub missing: Option<String>,
    /// The address; empty where the edge told none.
    pub ip: String,
    /// What the client calls itself.
    pub agent: Option<String>,
    /// How many there were.
    pub calls: u32,
    /// Method and route of the last one.
    pub call: String,
}

/// The secret that a token had before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldSecret {
    /// How it ends.
    pub last_four: String,
    /// When it was replaced.
    pub retired_at: Timestamp,
    /// Until when it is good.
    pub until: Timestamp,
    /// When it was last used, before or after it was replaced.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_used_ip: Option<String>,
    /// By what.
    pub last_used_agent: Option<String>,
}

impl OldSecret {
    /// Whether somebody has used it since it was replaced, as far as seconds can tell: in doubt they have.
    pub fn is_in_use(&self) -> bool {
        self.last_used_at.is_some_and(|at| at >= self.retired_at)
    }
}

/// Who uses a token, and who could not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    /// Since when uses are noted, without a gap.
    pub tracked_since: Timestamp,
    /// From where it was used, the last first.
    pub calls: Vec<CallsFrom>,
    /// What was refused, the last first.
    pub refusals: Vec<Refusals>,
    /// The secret before.
    pub old_secret: Option<OldSecret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_secret_is_in_use_if_somebody_used_it_after_it_was_replaced() {
        let at = Timestamp::from_seconds;
        let old = |last_used_at| OldSecret {
            last_four: "abcd".into(),
            retired_at: at(100),
            until: at(200),
            last_used_at,
            last_used_ip: None,
            last_used_agent: None,
        };
        assert!(!old(None).is_in_use());
        assert!(!old(Some(at(99))).is_in_use());
        // Within the same second nobody can tell which came first.
        assert!(old(Some(at(100))).is_in_use());
    }
}
