//! The one dialog: a native one, modal, whose opener gets the focus back.

use super::button::Close;
use crate::dom;
use leptos::{ev, html, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

thread_local! {
    /// What had the focus before each dialog that is open or was just replaced by another, the first one last to be used.
    static OPENERS: RefCell<Vec<HtmlElement>> = const { RefCell::new(Vec::new()) };
}

/// A modal dialog, open for as long as it is on the page.
#[component]
pub fn Dialog(
    /// The id of its title.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// Called when somebody wants it closed. What then happens is for its owner to say.
    on_close: Callback<()>,
    /// Whether it is small, as confirmations are.
    #[prop(optional)]
    small: bool,
    /// Whether it is a drawer at the side, as what is opened from a row is.
    #[prop(optional)]
    drawer: bool,
    /// Whether its footer has a button `Close`, so that its header needs none.
    #[prop(optional)]
    bare: bool,
    /// What is in it: a `.dialog__body` and a `.dialog__footer`, or a form of both.
    children: Children,
) -> impl IntoView {
    OPENERS.with_borrow_mut(|openers| openers.extend(opener()));
    let element = NodeRef::<html::Dialog>::new();
    element.on_load(|dialog| open(&dialog));
    on_cleanup(give_back_focus);
    let cancelled = move |ev: ev::Event| {
        ev.prevent_default();
        on_close.run(());
    };
    // Browsers close a dialog on a second Esc whatever its owner says. What must stay open is opened again.
    let closed = move |_| {
        on_close.run(());
        request_animation_frame(move || {
            if let Some(dialog) = element.try_get_untracked().flatten() {
                open(&dialog);
            }
        });
    };
    let class = match (small, drawer) {
        (true, _) => "dialog dialog--small",
        (_, true) => "dialog dialog--drawer",
        _ => "dialog",
    };
    view! {
        <dialog node_ref=element class=class aria-labelledby=id on:cancel=cancelled on:close=closed>
            <div class="dialog__panel">
                <div class="dialog__header">
                    <h2 class="dialog__title" id=id>{title}</h2>
                    {(!bare).then(|| view! { <Close on_click=on_close /> })}
                </div>
                {children()}
            </div>
        </dialog>
    }
}

/// What has the focus; for an item of a menu, which is about to be hidden, the menu's button.
fn opener() -> Option<HtmlElement> {
    let focused = dom::focused()?;
    let menu = focused.closest(".menu").ok().flatten();
    match menu.and_then(|menu| menu.first_element_child()) {
        Some(button) => button.dyn_into().ok(),
        None => Some(focused),
    }
}

fn open(dialog: &web_sys::HtmlDialogElement) {
    if dialog.is_connected() && !dialog.open() {
        let _ = dialog.show_modal();
    }
    // The browser sees to this when it opens a dialog, but not when one takes another's place in the same element.
    if dom::focused().is_none_or(|focused| !dialog.contains(Some(&focused)))
        && let Some(first) = dom::find("dialog[open] [autofocus]")
    {
        let _ = first.focus();
    }
}

/// Once the dialog is gone, focuses what had the focus before it; if that is disabled, the heading above it, and if it is
/// gone too, the page's.
fn give_back_focus() {
    request_animation_frame(|| {
        let mut heading = None;
        // Below this dialog may be another. One that has just taken this one's place will see to the rest when it closes.
        let other = dom::find("dialog[open]");
        while let Some(opener) = OPENERS.with_borrow_mut(Vec::pop) {
            // A list that was shown anew has another in its place.
            let opener = Some(opener.clone())
                .filter(|opener| opener.is_connected())
                .or_else(|| dom::by_id(&opener.id()));
            let Some(opener) = opener else {
                continue;
            };
            if other
                .as_ref()
                .is_some_and(|other| !other.contains(Some(&opener)))
            {
                return OPENERS.with_borrow_mut(|openers| openers.push(opener));
            }
            let _ = opener.focus();
            if dom::focused().is_some_and(|element| element.is_same_node(Some(&opener))) {
                return;
            }
            heading = heading.or_else(|| heading_above(&opener));
        }
        match heading {
            _ if other.is_some() => {}
            Some(heading) => {
                heading.set_tab_index(-1);
                let _ = heading.focus();
            }
            None => dom::focus_soon("h1"),
        }
    });
}

fn heading_above(element: &HtmlElement) -> Option<HtmlElement> {
    let section = element.closest("section").ok().flatten()?;
    section.query_selector("h2").ok().flatten()?.dyn_into().ok()
}
