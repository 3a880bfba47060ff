//! An instant as people think of it. How it is exactly shows on hover, and with the focus.

use crate::clock::{self, Clock};
use contract::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An instant as its distance from now; `never` where there is none.
pub fn time_ago(time: Option<Timestamp>, never: &'static str) -> AnyView {
    let Some(time) = time else {
        return never.into_any();
    };
    let clock = expect_context::<Clock>();
    instant(
        time,
        (move || clock::relative(time, clock.get())).into_any(),
    )
}

/// An instant in words.
pub fn time_in_words(time: Timestamp) -> AnyView {
    instant(time, clock::in_words(time).into_any())
}

fn instant(time: Timestamp, words: AnyView) -> AnyView {
    // Not every touch screen gives the focus to what is tapped.
    let focus = |ev: leptos::ev::MouseEvent| {
        let element = ev
            .current_target()
            .and_then(|it| it.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    };
    view! { <time class="time" tabindex="0" datetime=time.to_string() title=clock::exact(time) on:click=focus>{words}</time> }.into_any()
}
