//! The dialog that asks for the password before something that needs it.

use crate::{
    api::Api,
    form::Form,
    ui::{button::Submit, dialog::Dialog, notice, text_field::PasswordField},
};
use contract::session::{STEP_UP, StepUp};
use leptos::prelude::*;

/// The dialog.
pub fn dialog() -> AnyView {
    view! { <StepUpDialog /> }.into_any()
}

#[component]
fn StepUpDialog() -> impl IntoView {
    let gate = Api::in_use().gate;
    let form = Form::new("step-up", STEP_UP, StepUp::default());
    let password = form.field(
        "password",
        |draft| &draft.password,
        |draft| &mut draft.password,
    );
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            gate.settle(true);
            Ok(())
        });
    };
    let give_up = Callback::new(move |()| gate.settle(false));
    view! {
        <Dialog id="step-up-title" title="Confirm that it is you" small=true on_close=give_up>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <p>"This needs your password. What you have filled in is kept and sent once you have confirmed."</p>
                    <PasswordField label="Password" field=password autocomplete="current-password" autofocus=true />
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| give_up.run(())>"Cancel"</button>
                    <Submit label="Confirm" busy="Confirming…" pending=form.state.pending />
                </div>
            </form>
        </Dialog>
    }
}
