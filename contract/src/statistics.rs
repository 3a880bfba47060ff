//! How many of what a tenant has.

use serde::{Deserialize, Serialize};

/// Where statistics are.
pub const STATISTICS: &str = "/api/v1/statistics";

/// Counts by state, as of the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// People.
    pub users: UserCounts,
    /// Roles, built-in ones included.
    pub roles: u32,
    /// Access tokens of everybody in the tenant.
    pub tokens: TokenCounts,
}

/// People by state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserCounts {
    /// May sign in.
    pub active: u32,
    /// May not.
    pub inactive: u32,
}

/// Tokens by state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenCounts {
    /// Good.
    pub active: u32,
    /// Switched off, and not past their end.
    pub disabled: u32,
    /// Past their end.
    pub expired: u32,
    /// Ended for good.
    pub revoked: u32,
}
