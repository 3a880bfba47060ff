//! The dialog that asks for the password, or for a second factor, before something that needs it.

use crate::{
    api::Api,
    dom,
    form::Form,
    ui::{
        button::Submit,
        dialog::Dialog,
        notice,
        text_field::{PasswordField, TextField},
    },
};
use contract::{
    check::Complaint,
    session::{STEP_UP, StepUp},
};
use leptos::prelude::*;

/// The dialog.
pub fn dialog() -> AnyView {
    view! { <StepUpDialog /> }.into_any()
}

#[component]
fn StepUpDialog() -> impl IntoView {
    let api = Api::in_use();
    let gate = api.gate;
    let form = Form::new("step-up", STEP_UP, StepUp::default());
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    let code = form.field("code", |draft| &draft.code, |draft| &mut draft.code);
    let has_app = api.account.with(|session| session.user.mfa_enabled) == Some(true);
    let by_app = RwSignal::new(false);
    let submit = move |ev| {
        // To `contract` the password is what is missing where nothing was given.
        let forgotten = by_app.get_untracked() && form.draft.with(|draft| draft.code.is_empty());
        let complaint = forgotten.then(|| Complaint {
            pointer: "/code".into(),
            message: "Enter the six digits of your app, or one of your recovery codes.".into(),
        });
        form.submit(&ev, complaint, move |_| {
            gate.settle(true);
            Ok(())
        });
    };
    let switch = move |_| {
        by_app.update(|by_app| *by_app = !*by_app);
        password.write.run(String::new());
        code.write.run(String::new());
        dom::focus_soon("#step-up input");
    };
    let give_up = Callback::new(move |()| gate.settle(false));
    let input = move || {
        if by_app.get() {
            view! { <TextField label="Code" field=code autocomplete="one-time-code" hint="The six digits of your authenticator app, or a recovery code." /> }.into_any()
        } else {
            view! { <PasswordField label="Password" field=password autocomplete="current-password" autofocus=true /> }.into_any()
        }
    };
    let other = move || {
        if by_app.get() {
            "Use your password instead"
        } else {
            "Use your authenticator app instead"
        }
    };
    let needed = if has_app {
        "This needs your password or a code of your authenticator app. What you have filled in is kept and sent once you have confirmed."
    } else {
        "This needs your password. What you have filled in is kept and sent once you have confirmed."
    };
    view! {
        <Dialog id="step-up-title" title="Confirm that it is you" small=true on_close=give_up>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <p>{needed}</p>
                    {input}
                    {has_app.then(|| view! { <p><button type="button" class="link" on:click=switch>{other}</button></p> })}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| give_up.run(())>"Cancel"</button>
                    <Submit label="Confirm" busy="Confirming…" pending=form.state.pending />
                </div>
            </form>
        </Dialog>
    }
}
