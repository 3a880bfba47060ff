//! Access tokens.

pub mod http;
mod insight;
mod renew;
mod rotate;
mod rules;
mod store;

pub use store::{TokenRow, end_all};
