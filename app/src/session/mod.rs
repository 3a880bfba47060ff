//! Who is signed in, and the confirmation that it is still them.

mod second_step;
mod sign_in;
mod step_up;

use crate::{
    api::{Api, Failure, Method, parse},
    clock,
    later::{Missing, Render},
    sign_up,
};
use contract::{
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
    /// Nobody, or somebody whose session is over.
    Nobody,
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
    /// Asks the server who it is.
    pub fn ask(self, api: Api) {
        if self
            .0
            .with_untracked(|who| !matches!(who, Who::Somebody(_)))
        {
            self.0.set(Who::Asking);
        }
        spawn_local(async move {
            match api
                .send(Method::GET, SESSION, None)
                .await
                .and_then(|text| parse(&text))
            {
                Ok(session) => self.welcome(session),
                Err(Failure::Unreachable) => self.0.set(Who::Unreachable),
                // `send` has noted a 401 already; any other refusal is as good as nobody.
                Err(_) if self.0.with_untracked(|who| *who == Who::Half) => (),
                Err(_) => self.lose(),
            }
        });
    }

    /// Notes who it is. Times are told in their zone from now on.
    fn welcome(self, session: Session) {
        clock::tell_in(session.user.time_zone.as_deref());
        self.0.set(Who::Somebody(Box::new(session)));
    }

    /// Notes what has become different about the person.
    pub fn change(self, change: impl FnOnce(&mut User)) {
        let session = self.0.with_untracked(|who| match who {
            Who::Somebody(session) => Some(session.as_ref().clone()),
            _ => None,
        });
        let Some(mut session) = session else {
            return;
        };
        let before = session.user.clone();
        change(&mut session.user);
        if session.user != before {
            self.welcome(session);
        }
    }

    /// Notes that the session is over.
    pub fn lose(self) {
        self.0.set(Who::Nobody);
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
