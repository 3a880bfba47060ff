//! The two dialogs around a new token, in one chunk: once a secret was made, nothing may be missing that shows it.

use super::{Desk, Dialog, create::Create, reveal::Reveal};
use crate::later::Render;
use leptos::prelude::*;

/// The dialogs, as a chunk of their own.
#[lazy]
pub fn dialogs() -> Render {
    || {
        let desk = Desk::in_use();
        let made = Memo::new(move |_| {
            desk.dialog
                .with(|dialog| matches!(dialog, Dialog::Reveal(_)))
        });
        let dialogs = move || {
            if made.get() {
                view! { <Reveal /> }.into_any()
            } else {
                view! { <Create /> }.into_any()
            }
        };
        dialogs.into_any()
    }
}
