//! How much the API is called, by whom and from where.

mod counts;
pub mod http;
mod notices;
mod recorder;
mod store;
mod uses;

pub use recorder::{Visit, Visited, WRITTEN_WITHIN_MS, answered, record, refused, visited};
pub use store::purge;
