//! Asks before what was typed is lost: on the way to another page, back, or out of the tab.

use super::dialog::Dialog;
use crate::{dom, router::Router};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, MouseEvent};

/// What leads away from the page: links, and whatever says so of itself.
const WAYS_OUT: &str = "a[href^='/'], [data-leaves]";

/// How somebody wanted to leave.
enum Way {
    /// By a click on this.
    Click(HtmlElement),
    /// By the browser's buttons.
    History,
}

/// Guards a page while something would be lost, and keeps whom it has stopped. A copy is the same guard.
#[derive(Clone, Copy)]
pub struct Guard {
    /// Whether something would be lost.
    edited: Signal<bool>,
    /// Whether somebody is being asked.
    asking: RwSignal<bool>,
    way: StoredValue<Option<Way>, LocalStorage>,
    /// Whether somebody said that they do not mind.
    leaving: StoredValue<bool>,
}

impl Guard {
    /// Guards the page at hand until the current owner is gone.
    pub fn start(edited: Signal<bool>) -> Self {
        let guard = Self {
            edited,
            asking: RwSignal::new(false),
            way: StoredValue::new_local(None),
            leaving: StoredValue::new(false),
        };
        let stays = Router::in_use().place().get_untracked().path;
        dom::capture("beforeunload", move |ev| {
            if guard.holds() {
                ev.prevent_default();
            }
        });
        // Before the router gets to know of it.
        dom::capture("click", move |ev| {
            if guard.holds()
                && let Some(element) = way_out(ev)
                && element.get_attribute("href").as_ref() != Some(&stays)
            {
                ev.prevent_default();
                ev.stop_immediate_propagation();
                guard.ask(Way::Click(element));
            }
        });
        hold_back(move || guard.holds(), move || guard.ask(Way::History));
        guard
    }

    /// Asks no longer, and lets nobody through.
    pub fn stay(self) {
        self.asking.set(false);
    }

    fn holds(self) -> bool {
        self.edited.get_untracked() && !self.leaving.get_value()
    }

    fn ask(self, way: Way) {
        self.way.set_value(Some(way));
        self.asking.set(true);
    }

    fn leave(self) {
        self.leaving.set_value(true);
        self.asking.set(false);
        match self.way.try_update_value(Option::take).flatten() {
            Some(Way::Click(element)) => element.click(),
            Some(Way::History) => {
                let _ = window().history().and_then(|history| history.back());
            }
            None => {}
        }
    }
}

/// While something `holds` whoever is here, `ask`s them when the browser's buttons lead to another page, and stays.
pub fn hold_back(
    holds: impl Fn() -> bool + Send + Sync + 'static,
    ask: impl Fn() + Send + Sync + 'static,
) {
    let router = Router::in_use();
    let here = router.place().get_untracked();
    let url = here.to_string();
    router.guard(Callback::new(move |()| {
        let now = window().location().pathname();
        let elsewhere = now.is_ok_and(|now| now != here.path);
        if elsewhere && holds() {
            // The address bar has moved on already. From here, one step back is where somebody wanted to go.
            if let Ok(history) = window().history() {
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&url));
            }
            ask();
            return true;
        }
        false
    }));
}

/// What would lead away, if an event is a plain click on that.
fn way_out(ev: &Event) -> Option<HtmlElement> {
    let click = ev.dyn_ref::<MouseEvent>()?;
    let plain = !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key());
    let target = ev.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest(WAYS_OUT).ok().flatten()?;
    element.dyn_into().ok().filter(|_| plain)
}

/// The question, while it is asked.
#[component]
pub fn AskBeforeLeaving(
    /// Whoever asks.
    guard: Guard,
) -> impl IntoView {
    let stay = Callback::new(move |()| guard.stay());
    let dialog = move || {
        view! {
            <Dialog id="leave-title" title="Leave without saving?" small=true on_close=stay>
                <div class="dialog__body"><p>"You have changed something on this page. It is lost if you leave without saving it."</p></div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| stay.run(())>"Stay"</button>
                    <button type="button" class="button button--danger" on:click=move |_| guard.leave()>"Leave without saving"</button>
                </div>
            </Dialog>
        }
    };
    move || guard.asking.get().then(dialog)
}
