//! Ending one of the two secrets of a token that work: the one before by retiring it, the present one by undoing the rotation.

use super::{Desk, insight::used_by};
use crate::{
    api::{Api, Cargo, Failure, Method},
    ui::{dialog::Dialog as Modal, toast::Toaster},
};
use contract::tokens::{Activity, OldSecret, TOKENS, Token};
use leptos::{prelude::*, task::spawn_local};

/// How one of two secrets that work ends.
#[derive(Clone, Copy)]
pub(super) struct Act {
    /// Where, below the token.
    path: &'static str,
    /// What is said once it is done.
    said: &'static str,
    /// Whether it locks out whoever uses the secret before.
    locks_out: bool,
}

/// The secret before is retired.
pub(super) const RETIRE: Act = Act {
    path: "/grace",
    said: "The old secret no longer works.",
    locks_out: true,
};
/// The rotation is undone.
pub(super) const UNDO: Act = Act {
    path: "/rotation",
    said: "The old secret is the only one again.",
    locks_out: false,
};

/// Ends one of the two secrets of a token that work. A clone is the same.
#[derive(Clone)]
pub(super) struct Ending {
    api: Api,
    desk: Desk,
    toaster: Toaster,
    path: String,
    name: String,
    /// Whether an answer is awaited.
    pub pending: RwSignal<bool>,
    /// Whom it would lock out, and the tag of the token, while that is asked.
    asked: RwSignal<Option<(OldSecret, Option<String>)>>,
    /// Where trouble is told in a dialog: what lies outside of one that is open is not seen.
    trouble: Option<RwSignal<Option<String>>>,
    /// Called once the secrets may be others; told whether the act was done.
    over: Callback<bool>,
}

impl Ending {
    /// Of this token; `trouble` is where a dialog tells it.
    pub fn of(
        desk: Desk,
        token: &Token,
        trouble: Option<RwSignal<Option<String>>>,
        over: Callback<bool>,
    ) -> Self {
        Self {
            api: Api::in_use(),
            desk,
            toaster: expect_context(),
            path: [TOKENS, "/", token.id.as_str()].concat(),
            name: token.name.clone(),
            pending: RwSignal::new(false),
            asked: RwSignal::new(None),
            trouble,
            over,
        }
    }

    /// Does it if the secret before is still the one that was `shown`, and asks first if somebody uses that.
    pub fn begin(&self, act: Act, shown: &OldSecret) {
        let (it, shown) = (self.clone(), shown.clone());
        self.work(async move {
            match it.look(&shown).await {
                Ok(Some((old, tag))) if act.locks_out && old.is_in_use() => {
                    let _ = it.asked.try_set(Some((old, tag)));
                }
                Ok(Some((_, tag))) => it.send(act, tag).await,
                Ok(None) => {
                    it.complain("The token was changed elsewhere. Look at it again.".into());
                    it.end(false);
                }
                Err(failure) => it.complain(failure.message()),
            }
        });
    }

    /// Does some work, one at a time.
    fn work(&self, work: impl Future<Output = ()> + 'static) {
        let pending = self.pending;
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        if let Some(trouble) = self.trouble {
            trouble.set(None);
        }
        spawn_local(async move {
            work.await;
            let _ = pending.try_set(false);
        });
    }

    /// The secret before as it is now with the tag of the token, unless it is another one than was `shown`.
    async fn look(
        &self,
        shown: &OldSecret,
    ) -> Result<Option<(OldSecret, Option<String>)>, Failure> {
        // The tag comes first: it refuses what is changed after it.
        let (_, tag) = self.api.read::<Token>(&self.path).await?;
        let path = [&self.path, "/activity"].concat();
        let old = self.api.get::<Activity>(&path).await?.old_secret;
        let of = |old: &OldSecret| (old.retired_at, old.until, old.last_four.clone());
        Ok(old.filter(|old| of(old) == of(shown)).map(|old| (old, tag)))
    }

    async fn send(&self, act: Act, if_match: Option<String>) {
        let cargo = Cargo {
            if_match,
            ..Cargo::default()
        };
        let path = [&self.path, act.path].concat();
        let answer = self.api.exchange(Method::DELETE, &path, &cargo).await;
        match &answer {
            Ok(_) => self.toaster.say(act.said.into()),
            Err(failure) => self.complain(failure.message()),
        }
        self.end(answer.is_ok());
    }

    /// Has everything come anew. It may have been done even if no answer came.
    fn end(&self, done: bool) {
        self.desk.reload();
        let _ = self.over.try_run(done);
    }

    fn complain(&self, message: String) {
        let rest = match self.trouble {
            Some(trouble) => trouble.try_set(Some(message)).flatten(),
            None => Some(message),
        };
        if let Some(message) = rest {
            self.toaster.complain(message);
        }
    }

    /// What is asked before somebody is locked out.
    pub fn question(self) -> impl Fn() -> Option<AnyView> {
        move || {
            let (old, tag) = self.asked.get()?;
            let (it, asked) = (self.clone(), self.asked);
            let name = it.name.clone();
            let close = Callback::new(move |()| asked.set(None));
            let retire = move |_| {
                close.run(());
                let (done, tag) = (it.clone(), tag.clone());
                it.work(async move { done.send(RETIRE, tag).await });
            };
            let used = old.last_used_at.map(|at| {
                let by = [old.last_used_ip, old.last_used_agent];
                used_by("It was last used ", at, by)
            });
            Some(view! {
                <Modal id="retire-title" title="Retire the old secret" small=true on_close=close>
                    <div class="dialog__body">
                        <p>"The old secret …" {old.last_four} " of “" {name} "” is still in use. " {used}</p>
                        <p>"Whoever uses it is refused at once. This cannot be undone."</p>
                    </div>
                    <div class="dialog__footer">
                        <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                        <button type="button" class="button button--danger" on:click=retire>"Retire now"</button>
                    </div>
                </Modal>
            }
            .into_any())
        }
    }
}
