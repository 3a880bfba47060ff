//! What a tenant asks of everybody in it.

use crate::{
    check::{Check, Checker, Invalid},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Read it (GET), replace it (PUT).
pub const POLICY: &str = "/api/v1/policy";
/// What another policy would touch.
pub const PREVIEW: &str = "/api/v1/policy/preview";

/// What a policy would touch if it held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// Tokens that live longer than it allows. They keep their end until they are edited.
    pub tokens: u32,
    /// Active people without a second factor, if it asks for one. They set one up when they sign in next.
    pub people: u32,
}

/// A number of days for each kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DaysByKind {
    /// Everything that the owner may do.
    pub all: u32,
    /// Chosen scopes.
    pub custom: u32,
    /// Hyperscale.
    pub hyperscale: u32,
    /// Microsoft SCIM.
    pub microsoft_scim: u32,
    /// 1-Touch recovery.
    pub one_touch_recovery: u32,
}

impl DaysByKind {
    /// The kinds whose number is smaller than in `before`, with it.
    pub fn shorter_than(&self, before: &Self) -> Vec<(&'static str, u32)> {
        let pairs = self.each().into_iter().zip(before.each());
        pairs
            .filter(|((_, days), (_, before))| days < before)
            .map(|(now, _)| now)
            .collect()
    }

    /// The number of each kind.
    pub fn each(&self) -> [(&'static str, u32); 5] {
        [
            ("all", self.all),
            ("custom", self.custom),
            ("hyperscale", self.hyperscale),
            ("microsoft_scim", self.microsoft_scim),
            ("one_touch_recovery", self.one_touch_recovery),
        ]
    }
}

/// The policy of a tenant. What is answered can be sent back as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The longest life that a token may be given, in days.
    pub token_max_days: DaysByKind,
    /// The life that a token gets unless its maker says otherwise, in days.
    pub token_default_days: DaysByKind,
    /// Whether tokens with `renewable_until` may live for ever.
    pub forever_allowed: bool,
    /// Whether everybody needs a second factor to sign in.
    pub mfa_required: bool,
    /// How many minutes the access token of a pair lives.
    pub refresh_access_minutes: u32,
    /// After how many days without use a token ends; `null` for never, which is all that there is.
    pub inactivity_days: Option<u32>,
    /// How many tokens that are not revoked a person may have.
    pub max_live_tokens: u32,
}

impl Policy {
    /// No policy may let a token with an end live longer than this, by kind.
    const CEILING: DaysByKind = DaysByKind {
        all: 365,
        custom: 365,
        hyperscale: 365,
        microsoft_scim: 365,
        one_touch_recovery: 14,
    };
}

impl Default for Policy {
    /// What holds for a tenant that never chose.
    fn default() -> Self {
        Self {
            token_max_days: Self::CEILING,
            token_default_days: DaysByKind {
                all: 90,
                custom: 90,
                hyperscale: 90,
                microsoft_scim: 30,
                one_touch_recovery: 7,
            },
            forever_allowed: false,
            mfa_required: false,
            refresh_access_minutes: 30,
            inactivity_days: None,
            max_live_tokens: 50,
        }
    }
}

impl Check for Policy {
    type Checked = Self;

    fn check(self, _now: Timestamp) -> Result<Self, Invalid> {
        let mut checker = Checker::default();
        let days = [
            self.token_max_days.each(),
            self.token_default_days.each(),
            Self::CEILING.each(),
        ];
        let [max, default, ceiling] = days;
        for (((kind, max), (_, default)), (_, ceiling)) in max.into_iter().zip(default).zip(ceiling)
        {
            checker.take(
                &format!("token_max_days/{kind}"),
                within(max, 1, ceiling, "days"),
            );
            checker.take(
                &format!("token_default_days/{kind}"),
                if default > max {
                    Err("The default cannot be longer than the longest life.".to_owned())
                } else {
                    within(default, 1, ceiling, "days")
                },
            );
        }
        checker.take(
            "refresh_access_minutes",
            within(self.refresh_access_minutes, 30, 24 * 60, "minutes"),
        );
        if self.inactivity_days.is_some() {
            // A promise that nothing keeps would be worse than none.
            checker.take(
                "inactivity_days",
                Err::<(), _>("No token ends for want of use here. Leave this out, or send null."),
            );
        }
        checker.take(
            "max_live_tokens",
            within(self.max_live_tokens, 1, 1000, "tokens"),
        );
        if checker.is_content() {
            Ok(self)
        } else {
            Err(checker.into_invalid())
        }
    }
}

fn within(value: u32, least: u32, most: u32, unit: &str) -> Result<(), String> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(format!("Use a number from {least} to {most} {unit}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn pointers(policy: Policy) -> Vec<String> {
        match policy.check(NOW) {
            Ok(_) => vec![],
            Err(Invalid(complaints)) => complaints.into_iter().map(|c| c.pointer).collect(),
        }
    }

    #[test]
    fn the_default_keeps_its_own_rules_and_reads_back() {
        let policy = Policy::default();
        assert_eq!(pointers(policy.clone()), Vec::<String>::new());
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }

    #[test]
    fn every_number_out_of_range_is_named() {
        let mut policy = Policy::default();
        policy.token_max_days.custom = 30;
        policy.token_max_days.one_touch_recovery = 15;
        policy.token_default_days.all = 0;
        policy.refresh_access_minutes = 29;
        policy.inactivity_days = Some(29);
        policy.max_live_tokens = 0;
        assert_eq!(
            pointers(policy),
            [
                "/token_default_days/all",
                "/token_default_days/custom",
                "/token_max_days/one_touch_recovery",
                "/refresh_access_minutes",
                "/inactivity_days",
                "/max_live_tokens"
            ]
        );
    }
}
