//! The app around its pages: what all of them share.

use crate::{
    api::Api,
    clock::Clock,
    later::Later,
    page::Announcer,
    routes::{self, Pages},
    session::{Account, Gate, Who, step_up},
    ui::toast::{Toaster, Toasts},
};
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    components::Router,
    hooks::{use_navigate, use_url},
};
use wasm_bindgen::JsCast;

/// Everything.
#[component]
pub fn App() -> impl IntoView {
    let api = Api {
        account: Account(RwSignal::new(Who::Asking)),
        gate: Gate::new(),
    };
    let announcer = Announcer(RwSignal::new(""));
    provide_context(api);
    provide_context(announcer);
    provide_context(Clock::new());
    provide_context(Toaster::new());
    api.account.ask(api);
    prefetch_pages();
    let confirm = Later::new(|| Box::pin(step_up::dialog()));
    view! {
        <Router>
            <Guard />
            <Pages />
        </Router>
        {move || api.gate.asking.get().then(|| confirm.view())}
        <Toasts />
        <p class="visually-hidden" role="status">{announcer.0}</p>
    }
}

/// Sends people to where they belong, whenever they or the path change.
#[component]
fn Guard() -> impl IntoView {
    let account = Api::in_use().account;
    let (url, navigate) = (use_url(), use_navigate());
    Effect::new(move |_| {
        if let Some(path) = url.with(|url| routes::detour_from(account, url)) {
            navigate(
                &path,
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
}

/// Fetches the page behind a link as soon as the pointer or the focus is on it.
fn prefetch_pages() {
    fn prefetch(target: Option<web_sys::EventTarget>) {
        let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = element.and_then(|element| element.closest("a[href^='/']").ok().flatten());
        if let Some(path) = link.and_then(|link| link.get_attribute("href")) {
            routes::prefetch(&path);
        }
    }
    window_event_listener(ev::mouseover, |ev| prefetch(ev.target()));
    window_event_listener(ev::focusin, |ev| prefetch(ev.target()));
}
