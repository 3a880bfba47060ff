//! The buttons that end somebody's access, for a while or for good, or give it back.

use super::{
    deeds,
    person::Person,
    profile::{is_out_of_reach, set_active},
};
use crate::{dom, later::Later, ui::toast::Toaster};
use leptos::{prelude::*, task::spawn_local};

/// What is about to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// They may not sign in any more.
    Deactivate,
    /// Signing in asks for the password alone, since they have lost their second factor.
    ResetFactor,
    /// They are gone.
    Delete,
}

/// What is about to be done, and to whom.
#[derive(Clone, Copy)]
pub struct Asked {
    /// To whom.
    pub person: Person,
    /// What, while somebody is asked whether they mean it.
    pub deed: RwSignal<Option<Deed>>,
}

/// The foot of the card about their account.
pub fn actions(person: Person) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let asked = RwSignal::new(None::<Deed>);
    provide_context(Asked {
        person,
        deed: asked,
    });
    let question = Later::new(|| Box::pin(deeds()), move || asked.set(None));
    let pending = RwSignal::new(false);
    if person.is_me() {
        return foot(
            "This is you: you close your own account in Account profile. Somebody else who looks after people can deactivate you.",
            ().into_any(),
        );
    }
    if is_out_of_reach(person) {
        return foot(
            "Only an Administrator can deactivate or delete another, or reset their second factor.",
            ().into_any(),
        );
    }
    let reactivate = move |_| {
        pending.set(true);
        spawn_local(async move {
            match set_active(person, true).await {
                Ok(()) => {
                    toaster.say("They can sign in again.".into());
                    dom::focus_soon("#deactivate");
                }
                Err(failure) => toaster.complain(failure.message()),
            }
            pending.try_set(false);
        });
    };
    let first = move || {
        if person.user.with(|user| user.active) {
            view! { <button type="button" id="deactivate" class="button button--secondary button--small" on:pointerenter=move |_| question.prefetch() on:focus=move |_| question.prefetch() on:click=move |_| asked.set(Some(Deed::Deactivate))>"Deactivate"</button> }.into_any()
        } else {
            view! { <button type="button" class="button button--secondary button--small" disabled=pending on:click=reactivate>"Reactivate"</button> }.into_any()
        }
    };
    let reset = move || {
        person.user.with(|user| user.mfa_enabled).then(|| view! { <button type="button" class="button button--secondary button--small" on:pointerenter=move |_| question.prefetch() on:focus=move |_| question.prefetch() on:click=move |_| asked.set(Some(Deed::ResetFactor))>"Reset second factor"</button> })
    };
    let buttons = view! {
        {reset}
        {first}
        <button type="button" class="button button--danger button--small" on:pointerenter=move |_| question.prefetch() on:focus=move |_| question.prefetch() on:click=move |_| asked.set(Some(Deed::Delete))>"Delete"</button>
    };
    let dialog = move || asked.get().map(|_| question.view());
    view! {
        {foot("Who is deactivated is signed out and refused at once, and loses nothing. Who is deleted is gone for good.", buttons.into_any())}
        {dialog}
    }
    .into_any()
}

fn foot(text: &'static str, buttons: AnyView) -> AnyView {
    view! {
        <div class="card__footer">
            <p class="muted profile__changed">{text}</p>
            <div class="cluster">{buttons}</div>
        </div>
    }
    .into_any()
}
