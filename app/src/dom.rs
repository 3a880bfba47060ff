//! The few things that are done to the document by hand: focus, mostly.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, Event, HtmlAnchorElement, HtmlElement, Url};

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

/// The element with this id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to the first element that matches `selector`, once the page shows what was just changed.
pub fn focus_soon(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(selector) {
            let _ = element.focus();
        }
    });
}

/// Called when a list is about to be shown anew: what has the focus is found again by its id. If that is gone, the page's
/// heading takes it.
pub fn keep_focus() {
    let id = focused().map(|element| element.id());
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        request_animation_frame(move || {
            if focused().is_none() {
                focus(&id);
            }
            if focused().is_none() {
                focus_soon("h1");
            }
        });
    }
}

/// Listens to an event of the window before anybody else does, until the current owner is gone.
pub fn capture(event: &'static str, listener: impl Fn(&Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |ev: Event| listener(&ev));
    let _ = window().add_event_listener_with_callback_and_bool(
        event,
        listener.as_ref().unchecked_ref(),
        true,
    );
    let listener = StoredValue::new_local(listener);
    on_cleanup(move || {
        listener.with_value(|listener| {
            let _ = window().remove_event_listener_with_callback_and_bool(
                event,
                listener.as_ref().unchecked_ref(),
                true,
            );
        });
    });
}

/// Lets the browser save a text as a file. Nothing leaves this computer.
pub fn save_as(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of2(&text.into(), &"\n".into()))?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}
