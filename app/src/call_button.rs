//! A button that makes one call and tells how it went.

use crate::{
    api::{Api, Method},
    ui::toast::Toaster,
};
use leptos::{prelude::*, task::spawn_local};

/// What it is called, and what it does.
pub struct CallButton {
    /// What stands on it.
    pub label: &'static str,
    /// What it is called by those who do not see what it stands beside.
    pub name: Option<String>,
    /// By which it is found again in a list that came anew.
    pub id: String,
    /// The method of the call.
    pub method: Method,
    /// The path of the call.
    pub path: String,
    /// What is told once it went well.
    pub done: &'static str,
}

impl CallButton {
    /// The button. However it went, `after` is called: what is shown may be out of date either way.
    pub fn view(self, after: impl Fn() + Clone + Send + Sync + 'static) -> AnyView {
        let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
        let pending = RwSignal::new(false);
        let call = move |_| {
            if pending.get_untracked() {
                return;
            }
            let (method, path, after) = (self.method.clone(), self.path.clone(), after.clone());
            pending.set(true);
            spawn_local(async move {
                match api.send(method, &path, None).await {
                    Ok(_) => toaster.say(self.done.into()),
                    Err(failure) => toaster.complain(failure.message()),
                }
                after();
                pending.try_set(false);
            });
        };
        view! {
            <button
                type="button"
                class="button button--secondary button--small"
                id=self.id
                aria-label=self.name
                aria-disabled=move || pending.get().then_some("true")
                on:click=call
            >
                {self.label}
            </button>
        }
        .into_any()
    }
}
