//! What is edited as it is kept now: fetched when it is opened, saved only if nobody else was first.

use crate::{
    api::{Api, Failure, Reply},
    dom,
    ui::failed::Failed,
};
use contract::problem::Code;
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

/// How something that is edited was fetched. A copy is the same.
#[derive(Clone, Copy)]
pub struct Fresh {
    tag: StoredValue<Option<String>>,
    /// Whether it turned out to be changed elsewhere.
    stale: RwSignal<bool>,
    reload: Callback<()>,
}

impl Fresh {
    /// Something that came with the entity tag `tag`; `reload` shows what is there now.
    pub fn new(tag: Option<String>, reload: Callback<()>) -> Self {
        Self {
            tag: StoredValue::new(tag),
            stale: RwSignal::new(false),
            reload,
        }
    }

    /// Its entity tag, which it must still have to be saved.
    pub fn tag(self) -> Option<String> {
        self.tag.get_value()
    }

    /// Learns from the answer to saving it whether somebody else was first, and the tag that it has from now on.
    pub fn hear(self, answer: &Result<Reply, Failure>) {
        let lost = |failure: &Failure| failure.code() == Some(Code::PreconditionFailed);
        let _ = self.stale.try_set(answer.as_ref().is_err_and(lost));
        if let Ok(reply) = answer {
            let _ = self.tag.try_set_value(reply.tag.clone());
        }
    }

    /// Shows what is there now.
    pub fn reload(self) {
        self.reload.run(());
    }

    /// Once somebody else was first, the way on. Until it is taken, what was typed stays.
    pub fn way_on(self) -> impl Fn() -> Option<AnyView> {
        move || {
            self.stale.get().then(|| {
                view! { <div><button type="button" class="button button--secondary button--small" on:click=move |_| self.reload()>"Discard mine and show what is there now"</button></div> }
                    .into_any()
            })
        }
    }
}

/// What a dialog shows of the thing at `path`, which is fetched for it: a row of a list may be old.
pub fn in_dialog<T: DeserializeOwned + Send + Sync + 'static>(
    path: String,
    view: impl Fn(&T, Fresh) -> AnyView + Send + 'static,
) -> AnyView {
    let api = Api::in_use();
    let read = RwSignal::new(None::<Result<(T, Option<String>), Failure>>);
    let load = Callback::new(move |()| {
        let path = path.clone();
        spawn_local(async move {
            let answer = api.read::<T>(&path).await;
            // The dialog may be closed by the time the answer comes.
            if read.try_set(Some(answer)).is_none() {
                dom::focus_soon("dialog[open] [autofocus]");
            }
        });
    });
    load.run(());
    let content = move || {
        read.with(|read| match read {
            None => view! { <div class="dialog__body" aria-busy="true"><p class="field__hint">"Loading…"</p></div> }.into_any(),
            Some(Err(failure)) => {
                let message = failure.message();
                view! { <div class="dialog__body"><Failed message retry=load /></div> }.into_any()
            }
            Some(Ok((it, tag))) => untrack(|| view(it, Fresh::new(tag.clone(), load))),
        })
    };
    content.into_any()
}
