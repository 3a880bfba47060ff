//! Asking for a link to set a new password.

use crate::{
    form::Form,
    page, routes,
    ui::{button::Submit, notice, text_field::TextField},
};
use contract::password::{ForgotPassword, PASSWORD_RESETS};
use leptos::prelude::*;

/// What is said whether somebody has the address or not.
const SENT: &str = "If somebody has an account with this address, a link to set a new password is on its way there. It works once, within 30 minutes.";

/// The page.
pub fn page() -> AnyView {
    let sent = RwSignal::new(false);
    let view = move || if sent.get() { told(sent) } else { asked(sent) };
    view.into_any()
}

fn asked(sent: RwSignal<bool>) -> AnyView {
    page::appear("Forgot your password?");
    let form = Form::new(
        "forgot-password",
        PASSWORD_RESETS,
        ForgotPassword::default(),
    );
    let email = form.field("email", |draft| &draft.email, |draft| &mut draft.email);
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            sent.try_set(true);
            Ok(())
        });
    };
    let content = view! {
        <p class="auth__text">"Give the address of your account. A link to set a new password is mailed there."</p>
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            <TextField label="Email" field=email kind="email" autocomplete="username" />
            <Submit label="Send the link" busy="Sending…" pending=form.state.pending class="button button--primary button--block" />
        </form>
    };
    page::card("Forgot your password?", content.into_any(), to_sign_in())
}

fn told(sent: RwSignal<bool>) -> AnyView {
    page::appear("Look into your mail");
    let content = view! {
        <p class="auth__text">{SENT}</p>
        <p class="auth__text">"Nothing there? Look among the mail that was taken for spam, or try another address."</p>
        <div class="form">
            <button type="button" class="button button--secondary button--block" on:click=move |_| sent.set(false)>"Send another link"</button>
        </div>
    };
    page::card("Look into your mail", content.into_any(), to_sign_in())
}

fn to_sign_in() -> AnyView {
    view! { "Remembered it? " <a class="link" href=routes::SIGN_IN>"Sign in"</a> }.into_any()
}
