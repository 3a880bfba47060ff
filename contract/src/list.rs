//! One page of a list.

use serde::{Deserialize, Serialize};

/// Rows per page unless the caller says otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most rows a page can hold.
pub const MAX_LIMIT: u32 = 100;

/// One page of a list, and how to ask for the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List<T> {
    /// The rows, in the order that the route documents.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}
