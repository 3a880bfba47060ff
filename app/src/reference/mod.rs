//! The API reference: the `OpenAPI` document of this deployment, to read and to search.

mod document;
mod fragment;
mod operation;
mod page;
mod search;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `API reference`, as a chunk of its own.
#[wasm_split(reference, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}
