//! How much the API of a tenant is called, and by which token last.

pub mod http;
mod recorder;
mod store;

pub use recorder::record;
