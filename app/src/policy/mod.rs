//! The policy: what is asked of everybody in the company.

mod draft;
mod form;
mod page;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Policy`, as a chunk of its own.
#[wasm_split(policy, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The form in which it is changed, as a chunk of its own.
#[wasm_split(policy_form, wasm_split_path = leptos::wasm_split, fallible)]
fn form() -> Result<Render, Missing> {
    Ok(form::view)
}
