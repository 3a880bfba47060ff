//! How one signs in, where one is signed in, and what was done in one's name.

pub mod end_others;
mod log;
mod page;
mod password;
mod sessions;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Account security`, as a chunk of its own.
#[wasm_split(security, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The question before all other sessions are ended, as a chunk of its own.
#[wasm_split(end_others, wasm_split_path = leptos::wasm_split, fallible)]
pub fn end_others() -> Result<Render, Missing> {
    Ok(end_others::dialog)
}
