//! Roles of a tenant.

pub mod http;
mod store;

pub use store::insert_built_in;
