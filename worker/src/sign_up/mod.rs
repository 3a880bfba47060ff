//! Signing up: a tenant, its roles, its first Administrator and their session, all or none.

pub mod http;
mod store;
