//! Replacing the secrets of a token.

mod renew;
mod rotate;
mod store;

pub use renew::renew;
pub use rotate::{end_grace, rotate, rotate_self, undo};
