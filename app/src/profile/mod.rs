//! Who one is: name, telephone, time zone and photo.

mod crop;
mod desk;
mod details;
mod extras;
mod meanwhile;
mod page;
mod phone;
mod photo;
mod picture;
mod remove;
mod time_zone;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Account profile`, as a chunk of its own.
#[wasm_split(profile, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// What is needed once somebody changes something, as a chunk of its own.
#[wasm_split(profile_extras, wasm_split_path = leptos::wasm_split, fallible)]
pub fn extras() -> Result<Render, Missing> {
    Ok(extras::extras)
}
