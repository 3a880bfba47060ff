//! What is typed about a policy.

use contract::{
    check::{Check, Invalid},
    policy::{DaysByKind, Policy},
    time::Timestamp,
    tokens::Kind,
};
use serde::{Serialize, Serializer};

/// The numbers of a policy as texts, by their names on the wire.
const NAMES: [&str; 12] = [
    "token_default_days/all",
    "token_default_days/custom",
    "token_default_days/hyperscale",
    "token_default_days/microsoft_scim",
    "token_default_days/one_touch_recovery",
    "token_max_days/all",
    "token_max_days/custom",
    "token_max_days/hyperscale",
    "token_max_days/microsoft_scim",
    "token_max_days/one_touch_recovery",
    "refresh_access_minutes",
    "max_live_tokens",
];

/// What is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    numbers: [String; NAMES.len()],
    /// What is ticked, and what has no field.
    pub policy: Policy,
}

impl Draft {
    /// A policy as it is.
    pub fn of(policy: &Policy) -> Self {
        let numbers = NAMES.map(|name| number(policy, name).to_string());
        Self {
            numbers,
            policy: policy.clone(),
        }
    }

    /// The text of the number `name`.
    pub fn text(&self, name: &str) -> &str {
        let found = NAMES
            .iter()
            .zip(&self.numbers)
            .find(|(known, _)| **known == name);
        found.map_or("", |(_, text)| text)
    }

    /// Takes what was typed for the number `name`.
    pub fn write(&mut self, name: &str, text: String) {
        let found = NAMES
            .iter()
            .zip(&mut self.numbers)
            .find(|(known, _)| **known == name);
        if let Some((_, kept)) = found {
            *kept = text;
        }
    }

    /// The policy that is meant. What is no number is none that a policy may have.
    pub fn meant(&self) -> Policy {
        let number = |name: &str| self.text(name).trim().parse().unwrap_or(0);
        let days = |of: &str| {
            let kind = |kind: Kind| number(&[of, "/", kind.as_str()].concat());
            DaysByKind {
                all: kind(Kind::All),
                custom: kind(Kind::Custom),
                hyperscale: kind(Kind::Hyperscale),
                microsoft_scim: kind(Kind::MicrosoftScim),
                one_touch_recovery: kind(Kind::OneTouchRecovery),
            }
        };
        Policy {
            token_max_days: days("token_max_days"),
            token_default_days: days("token_default_days"),
            refresh_access_minutes: number("refresh_access_minutes"),
            max_live_tokens: number("max_live_tokens"),
            ..self.policy.clone()
        }
    }
}

/// The number `name` of a policy.
fn number(policy: &Policy, name: &str) -> u32 {
    let of_kind = |kind: &str| Kind::parse(kind).unwrap_or_default();
    match name.split_once('/') {
        Some(("token_max_days", kind)) => policy.token_max_days.of(of_kind(kind)),
        Some((_, kind)) => policy.token_default_days.of(of_kind(kind)),
        None if name == "max_live_tokens" => policy.max_live_tokens,
        None => policy.refresh_access_minutes,
    }
}

/// Whether a change may touch tokens or people that are there already.
pub fn is_stricter(before: &Policy, after: &Policy) -> bool {
    let shorter = |kind: &Kind| after.token_max_days.of(*kind) < before.token_max_days.of(*kind);
    Kind::ALL.iter().any(shorter)
        || before.forever_allowed && !after.forever_allowed
        || after.mfa_required && !before.mfa_required
}

impl Check for Draft {
    type Checked = ();

    fn check(self, now: Timestamp) -> Result<(), Invalid> {
        self.meant().check(now).map(drop)
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.meant().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_reads_back_and_each_number_has_its_own_field() {
        let policy = Policy {
            inactivity_days: Some(90),
            ..Policy::default()
        };
        assert_eq!(Draft::of(&policy).meant(), policy);
        for name in NAMES {
            let mut draft = Draft::of(&policy);
            draft.write(name, " 8 ".into());
            assert_eq!(number(&draft.meant(), name), 8, "{name}");
            draft.write(name, "soon".into());
            let complaints = draft.check(Timestamp::from_seconds(0)).err();
            let pointers = complaints.map(|Invalid(all)| all).unwrap_or_default();
            let pointer = ["/", name].concat();
            assert!(pointers.iter().any(|c| c.pointer == pointer), "{name}");
        }
    }

    #[test]
    fn only_what_takes_away_can_touch_what_is_there() {
        let before = Policy::default();
        let with = |change: fn(&mut Policy)| {
            let mut after = before.clone();
            change(&mut after);
            is_stricter(&before, &after)
        };
        assert!(with(|policy| policy.token_max_days.one_touch_recovery = 7));
        assert!(with(|policy| policy.mfa_required = true));
        assert!(!with(|policy| policy.forever_allowed = true));
        assert!(!with(|policy| policy.token_default_days.all = 30));
        assert!(!with(|policy| policy.max_live_tokens = 1));
    }
}
