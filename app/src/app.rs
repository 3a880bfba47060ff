//! The app around its pages: what all of them share.

use crate::{
    api::Api,
    clock::Clock,
    later::Later,
    page::Announcer,
    router::{self, Router},
    routes::{self, Pages},
    session::{self, Account, Gate, Who},
    ui::toast::{Toaster, Toasts},
};
use leptos::{ev, prelude::*};

/// Everything.
#[component]
pub fn App() -> impl IntoView {
    let api = Api {
        account: Account(RwSignal::new(Who::Asking)),
        gate: Gate::new(),
    };
    let announcer = Announcer(RwSignal::new(""));
    let router = Router::start();
    provide_context(api);
    provide_context(announcer);
    provide_context(router);
    provide_context(Clock::new());
    provide_context(Toaster::new());
    api.account.ask(api);
    prefetch_pages();
    // Sends people to where they belong, whenever they or the place change.
    Effect::new(move |_| {
        if let Some(path) = router
            .place()
            .with(|place| routes::detour_from(api.account, place))
        {
            router.correct_to(&path);
        }
    });
    let confirm = Later::new(
        || Box::pin(async { Ok(session::parts().await?.step_up) }),
        move || api.gate.settle(false),
    );
    view! {
        <Pages />
        {move || api.gate.asking.get().then(|| confirm.view()).flatten()}
        <Toasts />
        <p class="visually-hidden" role="status">{announcer.0}</p>
    }
}

/// Fetches the page behind a link as soon as the pointer or the focus is on it.
fn prefetch_pages() {
    fn prefetch(target: Option<web_sys::EventTarget>) {
        if let Some(path) = router::link(target).and_then(|link| link.get_attribute("href")) {
            routes::prefetch(&path);
        }
    }
    window_event_listener(ev::mouseover, |ev| prefetch(ev.target()));
    window_event_listener(ev::focusin, |ev| prefetch(ev.target()));
}
