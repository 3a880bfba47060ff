//! What a tenant asks of everybody in it.

pub mod http;
mod store;
