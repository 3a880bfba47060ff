//! Signing in.

use super::{SecondStep, Who, second_step};
use crate::{
    api::Api,
    form::Form,
    later::Later,
    mfa, page, routes,
    ui::{
        button::Submit,
        notice,
        text_field::{PasswordField, TextField},
    },
};
use contract::session::{SESSION, SignIn};
use leptos::prelude::*;

/// What somebody is told whose session is over while they did not end it.
const ENDED: &str = "Your session has ended. Sign in again to go on.";

/// The page.
pub fn page() -> AnyView {
    page::appear("Sign in");
    let account = Api::in_use().account;
    let enrolment = Later::new(
        || Box::pin(async { Ok(mfa::parts().await?.enrolment) }),
        move || account.0.set(Who::Nobody),
    );
    let step = Memo::new(move |_| {
        account.0.with(|who| match who {
            Who::Half(step) => Some(*step),
            _ => None,
        })
    });
    let view = move || match step.get() {
        None => Some(view! { <SignInForm /> }.into_any()),
        Some(SecondStep::Code) => Some(second_step::page()),
        Some(SecondStep::SetUp) => enrolment.view(),
    };
    view.into_any()
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
            api.account.ask();
            Ok(())
        });
    };
    let why_here = move || {
        api.account.0.with(|who| match who {
            Who::Left(text) if !text.is_empty() => Some(notice::success(text)),
            Who::Ended => Some(notice::warning(ENDED)),
            _ => None,
        })
    };
    let content = view! {
        {why_here}
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
