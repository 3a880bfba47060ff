//! Passwords that somebody sets: how good they are, and how to get by without the one that was forgotten.

mod forgot;
mod reset;
mod strength;

pub use strength::NewPassword;

use crate::later::{Later, Missing, Render};
use leptos::{prelude::*, wasm_split::wasm_split};

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

#[wasm_split(strength, wasm_split_path = leptos::wasm_split, fallible)]
fn strength() -> Result<Render, Missing> {
    Ok(strength::meter)
}

/// How good a new password is, from its first character on. Its code is fetched then, for few come to a page to change it.
pub fn meter(password: NewPassword) -> AnyView {
    provide_context(password);
    let meter = Later::new(|| Box::pin(strength()), || ());
    let wanted = Memo::new(move |_| password.typed.with(|typed| !typed.is_empty()));
    let view = move || wanted.get().then(|| meter.view());
    view.into_any()
}
