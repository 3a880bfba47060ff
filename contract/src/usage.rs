//! How much the API of a tenant is called.

use crate::time::{DAY, Timestamp};
use serde::{Deserialize, Serialize};

/// Where usage is.
pub const USAGE: &str = "/api/v1/usage";
/// How many days the answer covers, today included.
pub const DAYS: i64 = 30;

/// Calls made with the tenant's access tokens, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// First UTC day covered.
    pub from: String,
    /// Last UTC day covered: today.
    pub to: String,
    /// Calls on all of these days.
    pub calls: u64,
    /// Each day, the earliest first, days without a call included.
    pub days: Vec<DayUsage>,
}

impl Usage {
    /// The most days that can be told; older ones are forgotten.
    pub const MAX_DAYS: i64 = 365;

    /// The first of so many days up to `now`, today included.
    pub fn first_day(days: i64, now: Timestamp) -> String {
        now.plus((1 - days) * DAY).day()
    }

    /// The usage of so many days up to `now`, of which those without a call were not `counted`.
    pub fn of_days(days: i64, now: Timestamp, counted: &[DayUsage]) -> Self {
        let calls_on = |day: &str| {
            counted
                .iter()
                .find(|counted| counted.day == day)
                .map_or(0, |counted| counted.calls)
        };
        let days: Vec<_> = (1 - days..=0)
            .map(|offset| now.plus(offset * DAY).day())
            .map(|day| DayUsage {
                calls: calls_on(&day),
                day,
            })
            .collect();
        let named = |day: Option<&DayUsage>| day.map(|day| day.day.clone()).unwrap_or_default();
        Self {
            from: named(days.first()),
            to: named(days.last()),
            calls: days.iter().map(|day| day.calls).sum(),
            days,
        }
    }
}

/// Calls made with one token: day by day, and by what they were for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenUsage {
    /// All of them.
    #[serde(flatten)]
    pub all: Usage,
    /// The routes that were called most, the first of them most.
    pub routes: Vec<RouteUsage>,
}

/// Calls of one route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteUsage {
    /// Method and route, such as `GET /backups`; empty for calls that were not told apart.
    pub route: String,
    /// Calls on all of the days.
    pub calls: u64,
    /// The days with a call, the earliest first.
    pub days: Vec<DayUsage>,
}

/// One day of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayUsage {
    /// The UTC day, as `2026-11-22`.
    pub day: String,
    /// Calls on that day.
    pub calls: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_a_call_are_told_too() {
        let now = Timestamp::from_seconds(1_795_377_695);
        let counted = [DayUsage {
            day: "2026-11-21".into(),
            calls: 7,
        }];
        let usage = Usage::of_days(3, now, &counted);
        let days: Vec<_> = usage
            .days
            .iter()
            .map(|day| (day.day.as_str(), day.calls))
            .collect();
        assert_eq!(
            days,
            [("2026-11-20", 0), ("2026-11-21", 7), ("2026-11-22", 0)]
        );
        assert_eq!(
            (usage.from.as_str(), usage.to.as_str(), usage.calls),
            ("2026-11-20", "2026-11-22", 7)
        );
        assert_eq!(Usage::first_day(3, now), "2026-11-20");
    }
}
