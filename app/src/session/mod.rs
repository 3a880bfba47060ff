//! Who is signed in, and the confirmation that it is still them.

mod second_step;
mod sign_in;
mod step_up;

use crate::{
    api::{self, Api, Failure, Method},
    clock,
    later::{Missing, Render},
    sign_up,
    ui::toast::Toaster,
};
use contract::{
    problem::Code,
    session::{SESSION, Session},
    users::User,
};
use js_sys::{Function, Promise};
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Whatever proves who one is.
pub struct Parts {
    /// The page to sign in.
    pub sign_in: Render,
    /// The page to sign up.
    pub sign_up: Render,
    /// The dialog to confirm that it is still them.
    pub step_up: Render,
}

/// Whatever proves who one is, as one chunk: small forms that share nearly all of their code.
#[wasm_split(identity, wasm_split_path = leptos::wasm_split, fallible)]
pub fn parts() -> Result<Parts, Missing> {
    Ok(Parts {
        sign_in: sign_in::page,
        sign_up: sign_up::page,
        step_up: step_up::dialog,
    })
}

/// Who is at the browser, as far as is known.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// The server is being asked.
    Asking,
    /// The server could not be asked.
    Unreachable,
    /// Nobody.
    Nobody,
    /// Nobody any more: the session of somebody is over, though they did not end it here.
    Ended,
    /// Nobody yet: the password was right, the second factor is missing.
    Half,
    /// Nobody, because they signed out; and what they should know about it, often nothing.
    Left(&'static str),
    /// Somebody.
    Somebody(Box<Session>),
}

/// The person at the browser. One for the whole app.
#[derive(Clone, Copy)]
pub struct Account(pub RwSignal<Who>);

impl Account {
    /// Asks the server who it is, and does not wait.
    pub fn ask(self) {
        if self.id().is_none() {
            self.0.set(Who::Asking);
        }
        spawn_local(self.learn());
    }

    /// Learns from the server who it is: the page may be of somebody whose session is over, or who gave way to
    /// somebody else in another tab.
    pub async fn learn(self) {
        let known = self.id().is_some();
        match api::ask(SESSION).await {
            Ok(session) => self.welcome(session),
            Err(failure) => match failure.code() {
                Some(Code::MfaRequired) => self.note(Who::Half),
                Some(Code::Unauthenticated) => self.lose(),
                // What went wrong just now does not say that somebody's session is over.
                _ if known => {}
                None => self.note(Who::Unreachable),
                Some(_) => self.lose(),
            },
        }
    }

    /// Notes who it is. Times are told in their zone from now on.
    fn welcome(self, mut session: Session) {
        clock::tell_in(session.user.time_zone.as_deref());
        // Different each time, and shown nowhere: whatever follows the person is not to follow these.
        session.step_up_until = None;
        session.user.last_seen_at = None;
        self.note(Who::Somebody(Box::new(session)));
    }

    /// Notes who it is, unless that is known.
    fn note(self, who: Who) {
        if self.0.with_untracked(|known| *known != who) {
            self.0.set(who);
        }
    }

    /// Notes what has become different about the person. What turns out to be about somebody else came too late.
    pub fn change(self, change: impl FnOnce(&mut User)) {
        let session = self.0.with_untracked(|who| match who {
            Who::Somebody(session) => Some(session.as_ref().clone()),
            _ => None,
        });
        let Some(mut session) = session else {
            return;
        };
        let known = session.user.id.clone();
        change(&mut session.user);
        if session.user.id == known {
            self.welcome(session);
        }
    }

    /// Notes that there is no session.
    fn lose(self) {
        let who = self.0.with_untracked(|who| match who {
            Who::Left(_) => None,
            Who::Somebody(_) | Who::Half | Who::Ended => Some(Who::Ended),
            _ => Some(Who::Nobody),
        });
        if let Some(who) = who {
            self.note(who);
        }
    }

    /// Something about the person, once they are known.
    pub fn with<T>(self, about: impl FnOnce(&Session) -> T) -> Option<T> {
        self.0.with(|who| {
            if let Who::Somebody(session) = who {
                Some(about(session))
            } else {
                None
            }
        })
    }

    /// The id of the person, once they are known.
    pub fn id(self) -> Option<String> {
        untrack(|| self.with(|session| session.user.id.as_str().to_owned()))
    }
}

/// The button by which somebody who is half signed in gives way to somebody else: what was begun ends at the server too.
pub fn start_again() -> AnyView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let leave = move |_| {
        spawn_local(async move {
            match api.send(Method::DELETE, SESSION, None).await {
                Err(failure @ Failure::Unreachable) => toaster.complain(failure.message()),
                _ => api.account.0.set(Who::Nobody),
            }
        });
    };
    view! { <button type="button" class="link" on:click=leave>"Start again"</button> }.into_any()
}

/// Where calls wait that need the person's password first. One for the whole app.
#[derive(Clone, Copy)]
pub struct Gate {
    /// Whether the password is being asked for.
    pub asking: RwSignal<bool>,
    waiting: StoredValue<Vec<Function>, LocalStorage>,
}

impl Gate {
    /// A gate at which nobody waits.
    pub fn new() -> Self {
        Self {
            asking: RwSignal::new(false),
            waiting: StoredValue::new_local(Vec::new()),
        }
    }

    /// Asks for the password and waits until it was given (`true`) or refused.
    pub async fn confirmed(self) -> bool {
        let promise = Promise::new(&mut |resolve, _| {
            self.waiting.update_value(|waiting| waiting.push(resolve));
        });
        self.asking.set(true);
        JsFuture::from(promise)
            .await
            .is_ok_and(|confirmed| confirmed.is_truthy())
    }

    /// Lets everyone who waits go on, or turns them away.
    pub fn settle(self, confirmed: bool) {
        self.asking.set(false);
        for resolve in self
            .waiting
            .try_update_value(std::mem::take)
            .unwrap_or_default()
        {
            let _ = resolve.call1(&JsValue::UNDEFINED, &confirmed.into());
        }
    }
}
