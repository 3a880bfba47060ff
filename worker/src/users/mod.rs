//! People of a tenant.

pub mod http;
mod store;

pub use store::UserRow;
