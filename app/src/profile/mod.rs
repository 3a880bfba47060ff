//! Who one is: name, telephone, time zone and photo.

mod crop;
mod details;
mod meanwhile;
mod page;
mod phone;
mod photo;
mod time_zone;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// The page `Account profile`, as a chunk of its own.
#[wasm_split(profile, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The dialog to crop a photo, as a chunk of its own: it is opened once in a while.
#[wasm_split(crop, wasm_split_path = leptos::wasm_split, fallible)]
pub fn cropper() -> Result<Render, Missing> {
    Ok(crop::dialog)
}
