//! What one is told about and where, one's Slack workspace, and what became of each message.

mod choice;
mod deliveries;
mod events;
mod page;
mod slack;
mod workspace;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Notifications`, as a chunk of its own.
#[wasm_split(notifications, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The table of single events, as a chunk of its own.
#[wasm_split(events, wasm_split_path = leptos::wasm_split, fallible)]
fn events() -> Result<Render, Missing> {
    Ok(events::table)
}

/// What is shown of a Slack workspace, as a chunk of its own.
#[wasm_split(slack_workspace, wasm_split_path = leptos::wasm_split, fallible)]
fn workspace() -> Result<Render, Missing> {
    Ok(workspace::view)
}
