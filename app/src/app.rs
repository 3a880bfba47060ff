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
use contract::session::Session;
use leptos::{ev, prelude::*, task::spawn_local};

/// What is said when a page changes hands.
const SOMEBODY_ELSE: &str = " is signed in in this browser now, so this page is theirs. What was typed here before is gone.";

/// Everything.
#[component]
pub fn App() -> impl IntoView {
    let api = Api {
        account: Account(RwSignal::new(Who::Asking)),
        gate: Gate::new(),
    };
    let announcer = Announcer(RwSignal::new(""));
    let router = Router::start();
    let toaster = Toaster::new();
    provide_context(api);
    provide_context(announcer);
    provide_context(router);
    provide_context(Clock::new());
    provide_context(toaster);
    api.account.ask();
    prefetch_pages();
    look_again(api.account);
    // Turns whenever somebody else takes the place of the person at the browser.
    let turn = RwSignal::new(false);
    Effect::new(move |before: Option<Scene>| {
        let place = router.place().get();
        if let Some(path) = routes::detour_from(api.account, &place) {
            router.correct_to(&path);
        }
        let now = Scene {
            path: place.path,
            person: api
                .account
                .with(|session| session.user.id.as_str().to_owned()),
        };
        if let Some(before) = before {
            now.follow(&before, api, toaster, turn);
        }
        now
    });
    let confirm = Later::new(
        || Box::pin(async { Ok(session::parts().await?.step_up) }),
        move || api.gate.settle(false),
    );
    view! {
        <Pages turn />
        {move || api.gate.asking.get().then(|| confirm.view())}
        <Toasts />
        <p class="visually-hidden" role="status">{announcer.0}</p>
    }
}

/// Where one is, and who.
struct Scene {
    path: String,
    person: Option<String>,
}

impl Scene {
    /// Does what is due after `before`.
    fn follow(&self, before: &Self, api: Api, toaster: Toaster, turn: RwSignal<bool>) {
        let same_person = self.person == before.person;
        // What waits for a confirmation belongs to its page and its person, and goes with either.
        if self.path != before.path || !same_person {
            api.gate.settle(false);
        }
        if self.person.is_some() && before.person.is_some() && !same_person {
            turn.update(|turn| *turn = !*turn);
            toaster.clear();
            let name = untrack(|| {
                api.account
                    .with(|Session { user, .. }| [&user.first_name, " ", &user.last_name].concat())
            });
            toaster.complain(name.unwrap_or_default() + SOMEBODY_ELSE);
        }
    }
}

/// Learns who it is whenever somebody comes back to this tab: in another one, they may have signed out or given way to
/// somebody else.
fn look_again(account: Account) {
    let looking = StoredValue::new(false);
    let look = move || {
        if document().hidden() || looking.get_value() || account.id().is_none() {
            return;
        }
        looking.set_value(true);
        spawn_local(async move {
            account.learn().await;
            looking.set_value(false);
        });
    };
    window_event_listener(ev::focus, move |_| look());
    window_event_listener(ev::visibilitychange, move |_| look());
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
