//! Access tokens.

mod calls;
pub mod http;
mod insight;
mod reach;
mod rules;
mod secrets;
mod store;

pub use http::ending;
pub use insight::TAKES_UNKNOWN;
pub use store::{TokenRow, end_all, name_key, owner};
