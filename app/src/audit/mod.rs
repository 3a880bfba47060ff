//! The audit log: what happened, narrowed in the URL, and as a file.

mod changes;
mod details;
mod fields;
mod filter;
mod page;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Audit log`, as a chunk of its own.
#[wasm_split(audit, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The fields that narrow it, as a chunk of its own.
#[wasm_split(audit_fields, wasm_split_path = leptos::wasm_split, fallible)]
fn fields() -> Result<Render, Missing> {
    Ok(fields::view)
}

/// The details of an event, as a chunk of its own.
#[wasm_split(audit_details, wasm_split_path = leptos::wasm_split, fallible)]
fn details() -> Result<Render, Missing> {
    Ok(details::view)
}
