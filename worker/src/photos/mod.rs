//! Photos of people: checked, rid of all that is not picture, kept in R2, shown to their tenant.

mod bucket;
mod bytes;
pub mod http;
mod jpeg;
mod png;
mod rules;
mod store;
mod webp;

pub use bucket::{kept, read};
