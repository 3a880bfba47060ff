//! The two dialogs around a new token.

use super::{Desk, Dialog, create::Create, reveal::Reveal};
use leptos::prelude::*;

/// `Add New Token`, and `New Token Created` once there is one.
pub fn dialogs() -> AnyView {
    let desk = Desk::in_use();
    let made = desk
        .dialog
        .with_untracked(|dialog| matches!(dialog, Dialog::Reveal(_)));
    if made {
        view! { <Reveal /> }.into_any()
    } else {
        view! { <Create /> }.into_any()
    }
}
