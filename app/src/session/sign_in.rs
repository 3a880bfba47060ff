//! Signing in.

use super::{Who, second_step::SecondStep};
use crate::{
    api::Api,
    form::Form,
    page, routes,
    ui::{
        button::Submit,
        notice,
        text_field::{PasswordField, TextField},
    },
};
use contract::session::{SESSION, SignIn};
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    page::appear("Sign in");
    let account = Api::in_use().account;
    let half = Memo::new(move |_| account.0.with(|who| *who == Who::Half));
    let form = move || {
        if half.get() {
            view! { <SecondStep /> }.into_any()
        } else {
            view! { <SignInForm /> }.into_any()
        }
    };
    form.into_any()
}

#[component]
fn SignInForm() -> impl IntoView {
    let api = Api::in_use();
    let form = Form::new("sign-in", SESSION, SignIn::default());
    let email = form.field("email", |draft| &draft.email, |draft| &mut draft.email);
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    // Once it is known who they are, the app sends them on.
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            api.account.ask(api);
            Ok(())
        });
    };
    let farewell = move || {
        api.account.0.with(|who| match who {
            Who::Left(text) if !text.is_empty() => Some(notice::success(text)),
            _ => None,
        })
    };
    let content = view! {
        {farewell}
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            <TextField label="Email" field=email kind="email" autocomplete="username" />
            <PasswordField label="Password" field=password autocomplete="current-password" />
            <Submit label="Sign in" busy="Signing in…" pending=form.state.pending class="button button--primary button--block" />
            <a class="link auth__link" href=routes::FORGOT_PASSWORD>"Forgot your password?"</a>
        </form>
    };
    let foot = view! { "New here? " <a class="link" href=routes::SIGN_UP>"Sign up"</a> };
    page::card("Sign in to Latchkey", content.into_any(), foot.into_any())
}
