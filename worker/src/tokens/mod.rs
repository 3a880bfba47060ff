//! Access tokens.

pub mod http;
mod rules;
mod store;

pub use store::{TokenRow, end_all};
