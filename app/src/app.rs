//! The app around its pages: what all of them share.

use crate::{
    api::Api,
    clock::Clock,
    later::Later,
    page::Announcer,
    router::{self, Router},
    routes::{self, Pages},
    session::{self, Account, Gate, Who},
    ui::{
        tip::Tip,
        toast::{Toaster, Toasts},
    },
};
use contract::{ids::UserId, session::Session};
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
    provide_context(api);
    provide_context(announcer);
    provide_context(router);
    provide_context(Clock::new());
    provide_context(Toaster::new());
    api.account.ask();
    prefetch_pages();
    look_again(api.account);
    // Sends people to where they belong, whenever they or the place change.
    Effect::new(move |_| {
        if let Some(path) = router
            .place()
            .with(|place| routes::detour_from(api.account, place))
        {
            router.correct_to(&path);
        }
    });
    // What waits for a confirmation belongs to its page and its person, and goes with either.
    let path = Memo::new(move |_| router.place().with(|place| place.path.clone()));
    let person = Memo::new(move |_| api.account.with(|session| session.user.id.clone()));
    Effect::new(move |_| {
        let _ = (path.get(), person.get());
        api.gate.settle(false);
    });
    let turn = turns(person);
    Effect::new(move |before: Option<u32>| {
        let now = turn.get();
        if before.is_some_and(|before| before != now) {
            let toaster = expect_context::<Toaster>();
            let name = untrack(|| {
                api.account
                    .with(|Session { user, .. }| [&user.first_name, " ", &user.last_name].concat())
            });
            toaster.clear();
            toaster.complain(name.unwrap_or_default() + SOMEBODY_ELSE);
        }
        now
    });
    let confirm = Later::new(
        || Box::pin(async { Ok(session::parts().await?.step_up) }),
        move || api.gate.settle(false),
    );
    view! {
        <Pages turn />
        {move || api.gate.asking.get().then(|| confirm.view()).flatten()}
        <Toasts />
        <Tip />
        <p class="visually-hidden" role="status">{announcer.0}</p>
    }
}

/// Counts how often somebody else has taken the place of the person at the browser.
fn turns(person: Memo<Option<UserId>>) -> Memo<u32> {
    let last = Memo::new(move |before: Option<&(u32, Option<UserId>)>| {
        let now = person.get();
        let (turn, other) = before.map_or((0, false), |(turn, last)| {
            (*turn, now.is_some() && last.is_some() && now != *last)
        });
        (turn + u32::from(other), now)
    });
    Memo::new(move |_| last.with(|(turn, _)| *turn))
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
