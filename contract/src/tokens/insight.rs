//! What is known of how a token is used.

use crate::{
    scopes::{Scope, ScopeSet},
    time::{DAY, Timestamp},
};
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

/// Calls with a token from one address that were refused for one reason, or for want of one scope.
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

/// The reason of a call that an IP allowlist would refuse which is observed only.
pub const OBSERVED: &str = "ip_observed";

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
    /// When the one that replaced it was last used while both work.
    pub new_used_at: Option<Timestamp>,
    /// From which address.
    pub new_used_ip: Option<String>,
    /// By what.
    pub new_used_agent: Option<String>,
}

impl OldSecret {
    /// Whether somebody has used it since it was replaced, as far as seconds can tell: in doubt they have.
    pub fn is_in_use(&self) -> bool {
        self.last_used_at.is_some_and(|at| at >= self.retired_at)
    }
}

/// A token that is renewed by a refresh token, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pair {
    /// Until when its secret works.
    pub access_until: Timestamp,
    /// Until when the refresh token can still bring a new one.
    pub renewable_until: Timestamp,
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
    /// What was let in although the IP allowlist leaves its address out, since that is observed only; the last first.
    pub would_refuse: Vec<Refusals>,
    /// How it stands with the refresh token, if it has one.
    pub pair: Option<Pair>,
    /// The secret before.
    pub old_secret: Option<OldSecret>,
    /// Whether the rotation can be undone: the secret before works, and nobody has used the new one yet.
    pub can_undo_rotation: bool,
    /// The scopes of a Custom token that no call took in the last 30 days; `null` where that cannot be said.
    pub unused_scopes: Option<Vec<Scope>>,
    /// What was taken away from the scopes of a Custom token, until they or its kind are changed again.
    pub removed_scopes: Option<RemovedScopes>,
}

/// Scopes that a Custom token had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemovedScopes {
    /// Which.
    pub scopes: Vec<Scope>,
    /// When they were taken away.
    pub at: Timestamp,
}

/// A scope is unused if no call took it for so many days, the present one included.
pub const UNUSED_DAYS: i64 = 30;

/// Which of the scopes of a token `taken` does not show to be in use. Nothing can be said of scopes that it has had for a
/// shorter time, nor if a call is among `taken` of which nobody knows what it was for.
pub fn unused_scopes(
    scopes: ScopeSet,
    since: Timestamp,
    taken: &[Option<ScopeSet>],
    now: Timestamp,
) -> Option<Vec<Scope>> {
    if since > now.plus(-UNUSED_DAYS * DAY) {
        return None;
    }
    let used: ScopeSet = taken
        .iter()
        .copied()
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .flat_map(ScopeSet::iter)
        .collect();
    Some(
        scopes
            .iter()
            .filter(|scope| !used.contains(*scope))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_4_scopes_are_unused_if_no_call_took_them_and_writing_reads() {
        let set = |text| ScopeSet::parse(text).unwrap();
        let now = Timestamp::from_seconds(1_795_377_695);
        let since = now.plus(-UNUSED_DAYS * DAY);
        let scopes = set("backups:write jobs:write users:read");
        let unused = |since, taken: &[Option<ScopeSet>]| {
            let unused = unused_scopes(scopes, since, taken, now)?;
            Some(unused.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let taken = [
            Some(set("backups:write")),
            Some(set("")),
            Some(set("jobs:read")),
        ];
        assert_eq!(
            unused(since, &taken),
            Some(vec!["users:read".into(), "jobs:write".into()])
        );
        assert_eq!(unused(since, &[Some(ScopeSet::ALL)]), Some(vec![]));
        // Too short a time, and a call that nobody said the purpose of.
        assert_eq!(unused(since.plus(1), &taken), None);
        assert_eq!(unused(since, &[Some(ScopeSet::ALL), None]), None);
    }

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
            new_used_at: None,
            new_used_ip: None,
            new_used_agent: None,
        };
        assert!(!old(None).is_in_use());
        assert!(!old(Some(at(99))).is_in_use());
        // Within the same second nobody can tell which came first.
        assert!(old(Some(at(100))).is_in_use());
    }
}
