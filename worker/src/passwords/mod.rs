//! Changing a password, and setting a new one by a link that is mailed.

pub mod http;
mod reset;
mod store;

pub use reset::RESET_REQUESTED;
pub use store::{forget_resets, purge, restart};
