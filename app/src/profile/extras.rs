//! What is needed once somebody changes something: the question before it is lost, the notice of changes made elsewhere,
//! and the ways to another photo.

use super::{
    crop,
    desk::{Desk, Task},
    meanwhile::Meanwhile,
    picture,
    remove::Remove,
};
use crate::ui::leave::AskBeforeLeaving;
use leptos::prelude::*;
use web_sys::ImageBitmap;

/// All of it, as far as it is wanted.
pub fn extras() -> AnyView {
    let desk = Desk::in_use();
    let opened = RwSignal::new_local(None::<ImageBitmap>);
    let task = move || match desk.task.get() {
        Task::None => None,
        Task::Choose => {
            picture::choose(desk, opened);
            None
        }
        Task::Open => {
            picture::open_dropped(desk, opened);
            None
        }
        Task::Crop => opened
            .get_untracked()
            .map(|picture| crop::dialog(desk, picture)),
        Task::Remove => Some(view! { <Remove desk /> }.into_any()),
    };
    view! {
        <AskBeforeLeaving guard=desk.guard />
        {move || desk.met.get().then(|| view! { <Meanwhile desk /> })}
        {move || task()}
    }
    .into_any()
}
