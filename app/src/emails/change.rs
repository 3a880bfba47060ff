//! The dialog to change one's address.

use super::Changing;
use crate::{
    api::Api,
    dom,
    form::Form,
    ui::{button::Submit, dialog::Dialog, notice, text_field::TextField},
};
use contract::email::{ChangeEmail, MY_EMAIL};
use leptos::prelude::*;

/// The dialog.
pub fn dialog() -> AnyView {
    let changing = expect_context::<Changing>();
    let close = Callback::new(move |()| changing.open.set(false));
    let sent = RwSignal::new(None::<String>);
    let current = Api::in_use()
        .account
        .with(|session| session.user.email.clone())
        .unwrap_or_default();
    let view = move || match sent.get() {
        None => ask(&current, changing, sent, close),
        Some(new) => told(&current, &new, close),
    };
    view! { <Dialog id="change-email-title" title="Change email" small=true on_close=close>{view}</Dialog> }
        .into_any()
}

fn ask(
    current: &str,
    changing: Changing,
    sent: RwSignal<Option<String>>,
    close: Callback<()>,
) -> AnyView {
    let form = Form::new("change-email", MY_EMAIL, ChangeEmail::default());
    let email = form.field("email", |draft| &draft.email, |draft| &mut draft.email);
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            let new = form.draft.try_get_untracked().unwrap_or_default();
            sent.try_set(Some(new.email.trim().to_owned()));
            changing.load();
            dom::focus_soon("#change-email-sent");
            Ok(())
        });
    };
    view! {
        <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || form.state.trouble())}
                <p>"A link is mailed to the new address. Until you open it, " <strong>{current.to_owned()}</strong> " stays the address of your account."</p>
                <TextField label="New email" field=email kind="email" autocomplete="email" autofocus=true />
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                <Submit label="Send the link" busy="Sending…" pending=form.state.pending />
            </div>
        </form>
    }
    .into_any()
}

fn told(current: &str, new: &str, close: Callback<()>) -> AnyView {
    view! {
        <div class="dialog__body" id="change-email-sent" tabindex="-1">
            <p>"A link was mailed to " <strong>{new.to_owned()}</strong> ". Open it within 24 hours to confirm that the address is yours."</p>
            <p>"Until then " <strong>{current.to_owned()}</strong> " stays the address of your account, and you sign in with it. It was told of this, with a link to take the change back."</p>
        </div>
        <div class="dialog__footer">
            <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Done"</button>
        </div>
    }
    .into_any()
}
