//! Changing one's address: the new one is confirmed from there, and the old one can take the change back.

pub mod http;
mod store;

pub use store::{forget_unconfirmed, is_taken, purge};
