//! Setting a new password by a link that was mailed.

use super::strength::{self, NewPassword};
use crate::{
    api::{Api, Failure, Method, Reply},
    form::Form,
    page,
    router::{self, Router},
    routes,
    session::Who,
    ui::{button::Submit, notice, text_field::PasswordField},
};
use contract::{
    password::{PASSWORD_RESETS, ResetPassword},
    problem::Code,
};
use leptos::prelude::*;

const TITLE: &str = "Set a new password";
/// What the page to sign in says afterwards.
const DONE: &str = "Your new password is set. Sign in with it.";
/// What is said to somebody who reloads the page.
const LOST: &str = "The link's secret was kept nowhere while this page was reloaded. Open the link in your mail again.";

/// Whether the link may work.
#[derive(Clone, PartialEq, Eq)]
enum Link {
    /// It may.
    Good,
    /// It does not, for this reason.
    Dead(String),
}

/// The page.
pub fn page() -> AnyView {
    let secret = Router::in_use().take_secret();
    let link = RwSignal::new(match secret {
        Some(_) => Link::Good,
        None => Link::Dead(LOST.into()),
    });
    let secret = StoredValue::new(secret.unwrap_or_default());
    let view = move || match link.get() {
        Link::Good => form(link, &secret.get_value()),
        Link::Dead(why) => dead(why),
    };
    view.into_any()
}

fn form(link: RwSignal<Link>, secret: &str) -> AnyView {
    page::appear(TITLE);
    let (api, router) = (Api::in_use(), Router::in_use());
    let path = [PASSWORD_RESETS, "/", &router::encode(secret)].concat();
    let form = Form::new("reset-password", path, ResetPassword::default());
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    let done = move |answer: Result<Reply, Failure>| match answer {
        Ok(_) => {
            api.account.0.set(Who::Left(DONE));
            router.correct_to(routes::SIGN_IN);
            Ok(())
        }
        Err(Failure::Refused(problem)) if problem.code == Code::NotFound => {
            link.try_set(Link::Dead(problem.detail));
            Ok(())
        }
        Err(failure) => Err(failure),
    };
    let submit = move |ev| {
        let request = form.draft.get_untracked();
        form.send(&ev, Method::PUT, request, None, None, Box::new(done));
    };
    provide_context(NewPassword {
        typed: Signal::derive(move || form.draft.with(|draft| draft.password.clone())),
        own_words: Signal::default(),
    });
    let content = view! {
        <p class="auth__text">"You are signed out everywhere once it is set. Your access tokens stay as they are."</p>
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            <PasswordField label="New password" field=password autocomplete="new-password" hint="12 to 128 characters. A few unrelated words make a good password." />
            {strength::meter()}
            <Submit label="Set the password" busy="Setting…" pending=form.state.pending class="button button--primary button--block" />
        </form>
    };
    page::card(TITLE, content.into_any(), to_sign_in())
}

fn dead(why: String) -> AnyView {
    page::appear(TITLE);
    let content = view! {
        <div class="form">
            {notice::alert(move || Some(why.clone()))}
            <a class="button button--primary button--block" href=routes::FORGOT_PASSWORD>"Ask for a new link"</a>
        </div>
    };
    page::card(TITLE, content.into_any(), to_sign_in())
}

fn to_sign_in() -> AnyView {
    view! { "Know your password? " <a class="link" href=routes::SIGN_IN>"Sign in"</a> }.into_any()
}
