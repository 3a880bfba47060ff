//! How much the API of a tenant is called.

use serde::{Deserialize, Serialize};

/// Where usage is.
pub const USAGE: &str = "/api/v1/usage";
/// How many days the answer covers, today included.
pub const DAYS: i64 = 30;

/// Calls made with the tenant's access tokens, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// One day of [`Usage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayUsage {
    /// The UTC day, as `2026-11-22`.
    pub day: String,
    /// Calls on that day.
    pub calls: u64,
}
