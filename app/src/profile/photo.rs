//! The photo, and the ways to another.

use super::desk::{Desk, Task};
use crate::{
    dom,
    later::Later,
    ui::{avatar::Avatar, notice},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DragEvent, Event};

/// The photo and what can be done about it, once `extras` are there.
pub fn view(desk: Desk, extras: Later) -> AnyView {
    // Wherever on the page a file is dropped, it must not take the page's place.
    dom::capture("dragover", |ev| {
        if brought(ev).is_some_and(|brought| brought.types().includes(&"Files".into(), 0)) {
            ev.prevent_default();
        }
    });
    dom::capture("drop", move |ev| {
        let file = brought(ev).and_then(|brought| brought.files()?.get(0));
        if file.is_some() {
            ev.prevent_default();
            desk.dropped.set_value(file);
            desk.task.set(Task::Open);
        }
    });
    let user = move || desk.api.account.with(|session| session.user.clone());
    let has_photo = move || user().is_some_and(|user| user.photo_url.is_some());
    view! {
        <div class="card__body profile__photo">
            {move || user().map(|user| view! { <Avatar user name="Your photo" class="avatar avatar--large" /> })}
            <div class="profile__photo-text">
                <div class="form__actions">
                    <button
                        type="button"
                        class="button button--secondary"
                        on:pointerenter=move |_| extras.prefetch()
                        on:focus=move |_| extras.prefetch()
                        on:click=move |_| desk.task.set(Task::Choose)
                    >
                        {move || if has_photo() { "Change photo" } else { "Add photo" }}
                    </button>
                    <button type="button" class="button button--ghost" hidden=move || !has_photo() on:click=move |_| desk.task.set(Task::Remove)>"Remove photo"</button>
                </div>
                <p class="field__hint">"Choose a picture or drop one here, and then the part of it that is shown. Where it was taken is not kept."</p>
                {notice::alert(move || desk.trouble.get())}
            </div>
        </div>
    }
    .into_any()
}

/// What a drag brings along.
fn brought(ev: &Event) -> Option<DataTransfer> {
    ev.dyn_ref::<DragEvent>()?.data_transfer()
}
