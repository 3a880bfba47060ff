//! How long tokens live: what is wished for, and what the policy allows.

use super::Kind;
use crate::{
    policy::{DaysByKind, Policy},
    time::{DAY, Timestamp},
};
use serde::{Deserialize, Deserializer};

/// A wish for the end of a token: the outer `None` is none at all, the inner one is never.
pub type Wish = Option<Option<Timestamp>>;

/// Tells a member that is `null` from one that is left out.
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things on the wire"
)]
pub(crate) fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Reads a value that may be left out, but is no value at all as `null`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a list that may be left out, and that `null` clears.
pub(crate) fn list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    Option::deserialize(deserializer).map(|list: Option<_>| Some(list.unwrap_or_default()))
}

impl DaysByKind {
    /// The days of one kind.
    pub fn of(&self, kind: Kind) -> u32 {
        match kind {
            Kind::All => self.all,
            Kind::Custom => self.custom,
            Kind::Hyperscale => self.hyperscale,
            Kind::MicrosoftScim => self.microsoft_scim,
            Kind::OneTouchRecovery => self.one_touch_recovery,
        }
    }
}

impl Policy {
    /// What no tenant's policy can go beyond, by which a form and a request are checked before the tenant's is known.
    pub fn widest() -> Self {
        Self {
            forever_allowed: true,
            ..Self::default()
        }
    }

    /// The end of the life of a token of `kind` made or edited at `now`; `None` is never.
    pub fn end_of_life(
        &self,
        kind: Kind,
        wish: Wish,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, String> {
        let days = |days: u32| now.plus(i64::from(days) * DAY);
        let max = self.token_max_days.of(kind);
        match wish {
            None => Ok(Some(days(self.token_default_days.of(kind)))),
            Some(None) if kind.is_renewable() && self.forever_allowed => Ok(None),
            Some(None) => Err("Choose an end: no token of this kind may live for ever.".into()),
            Some(Some(end)) if end <= now => Err("Choose a time in the future.".into()),
            Some(Some(end)) if end > days(max) => Err(format!("Choose a time within {max} days.")),
            Some(end) => Ok(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    #[test]
    fn each_kind_has_its_default_and_its_longest_life() {
        let policy = Policy::default();
        for (kind, default, max) in [
            (Kind::All, 90, 365),
            (Kind::Custom, 90, 365),
            (Kind::Hyperscale, 90, 365),
            (Kind::MicrosoftScim, 30, 365),
            (Kind::OneTouchRecovery, 7, 14),
        ] {
            let end = |wish| policy.end_of_life(kind, wish, NOW);
            assert_eq!(end(None), Ok(Some(NOW.plus(default * DAY))));
            let longest = NOW.plus(max * DAY);
            assert_eq!(end(Some(Some(longest))), Ok(Some(longest)));
            assert!(end(Some(Some(longest.plus(1)))).is_err());
            assert!(end(Some(Some(NOW))).is_err() && end(Some(Some(NOW.plus(1)))).is_ok());
        }
    }

    #[test]
    fn for_ever_needs_a_policy_that_allows_it_and_a_kind_that_can() {
        let never = Some(None);
        for kind in Kind::ALL {
            assert!(Policy::default().end_of_life(kind, never, NOW).is_err());
            let allowed = Policy::widest().end_of_life(kind, never, NOW);
            assert_eq!(allowed.is_ok(), kind.is_renewable());
        }
    }
}
