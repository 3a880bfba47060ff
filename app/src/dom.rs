//! The few things that are done to the document by hand: focus, mostly.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The first element that matches `selector`, as something that can take focus.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

/// The element that has the focus, if one has: the body stands for none.
pub fn focused() -> Option<HtmlElement> {
    let element: HtmlElement = document().active_element()?.dyn_into().ok()?;
    (element.tag_name() != "BODY").then_some(element)
}

/// Moves the focus to the first element that matches `selector`, once the page shows what was just changed.
pub fn focus_soon(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(selector) {
            let _ = element.focus();
        }
    });
}
