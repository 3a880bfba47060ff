//! One's address: changing it, and the links that are mailed about that.

mod change;
mod confirm;
mod pending;

use crate::{
    api::Api,
    later::{Missing, Render},
};
use contract::email::MY_EMAIL;
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};
use serde::{Deserialize, de::IgnoredAny};

/// What few people see, and seldom.
pub struct Parts {
    /// The dialog to change one's address.
    pub change: Render,
    /// What tells of a change that waits.
    pub pending: Render,
    /// The page that a mailed link opens.
    pub confirm: Render,
}

/// What few people see, and seldom, as a chunk of its own.
#[wasm_split(emails, wasm_split_path = leptos::wasm_split, fallible)]
pub fn parts() -> Result<Parts, Missing> {
    Ok(Parts {
        change: change::dialog,
        pending: pending::line,
        confirm: confirm::page,
    })
}

/// How the change of one's address stands; provided by the page that tells of it.
#[derive(Clone, Copy)]
pub struct Changing {
    /// Makes the calls.
    pub api: Api,
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    /// Whether a change waits for its link to be followed.
    pub waits: RwSignal<bool>,
}

/// Whether a change waits, whatever it is.
#[derive(Deserialize)]
struct Waits {
    pending: Option<IgnoredAny>,
}

impl Changing {
    /// Not open, and nothing known.
    pub fn new(api: Api) -> Self {
        Self {
            api,
            open: RwSignal::new(false),
            waits: RwSignal::new(false),
        }
    }

    /// Asks whether a change waits. Where that cannot be known nothing is told.
    pub fn load(self) {
        // Another may take the place of the one that is told.
        self.waits.set(false);
        spawn_local(async move {
            let answer = self.api.get::<Waits>(MY_EMAIL).await;
            let waits = answer.is_ok_and(|answer| answer.pending.is_some());
            self.waits.try_set(waits);
        });
    }
}
