//! Signing in, staying signed in, signing out.

mod device;
pub mod http;
mod store;
mod tries;

pub use device::{in_words as device_in_words, known as known_device};
pub use http::{Arrival, devices, signed_out};
pub use store::{PasswordRow, Wanted, Which, end, find_password, insert, purge, replace};
