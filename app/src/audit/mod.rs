//! The audit log: what happened, narrowed in the URL, and as a file.

mod changes;
mod filter;
mod page;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Audit log`, as a chunk of its own.
#[wasm_split(audit, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}
