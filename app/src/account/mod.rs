//! What is kept about oneself, to take along; and the end of it.

mod close;
mod export;
mod section;

pub use section::sections;

use crate::later::{Missing, Render};
use leptos::{prelude::*, wasm_split::wasm_split};

/// What few people do, and seldom, as a chunk of its own.
#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
fn parts() -> Result<Render, Missing> {
    Ok(task)
}

/// What somebody is about to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Nothing.
    None,
    /// They take along what is kept about them.
    Export,
    /// They are asked whether they mean to close their account.
    Close,
}

/// What the parts share.
#[derive(Clone, Copy)]
struct Desk {
    task: RwSignal<Task>,
    /// Whether the file is on its way.
    exporting: RwSignal<bool>,
}

/// What is being done.
fn task() -> AnyView {
    let desk: Desk = expect_context();
    let view = move || match desk.task.get() {
        Task::None => None,
        Task::Export => {
            export::start(desk);
            None
        }
        Task::Close => Some(close::dialog(desk)),
    };
    view.into_any()
}
