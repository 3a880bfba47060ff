//! One's address: changing it, and the links that are mailed about that.

mod change;
mod confirm;
mod pending;

use crate::{
    api::Api,
    later::{Missing, Render},
};
use contract::email::{MY_EMAIL, OwnEmail, PendingEmail};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};

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
    /// The change that waits for its link to be followed.
    pub pending: RwSignal<Option<PendingEmail>>,
}

impl Changing {
    /// Not open, and nothing known.
    pub fn new(api: Api) -> Self {
        Self {
            api,
            open: RwSignal::new(false),
            pending: RwSignal::new(None),
        }
    }

    /// Asks whether a change waits. Where that cannot be known nothing is told.
    pub fn load(self) {
        spawn_local(async move {
            let pending = self.api.get(MY_EMAIL).await;
            self.pending
                .try_set(pending.ok().and_then(|own: OwnEmail| own.pending));
        });
    }
}
