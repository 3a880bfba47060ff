//! The calls that were made with a token, one by one as far as they differ.

mod http;
mod store;

pub use http::list;
