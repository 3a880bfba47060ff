//! The second factor: an authenticator app and its recovery codes.

pub mod card;
mod codes;
mod dialogs;
mod enrolment;
mod key;
mod qr;

use crate::later::{Missing, Render};
use leptos::wasm_split::wasm_split;

/// What few people see, and once.
pub struct Parts {
    /// The dialogs of the account settings.
    pub dialogs: Render,
    /// What stands in the way of signing in where there must be a second factor and is none.
    pub enrolment: Render,
}

/// What few people see, and once, as a chunk of its own.
#[wasm_split(second_factor, wasm_split_path = leptos::wasm_split, fallible)]
pub fn parts() -> Result<Parts, Missing> {
    Ok(Parts {
        dialogs: dialogs::dialogs,
        enrolment: enrolment::page,
    })
}
