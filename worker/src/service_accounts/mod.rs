//! Service accounts: machines with a name of their own.

pub mod http;
mod store;

pub use http::find;
pub use store::revoke_secret;
