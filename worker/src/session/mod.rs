//! Signing in, staying signed in, signing out.

pub mod http;
mod store;

pub use store::{insert, purge, replace};
