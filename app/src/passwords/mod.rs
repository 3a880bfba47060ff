//! Passwords that somebody sets: how good they are, and how to get by without the one that was forgotten.

mod forgot;
mod reset;
pub mod strength;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The pages for those who forgot their password.
pub struct Pages {
    /// The page to ask for a link.
    pub forgot: Render,
    /// The page that the link opens.
    pub reset: Render,
}

/// The pages for those who forgot their password, as one chunk.
#[wasm_split(passwords, wasm_split_path = leptos::wasm_split, fallible)]
pub fn pages() -> Result<Pages, Missing> {
    Ok(Pages {
        forgot: forgot::page,
        reset: reset::page,
    })
}
