//! One's address: changing it, and the links that are mailed about that.

mod change;
mod confirm;

use crate::later::{Missing, Render};
use leptos::{prelude::RwSignal, wasm_split::wasm_split};

/// What few people see, and seldom.
pub struct Parts {
    /// The dialog to change one's address.
    pub change: Render,
    /// The page that a mailed link opens.
    pub confirm: Render,
}

/// What few people see, and seldom, as a chunk of its own.
#[wasm_split(emails, wasm_split_path = leptos::wasm_split, fallible)]
pub fn parts() -> Result<Parts, Missing> {
    Ok(Parts {
        change: change::dialog,
        confirm: confirm::page,
    })
}

/// Whether the dialog to change one's address is open; provided by the page on which it opens.
#[derive(Clone, Copy)]
pub struct Changing(pub RwSignal<bool>);
