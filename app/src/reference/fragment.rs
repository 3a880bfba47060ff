//! The part of the page that the URL names after its `#`: an operation or a section.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The id that the URL names; empty if it names none.
pub fn named() -> String {
    let fragment = window().location().hash().unwrap_or_default();
    fragment.trim_start_matches('#').to_owned()
}

/// Names an operation that was opened in the URL, or no longer one that was closed. The history stays as long as it is:
/// who leaves goes back to where they came from, not through all that they have read.
pub fn follow(id: &str, is_open: bool) {
    let location = window().location();
    let new = match (is_open, named() == id) {
        (true, false) => ["#", id].concat(),
        (false, true) => {
            let path = location.pathname().unwrap_or_default();
            path + &location.search().unwrap_or_default()
        }
        _ => return,
    };
    if let Ok(history) = window().history() {
        let state = history.state().unwrap_or_default();
        let _ = history.replace_state_with_url(&state, "", Some(&new));
    }
}

/// Brings what the URL names into view, an operation opened, and the keyboard there.
pub fn show() {
    let Some(part) = document().get_element_by_id(&named()) else {
        return;
    };
    let line = part.query_selector(":scope > summary").ok().flatten();
    if line.is_some() {
        let _ = part.set_attribute("open", "");
    }
    // What is inside is made first, so that there is enough to scroll.
    request_animation_frame(move || {
        part.scroll_into_view();
        focus(&line.unwrap_or(part));
    });
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
