//! Roles of a tenant.

pub mod http;
mod store;

pub use store::{find, insert_built_in};
