//! The card to change one's password.

use crate::{
    api::Api,
    form::Form,
    passwords::{self, NewPassword},
    session::Who,
    ui::{button::Submit, notice, text_field::PasswordField},
};
use contract::password::{ChangePassword, MY_PASSWORD};
use leptos::prelude::*;

/// What the page to sign in says afterwards.
const CHANGED: &str = "Your password was changed. Sign in with the new one.";

/// The card.
#[component]
pub fn Password() -> impl IntoView {
    let api = Api::in_use();
    let form = Form::new("change-password", MY_PASSWORD, ChangePassword::default());
    let current = form.field(
        "current_password",
        |draft| &draft.current_password,
        |draft| &mut draft.current_password,
    );
    let new = form.field(
        "new_password",
        |draft| &draft.new_password,
        |draft| &mut draft.new_password,
    );
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            api.account.0.set(Who::Left(CHANGED));
            Ok(())
        });
    };
    let password = NewPassword {
        typed: Signal::derive(move || form.draft.with(|draft| draft.new_password.clone())),
        own_words: Signal::derive(move || {
            let own = api.account.with(|session| {
                let user = &session.user;
                vec![
                    session.tenant_name.clone(),
                    user.first_name.clone(),
                    user.last_name.clone(),
                    user.email.clone(),
                ]
            });
            own.unwrap_or_default()
        }),
    };
    let tick = move |ev| {
        form.change("revoke_tokens", |draft| {
            draft.revoke_tokens = event_target_checked(&ev);
        });
    };
    view! {
        <form class="card" id=form.state.id novalidate on:submit=submit>
            <div class="card__body form password">
                {notice::alert(move || form.state.trouble())}
                <PasswordField label="Current password" field=current autocomplete="current-password" />
                <PasswordField label="New password" field=new autocomplete="new-password" hint="12 to 128 characters. A few unrelated words make a good password." />
                {passwords::meter(password)}
                <label class="choice">
                    <input class="checkbox" type="checkbox" prop:checked=move || form.draft.with(|draft| draft.revoke_tokens) on:change=tick />
                    <span class="choice__text">"Also revoke my access tokens"</span>
                </label>
            </div>
            <div class="card__footer">
                <p class="muted password__note">"Changing your password will log you out immediately. Use the new password to log back in."</p>
                <Submit label="Change password" busy="Changing…" pending=form.state.pending />
            </div>
        </form>
    }
}
