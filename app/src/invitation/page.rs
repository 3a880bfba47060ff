//! The page to accept an invitation.

use crate::{
    api::{Api, Failure},
    form::Form,
    page,
    router::Router,
    routes,
    session::Who,
    ui::{
        button::Submit,
        failed::Failed,
        icon::mark,
        notice,
        text_field::{PasswordField, TextField},
    },
};
use contract::{
    invitations::{AcceptInvitation, INVITATIONS, Invited},
    problem::Code,
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// The page.
pub fn page() -> AnyView {
    page::appear("Accept the invitation");
    let api = Api::in_use();
    // A page that was reloaded has no secret: then there is no such invitation.
    let secret = Router::in_use().take_secret();
    let path = [INVITATIONS, "/", secret.as_deref().unwrap_or("none")].concat();
    let invited = RwSignal::new(None::<Result<Invited, Failure>>);
    let asked = path.clone();
    let load = Callback::new(move |()| {
        let path = asked.clone();
        invited.set(None);
        spawn_local(async move {
            invited.try_set(Some(api.get(&path).await));
        });
    });
    load.run(());
    let card = move || {
        match invited.get() {
        None => view! { <h1 class="auth__title" tabindex="-1">"Your invitation"</h1><span class="skeleton skeleton--long"></span> }.into_any(),
        Some(Ok(invited)) => untrack(|| form(api, path.clone(), invited)),
        Some(Err(Failure::Refused(problem))) if problem.code == Code::NotFound => dead(problem.detail),
        Some(Err(failure)) => view! { <h1 class="auth__title" tabindex="-1">"Your invitation"</h1><Failed message=failure.message() retry=load /> }.into_any(),
    }
    };
    view! {
        <main class="auth" id="main" tabindex="-1">
            <div class="auth__card">{mark("auth__mark")} {card}</div>
            <p class="auth__foot">"Have an account already? " <a class="link" href=routes::SIGN_IN>"Sign in"</a></p>
        </main>
    }
    .into_any()
}

fn dead(why: String) -> AnyView {
    view! {
        <h1 class="auth__title" tabindex="-1">"This link does not work"</h1>
        <p class="auth__text">{why}</p>
        <p class="auth__text">"If you have just reloaded this page, open the link in your mail again."</p>
    }
    .into_any()
}

fn form(api: Api, path: String, invited: Invited) -> AnyView {
    let router = Router::in_use();
    let form = Form::new("accept", path, AcceptInvitation::default());
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
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    let submit = move |ev: SubmitEvent| {
        form.submit(&ev, None, move |_| {
            // Whoever was signed in before is so no more. Once it is known who it is, the app sends them on.
            api.account.0.set(Who::Asking);
            api.account.ask();
            router.correct_to("/");
            Ok(())
        });
    };
    let other = untrack(|| api.account.with(|session| session.user.email.clone()));
    view! {
        <h1 class="auth__title" tabindex="-1">"Join " {invited.tenant_name.clone()}</h1>
        <p class="auth__text">{invited.invited_by} " invites you as " <strong>{invited.role_name}</strong> "."</p>
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            {other.map(|_| notice::warning("Somebody is signed in in this browser. They are signed out when you accept."))}
            <div class="field">
                <label class="field__label" for="email">"Email"</label>
                <input class="input" id="email" type="email" readonly autocomplete="username" value=invited.email />
            </div>
            <div class="field-row">
                <TextField label="First name" field=first_name autocomplete="given-name" />
                <TextField label="Last name" field=last_name autocomplete="family-name" />
            </div>
            <PasswordField
                label="Password"
                field=password
                autocomplete="new-password"
                hint="12 to 128 characters. A few unrelated words make a good password."
            />
            <Submit label="Accept the invitation" busy="Accepting…" pending=form.state.pending class="button button--primary button--block" />
        </form>
    }
    .into_any()
}
