//! What app and Worker agree on: the types on the wire and every rule about them.
//!
//! Nothing here reads a clock, draws a random number or talks to anything: time and chance come in as values,
//! so that the same function runs in a form, in the Worker and in a test.

pub mod allowlist;
pub mod audit;
pub mod check;
pub mod credentials;
pub mod email;
pub mod ids;
pub mod invitations;
pub mod list;
mod marks;
pub mod mfa;
pub mod notifications;
#[cfg(feature = "openapi")]
mod openapi;
pub mod pages;
pub mod password;
pub mod phone;
pub mod photos;
pub mod policy;
pub mod problem;
pub mod roles;
pub mod scopes;
pub mod service_accounts;
pub mod session;
pub mod sign_up;
pub mod slack;
pub mod statistics;
pub mod time;
pub mod tokens;
pub mod usage;
pub mod users;

/// The root of the versioned API.
pub const API: &str = "/api/v1";
