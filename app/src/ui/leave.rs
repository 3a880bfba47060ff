//! Asks before what was typed is lost: on the way to another page, back, or out of the tab.

use super::dialog::Dialog;
use crate::{dom, router::Router};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// What leads away from the page: links, and whatever says so of itself.
const WAYS_OUT: &str = "a[href^='/'], [data-leaves]";

/// How somebody wanted to leave.
enum Way {
    /// By a click on this.
    Click(HtmlElement),
    /// By the browser's buttons.
    History,
}

/// Guards a page while it is there.
#[component]
pub fn AskBeforeLeaving(
    /// Whether something would be lost.
    edited: Signal<bool>,
) -> impl IntoView {
    let router = Router::in_use();
    let here = router.place().get_untracked();
    let asking = RwSignal::new(false);
    let way = StoredValue::new_local(None::<Way>);
    let leaving = StoredValue::new(false);
    let holds = move || edited.get_untracked() && !leaving.get_value();
    let ask = move |wanted: Way| {
        way.set_value(Some(wanted));
        asking.set(true);
    };

    let unload = window_event_listener(ev::beforeunload, move |ev| {
        if holds() {
            ev.prevent_default();
        }
    });
    on_cleanup(move || unload.remove());
    // Before the router gets to know of it.
    let stays = here.path.clone();
    dom::capture("click", move |ev| {
        let target = ev
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let element = target.and_then(|target| target.closest(WAYS_OUT).ok().flatten());
        let plain = ev
            .dyn_ref::<web_sys::MouseEvent>()
            .is_some_and(|ev| !(ev.ctrl_key() || ev.meta_key() || ev.shift_key() || ev.alt_key()));
        let away = |element: &Element| element.get_attribute("href").as_ref() != Some(&stays);
        if let Some(element) = element
            .filter(away)
            .and_then(|element| element.dyn_into().ok())
            && holds()
            && plain
        {
            ev.prevent_default();
            ev.stop_immediate_propagation();
            ask(Way::Click(element));
        }
    });
    let url = here.to_string();
    router.guard(Callback::new(move |()| {
        let elsewhere = window()
            .location()
            .pathname()
            .is_ok_and(|now| now != here.path);
        if elsewhere && holds() {
            // The address bar has moved on already. From here, one step back is where somebody wanted to go.
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&url));
            }
            ask(Way::History);
            return true;
        }
        false
    }));

    let stay = Callback::new(move |()| asking.set(false));
    let leave = move |_| {
        leaving.set_value(true);
        asking.set(false);
        match way.try_update_value(Option::take).flatten() {
            Some(Way::Click(element)) => element.click(),
            Some(Way::History) => {
                let _ = window().history().and_then(|history| history.back());
            }
            None => {}
        }
    };
    let dialog = move || {
        view! {
            <Dialog id="leave-title" title="Leave without saving?" small=true on_close=stay>
                <div class="dialog__body"><p>"You have changed something on this page. It is lost if you leave without saving it."</p></div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| stay.run(())>"Stay"</button>
                    <button type="button" class="button button--danger" on:click=leave>"Leave without saving"</button>
                </div>
            </Dialog>
        }
    };
    move || asking.get().then(dialog)
}
