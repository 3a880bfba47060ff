//! What became of a token: its uses, its refusals, and which of its scopes nobody needs.

mod http;
mod store;

pub use http::{activity, usage};
pub use store::TAKES_UNKNOWN;
