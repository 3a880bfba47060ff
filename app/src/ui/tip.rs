//! What the title of an element says, for those without a pointer to hold over it: shown while the element has the focus.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

/// The title of the instant that has the focus. One for the whole app.
#[component]
pub fn Tip() -> impl IntoView {
    let text = RwSignal::new(String::new());
    let element = NodeRef::<html::Div>::new();
    let hide = move || {
        if let Some(element) = element.get_untracked() {
            let _ = element.hide_popover();
        }
    };
    window_event_listener(ev::focusin, move |ev| {
        if let (Some(title), Some(element)) = (title(ev.target()), element.get_untracked()) {
            text.set(title);
            let _ = element.show_popover();
        }
    });
    window_event_listener(ev::focusout, move |_| hide());
    window_event_listener(ev::keydown, move |ev| {
        if ev.key() == "Escape" {
            hide();
        }
    });
    // Where it is shown is for the style to say; assistive technology reads the title itself.
    view! { <div class="tip" popover="manual" aria-hidden="true" node_ref=element>{text}</div> }
}

fn title(target: Option<EventTarget>) -> Option<String> {
    let element = target?.dyn_into::<Element>().ok()?;
    (element.tag_name() == "TIME").then(|| element.get_attribute("title"))?
}
