//! How one signs in, where one is signed in, and what was done in one's name.

mod codes;
mod log;
mod mfa;
mod page;
mod password;
mod qr;
mod sessions;
mod set_up;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Account security`, as a chunk of its own.
#[wasm_split(security, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The dialogs around the second factor, as a chunk of their own: few people open them, and once.
#[wasm_split(second_factor, wasm_split_path = leptos::wasm_split, fallible)]
pub fn dialogs() -> Result<Render, Missing> {
    Ok(set_up::dialogs)
}
