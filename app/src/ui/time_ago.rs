//! An instant as people think of it. How it is exactly shows on hover, and with the focus.

use crate::{
    clock::{self, Clock},
    dom,
};
use contract::time::Timestamp;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement};

/// The bubble with the title of the instant that has the focus. There is one at most; where it is, the style says.
const TIP: &str = ".tip";

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
    let close = |ev: ev::KeyboardEvent| {
        if ev.key() == "Escape" {
            hide();
        }
    };
    view! {
        <time
            class="time"
            tabindex="0"
            datetime=time.to_string()
            title=clock::exact(time)
            // Not every touch screen gives the focus to what is tapped.
            on:click=|ev| focus(&ev)
            on:focus=|ev| show(&ev)
            on:blur=|_| hide()
            on:keydown=close
        >
            {words}
        </time>
    }
    .into_any()
}

fn focus(ev: &Event) {
    if let Some(element) = element(ev) {
        let _ = element.focus();
    }
}

/// Shows the title, for those without a pointer to hold over it. Assistive technology reads the title itself.
fn show(ev: &Event) {
    let tip = dom::find(TIP).or_else(|| {
        let tip: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
        tip.set_class_name("tip");
        tip.set_attribute("popover", "manual").ok()?;
        tip.set_attribute("aria-hidden", "true").ok()?;
        document().body()?.append_child(&tip).ok()?;
        Some(tip)
    });
    if let (Some(tip), Some(time)) = (tip, element(ev)) {
        tip.set_text_content(time.get_attribute("title").as_deref());
        let _ = tip.show_popover();
    }
}

fn hide() {
    if let Some(tip) = dom::find(TIP) {
        let _ = tip.hide_popover();
    }
}

fn element(ev: &Event) -> Option<HtmlElement> {
    ev.current_target()?.dyn_into().ok()
}
