//! Short messages that come and go by themselves.

use super::{button::Close, icon::icon};
use crate::dom;
use leptos::prelude::*;
use std::time::Duration;

/// As many as can be taken in.
const MOST: usize = 3;
/// Long enough to read one.
const SHOWN_FOR: Duration = Duration::from_secs(6);

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    /// Whether it is a failure, which stays until it is dismissed.
    failure: bool,
}

/// Takes messages. One for the whole app.
#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Vec<Toast>>);

impl Toaster {
    /// Without a message.
    pub fn new() -> Self {
        Self(RwSignal::default())
    }

    /// Says that something was done.
    pub fn say(self, text: String) {
        let id = self.add(text, false);
        self.expire(id);
    }

    /// Says that something failed.
    pub fn complain(self, text: String) {
        self.add(text, true);
    }

    /// Takes back every message.
    pub fn clear(self) {
        self.0.update(Vec::clear);
    }

    fn add(self, text: String, failure: bool) -> u32 {
        let id = self
            .0
            .with_untracked(|toasts| toasts.last().map_or(0, |toast| toast.id + 1));
        self.0.update(|toasts| {
            toasts.push(Toast { id, text, failure });
            let surplus = toasts.len().saturating_sub(MOST);
            toasts.drain(..surplus);
        });
        id
    }

    /// Takes a message back after a while, but not from under somebody's pointer or focus.
    fn expire(self, id: u32) {
        set_timeout(
            move || match dom::find(".toasts:is(:hover, :focus-within)") {
                Some(_) => self.expire(id),
                None => self.dismiss(id),
            },
            SHOWN_FOR,
        );
    }

    fn dismiss(self, id: u32) {
        self.0
            .update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// The messages.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = expect_context::<Toaster>();
    let toast = move |Toast { id, text, failure }: Toast| {
        let (class, mark) = if failure {
            ("toast toast--danger", "#i-danger")
        } else {
            ("toast toast--success", "#i-success")
        };
        view! {
            <div class=class role=failure.then_some("alert")>
                {icon(mark)}
                <p class="toast__text">{text}</p>
                <Close label="Dismiss" class="button button--ghost button--icon button--small" on_click=Callback::new(move |()| toaster.dismiss(id)) />
            </div>
        }
    };
    view! { <div class="toasts" role="status">{move || toaster.0.get().into_iter().map(toast).collect_view()}</div> }
}
