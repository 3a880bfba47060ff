//! People of a tenant.

pub mod http;
mod reach;
mod store;

pub use http::may_look_after;
pub use reach::{Person, reach};
pub use store::{UserRow, find};
