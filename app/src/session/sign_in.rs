//! Signing in.

use super::{Who, second_step};
use crate::{
    api::{self, Api},
    form::Form,
    later::Later,
    mfa, page, routes,
    ui::{
        button::Submit,
        notice,
        text_field::{PasswordField, TextField},
    },
};
use contract::{
    mfa::{SecondFactor, TOTP},
    session::{SESSION, SignIn},
};
use leptos::{prelude::*, task::spawn_local};

/// What somebody is told whose session is over while they did not end it.
const ENDED: &str = "Your session has ended. Sign in again to go on.";

/// What signing in takes now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Address and password.
    Password,
    /// A code of the second factor.
    Code,
    /// A second factor in the first place: there is none yet, and there must be one.
    SetUp,
}

impl Step {
    /// What is still missing in a session that is half.
    async fn second() -> Self {
        match api::ask::<SecondFactor>(TOTP).await {
            Ok(factor) if !factor.enabled => Self::SetUp,
            _ => Self::Code,
        }
    }
}

/// The page.
pub fn page() -> AnyView {
    page::appear("Sign in");
    let account = Api::in_use().account;
    let enrolment = Later::new(
        || Box::pin(async { Ok(mfa::parts().await?.enrolment) }),
        move || account.0.set(Who::Nobody),
    );
    let step = RwSignal::new(Step::Password);
    // What is filled in stays while nothing else is asked for.
    let go_to = move |next| {
        if step.try_get_untracked().is_some_and(|now| now != next) {
            step.set(next);
        }
    };
    Effect::new(move |_| {
        if account.0.with(|who| *who != Who::Half) {
            return go_to(Step::Password);
        }
        spawn_local(async move {
            let second = Step::second().await;
            // They may have begun anew meanwhile.
            if account.0.with_untracked(|who| *who == Who::Half) {
                go_to(second);
            }
        });
    });
    let view = move || match step.get() {
        Step::Password => Some(view! { <SignInForm /> }.into_any()),
        Step::Code => Some(second_step::page()),
        Step::SetUp => Some(enrolment.view()),
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
