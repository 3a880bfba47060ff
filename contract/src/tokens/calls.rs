//! The calls that were made with a token, one by one as far as they differ.

use crate::{ids::CallsId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// For how many days they are kept at most.
pub const CALLS_KEPT_DAYS: u16 = 7;

/// Calls with a token that were alike: within one minute, of one route, from one address, and with one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenCalls {
    /// Sorts by the first of them.
    pub id: CallsId,
    /// When the last one was.
    pub at: Timestamp,
    /// How many there were.
    pub calls: u32,
    /// Method and route, without what is particular in a path: `GET /backups`.
    pub route: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The code of the problem that refused them, or for which introspection called the token not active; `null` of calls
    /// that were let through.
    pub code: Option<String>,
    /// The address; empty where none was told, or where more than a hundred lines of one minute would be told apart.
    pub ip: String,
    /// What the client of the last one calls itself.
    pub agent: Option<String>,
    /// The id of the last one, as its answer had it in `X-Request-Id`.
    pub request_id: String,
}

/// How a call ended for whoever made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was let through.
    Allowed,
    /// It was answered with a problem.
    Refused,
}

impl Outcome {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Allowed, Self::Refused];

    /// Its name in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }

    /// The outcome that a query names.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_2_an_outcome_goes_by_its_name_and_no_other() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
        for other in ["", "Allowed", "all", "refused "] {
            assert_eq!(Outcome::parse(other), None, "{other:?}");
        }
    }
}
