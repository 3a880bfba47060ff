//! Service accounts: machines with a name of their own.

pub mod http;
mod store;

pub use http::{find, may_act_through};
pub use store::revoke_secret;
