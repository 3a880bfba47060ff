//! Signing in, staying signed in, signing out.

mod device;
pub mod http;
mod store;

pub use store::{PasswordRow, Which, end, find_password, insert, purge, replace};
