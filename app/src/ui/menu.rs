//! A button that opens a list of things to do. The browser's popover closes it on Esc and on a click elsewhere.

use crate::dom;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// A menu.
#[component]
pub fn Menu(
    /// The id of its list.
    #[prop(into)]
    id: String,
    /// What its button shows.
    button: AnyView,
    /// What its button is called, where that cannot be read on it.
    #[prop(optional, into)]
    label: Option<String>,
    /// Classes of its button.
    #[prop(default = "menu__button")]
    class: &'static str,
    /// Classes of its list.
    #[prop(default = "menu__list")]
    list_class: &'static str,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |ev: ev::Event| {
        open.set(ev.unchecked_into::<web_sys::ToggleEvent>().new_state() == "open");
    };
    // What was chosen has been done by the time the click gets here.
    let clicked = move |ev: ev::MouseEvent| {
        if let Some(list) = dom::find(".menu__list:popover-open") {
            let item = ev
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if item.is_some_and(|item| item.closest(".menu__item").is_ok_and(|item| item.is_some()))
            {
                let _ = list.hide_popover();
            }
        }
    };
    view! {
        <div class="menu">
            <button
                type="button"
                class=class
                id=[&id, "-button"].concat()
                popovertarget=id.clone()
                aria-label=label
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:keydown=|ev| open_by_arrow(&ev)
            >
                {button}
            </button>
            <div class=list_class id=id popover="auto" on:toggle=toggled on:click=clicked on:keydown=|ev| walk(&ev)>
                {children()}
            </div>
        </div>
    }
}

/// Opens the list on an arrow key and enters it.
fn open_by_arrow(ev: &ev::KeyboardEvent) {
    if matches!(ev.key().as_str(), "ArrowDown" | "ArrowUp") {
        let list = dom::focused().and_then(|button| button.next_element_sibling());
        if let Some(list) = list.and_then(|list| list.dyn_into::<web_sys::HtmlElement>().ok()) {
            ev.prevent_default();
            let _ = list.show_popover();
            move_focus(&ev.key());
        }
    }
}

/// Moves the focus among the items. Radio buttons keep their own keys: there the arrows choose.
fn walk(ev: &ev::KeyboardEvent) {
    let on_radio = dom::focused().is_some_and(|element| element.tag_name() == "INPUT");
    let key = ev.key();
    if matches!(key.as_str(), "Home" | "End")
        || (matches!(key.as_str(), "ArrowDown" | "ArrowUp") && !on_radio)
    {
        ev.prevent_default();
        move_focus(&key);
    }
}

fn move_focus(key: &str) {
    let Ok(items) = document().query_selector_all(":popover-open :is(.menu__item, input:checked)")
    else {
        return;
    };
    let focused = dom::focused();
    let at = (0..items.length()).find(|i| {
        items.item(*i).is_some_and(|item| {
            focused
                .as_ref()
                .is_some_and(|focused| item.is_same_node(Some(focused)))
        })
    });
    let target = items
        .item(next(key, at, items.length()))
        .and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(target) = target {
        let _ = target.focus();
    }
}

/// Which of `count` items comes next; round at the ends.
fn next(key: &str, at: Option<u32>, count: u32) -> u32 {
    let last = count.saturating_sub(1);
    match (key, at) {
        ("Home", _) | ("ArrowDown", None) => 0,
        ("End", _) | ("ArrowUp", None | Some(0)) => last,
        ("ArrowUp", Some(at)) => at - 1,
        (_, Some(at)) if at >= last => 0,
        (_, at) => at.map_or(0, |at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round() {
        assert_eq!(next("ArrowDown", None, 4), 0);
        assert_eq!(next("ArrowUp", None, 4), 3);
        assert_eq!(next("ArrowDown", Some(1), 4), 2);
        assert_eq!(next("ArrowDown", Some(3), 4), 0);
        assert_eq!(next("ArrowUp", Some(0), 4), 3);
        assert_eq!(next("Home", Some(2), 4), 0);
        assert_eq!(next("End", Some(2), 4), 3);
    }
}
