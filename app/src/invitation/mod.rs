//! The page that the link of an invitation opens.

mod page;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page, as a chunk of its own: most people see it once.
#[wasm_split(invitation, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}
