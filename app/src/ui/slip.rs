//! Asks before a dialog is closed by a slip: with something typed in it, or a secret that nobody copied.

use super::{dialog::Dialog, icon::icon, leave};
use crate::dom;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A dialog in which something is made up or changed. Once that has begun, it takes a second word to close it.
#[component]
pub fn DraftDialog(
    /// The id of its title.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// Called when it is to be closed.
    on_close: Callback<()>,
    /// Whether it is small.
    #[prop(optional)]
    small: bool,
    /// Whether it is a drawer at the side.
    #[prop(optional)]
    drawer: bool,
    /// What is in it, as in any dialog.
    children: Children,
) -> impl IntoView {
    let (touched, asking) = (StoredValue::new(false), RwSignal::new(false));
    // One Esc in a date field comes as two wishes to close: the second is one's own only after the question was seen.
    let seen = StoredValue::new(false);
    // To be asked who one is goes with the page, and what asked for it too.
    let is_confirming = || dom::find("[aria-labelledby=step-up-title]").is_some();
    hold_back(
        move || touched.try_get_value() == Some(true) && !is_confirming(),
        asking,
    );
    // Buttons that change something are no fields.
    let clicked = move |ev: ev::MouseEvent| {
        let target = ev
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let edits = |element: Element| element.closest("[data-edits]").is_ok_and(|it| it.is_some());
        if target.is_some_and(edits) {
            touched.set_value(true);
        }
    };
    let close = Callback::new(move |()| {
        if !touched.get_value() || asking.get_untracked() && seen.get_value() {
            return on_close.run(());
        }
        seen.set_value(false);
        ask(asking);
        request_animation_frame(move || {
            seen.try_set_value(true);
            // After the dialog was opened again, should the browser have closed it.
            dom::focus_soon("#keep-open");
        });
    });
    let question = move || {
        asking.get().then(|| {
            let is_sent = dom::find("dialog[open] [type=submit][aria-busy=true]").is_some();
            let [title, text, label] = if is_sent {
                [
                    "This is being saved",
                    "To close it does not stop that.",
                    "Close",
                ]
            } else {
                [
                    "What you typed is not saved",
                    "Once this is closed, it is lost.",
                    "Close without saving",
                ]
            };
            close_anyway(
                title,
                text,
                label,
                // Of the one that lies on top, as one may lie over another.
                "dialog[open]:not(:has(dialog[open])) [autofocus]",
                asking,
                on_close,
            )
        })
    };
    view! {
        <Dialog id title small drawer on_close=close>
            <div class="dialog__draft" on:input=move |_| touched.set_value(true) on:click=clicked>
                {question}
                {children()}
            </div>
        </Dialog>
    }
}

/// Asks in the same way when the page is about to be left while something `holds` whoever is here.
pub fn hold_back(holds: impl Fn() -> bool + Copy + Send + Sync + 'static, asking: RwSignal<bool>) {
    dom::capture("beforeunload", move |ev| {
        if holds() {
            ev.prevent_default();
        }
    });
    leave::hold_back(holds, move || ask(asking));
}

/// Asks, in a view of [`close_anyway`].
pub fn ask(asking: RwSignal<bool>) {
    asking.set(true);
    dom::focus_soon("#keep-open");
}

/// The question. The focus goes to `field` for those who stay.
pub fn close_anyway(
    title: &'static str,
    text: &'static str,
    label: &'static str,
    field: &'static str,
    asking: RwSignal<bool>,
    close: Callback<()>,
) -> AnyView {
    let stay = move |_| {
        asking.set(false);
        dom::focus_soon(field);
    };
    view! {
        <div class="notice notice--danger" role="alert">
            {icon("#i-danger")}
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{text}</p>
                <div class="cluster">
                    <button type="button" class="button button--secondary button--small" id="keep-open" on:click=stay>"Go back"</button>
                    <button type="button" class="button button--danger button--small" on:click=move |_| close.run(())>{label}</button>
                </div>
            </div>
        </div>
    }
    .into_any()
}
