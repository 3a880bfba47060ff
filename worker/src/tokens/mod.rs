//! Access tokens.

mod calls;
pub mod http;
mod insight;
mod reach;
mod renew;
mod rotate;
mod rules;
mod store;

pub use http::ending;
pub use store::{TAKES_UNKNOWN, TokenRow, end_all, name_key, owner};
