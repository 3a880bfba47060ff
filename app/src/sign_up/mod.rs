//! Signing up.

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
use contract::sign_up::{SIGN_UP, SignUp};
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    page::appear("Sign up");
    view! { <SignUpForm /> }.into_any()
}

#[component]
fn SignUpForm() -> impl IntoView {
    let api = Api::in_use();
    let form = Form::new("sign-up", SIGN_UP, SignUp::default());
    let company = form.field(
        "tenant_name",
        |draft| &draft.tenant_name,
        |draft| &mut draft.tenant_name,
    );
    let first_name = form.field(
        "first_name",
        |draft| &draft.first_name,
        |draft| &mut draft.first_name,
    );
    let last_name = form.field(
        "last_name",
        |draft| &draft.last_name,
        |draft| &mut draft.last_name,
    );
    let email = form.field("email", |draft| &draft.email, |draft| &mut draft.email);
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    // Signing up signs in; once it is known who they are, the app sends them on.
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            api.account.ask();
            Ok(())
        });
    };
    let content = view! {
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            <TextField label="Company" field=company autocomplete="organization" />
            <div class="field-row">
                <TextField label="First name" field=first_name autocomplete="given-name" />
                <TextField label="Last name" field=last_name autocomplete="family-name" />
            </div>
            <TextField label="Email" field=email kind="email" autocomplete="username" />
            <PasswordField
                label="Password"
                field=password
                autocomplete="new-password"
                hint="12 to 128 characters. A few unrelated words make a good password."
            />
            <Submit label="Sign up" busy="Signing up…" pending=form.state.pending class="button button--primary button--block" />
        </form>
    };
    let foot =
        view! { "Already have an account? " <a class="link" href=routes::SIGN_IN>"Sign in"</a> };
    page::card("Sign up for Latchkey", content.into_any(), foot.into_any())
}
