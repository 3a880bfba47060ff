//! What people are told about and where, and what became of it.

pub mod http;
mod store;

pub use http::find;
