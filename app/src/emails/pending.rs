//! The line that tells of a change of one's address that waits.

use super::Changing;
use crate::{
    api::Method,
    dom,
    ui::{time_ago::time_in_words, toast::Toaster},
};
use contract::email::{MY_EMAIL, OwnEmail, PendingEmail};
use leptos::{prelude::*, task::spawn_local};

/// The line.
pub fn line() -> AnyView {
    let changing = expect_context::<Changing>();
    let pending = RwSignal::new(None);
    spawn_local(async move {
        if let Ok(own) = changing.api.get::<OwnEmail>(MY_EMAIL).await {
            pending.try_set(own.pending);
        }
    });
    let line = move || pending.get().map(|pending| told(changing, pending));
    line.into_any()
}

fn told(changing: Changing, PendingEmail { email, expires_at }: PendingEmail) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let busy = RwSignal::new(false);
    let give_up = move |_| {
        busy.set(true);
        spawn_local(async move {
            match changing.api.send(Method::DELETE, MY_EMAIL, None).await {
                Ok(_) => toaster.say("Your address stays as it is.".into()),
                Err(failure) => toaster.complain(failure.message()),
            }
            dom::focus_soon("#change-email");
            busy.try_set(false);
            // It may have been confirmed elsewhere.
            changing.api.account.ask();
            changing.load();
        });
    };
    view! {
        <p class="profile__pending muted">
            "Waiting for " <strong>{email}</strong> " to be confirmed by the link that was mailed there, until " {time_in_words(expires_at)} ". "
            <button type="button" class="link" disabled=busy on:click=give_up>"Keep the address as it is"</button>
        </p>
    }
    .into_any()
}
