//! How many of what a tenant has.

pub mod http;
mod store;
