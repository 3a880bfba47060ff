//! Changing a password.

pub mod http;
mod store;
