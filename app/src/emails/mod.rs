//! One's address: changing it, and the links that are mailed about that.

mod confirm;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page that such a link opens, as a chunk of its own.
#[wasm_split(confirm_email, wasm_split_path = leptos::wasm_split, fallible)]
pub fn confirm() -> Result<Render, Missing> {
    Ok(confirm::page)
}
