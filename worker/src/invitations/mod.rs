//! Invitations into a tenant that is there already.

pub mod http;
mod store;

pub use store::purge;
