//! The dialogs around the second factor.

use super::{
    card::{Desk, Dialog},
    codes::{self, Saved},
    key,
};
use crate::{
    api::{Api, Failure, Method, Reply, parse},
    form::Form,
    ui::{button::Submit, dialog::Dialog as Modal, notice, text_field::TextField, toast::Toaster},
};
use contract::{
    mfa::{RECOVERY_CODES, RecoveryCodes, SecondFactorCode, TOTP, TOTP_CONFIRM, TotpSetup},
    problem::Code,
};
use leptos::{prelude::*, task::spawn_local};

/// Codes were made, and the answer with them did not arrive.
const UNSEEN: &str =
    "Multi-Factor Authentication is on, but you have not seen its recovery codes. Make new ones.";

/// The dialog that is open.
pub fn dialogs() -> AnyView {
    let desk = Desk::in_use();
    let view = move || {
        match desk.dialog.get() {
        Dialog::Closed => ().into_any(),
        Dialog::SetUp(setup) => view! { <SetUp setup /> }.into_any(),
        Dialog::Replace(setup) => view! { <SetUp setup replaces=true /> }.into_any(),
        Dialog::Codes(codes) => view! { <Codes codes /> }.into_any(),
        Dialog::Renew => view! {
            <Confirm
                title="Make new recovery codes"
                text="The codes that you have stop working at once, and ten new ones are shown."
                label="Make new codes"
                method=Method::POST
                path=RECOVERY_CODES
            />
        }
        .into_any(),
        Dialog::SwitchOff => view! {
            <Confirm
                title="Switch off Multi-Factor Authentication"
                text="Your password alone will be enough to sign in. Your app and your recovery codes stop working."
                label="Switch off"
                method=Method::DELETE
                path=TOTP
            />
        }
        .into_any(),
    }
    };
    view.into_any()
}

#[component]
fn SetUp(
    /// What the app needs to know.
    setup: TotpSetup,
    /// Whether it takes the place of another.
    #[prop(optional)]
    replaces: bool,
) -> impl IntoView {
    let (desk, toaster) = (Desk::in_use(), expect_context::<Toaster>());
    let lost = RwSignal::new(false);
    let form = Form::new("set-up", TOTP_CONFIRM, SecondFactorCode::default());
    let code = form.field("code", |draft| &draft.code, |draft| &mut draft.code);
    let submit = move |ev| {
        let done = move |answer: Result<Reply, Failure>| {
            let made: Result<RecoveryCodes, _> = answer.and_then(|reply| parse(&reply.text));
            match made {
                // The dialog may have been cancelled meanwhile; the card behind is not to tell what was before.
                Ok(made) => {
                    desk.dialog.set(Dialog::Codes(made.recovery_codes));
                    desk.load();
                }
                // It was done already: by a try whose answer was lost, or elsewhere.
                Err(failure) if failure.code() == Some(Code::Conflict) => {
                    let unseen = lost.try_get_untracked() == Some(true);
                    toaster.complain(if unseen {
                        UNSEEN.into()
                    } else {
                        failure.message()
                    });
                    desk.finish_and_offer();
                }
                Err(failure) => {
                    if matches!(failure, Failure::Unreachable) {
                        lost.try_set(true);
                    }
                    return Err(failure);
                }
            }
            Ok(())
        };
        let request = form.draft.get_untracked();
        form.send(&ev, Method::POST, request, None, None, Box::new(done));
    };
    let (title, label, busy) = if replaces {
        ("Set up another app", "Replace the app", "Replacing…")
    } else {
        (
            "Set up Multi-Factor Authentication",
            "Switch on",
            "Switching on…",
        )
    };
    let meanwhile = replaces.then(|| {
        view! { <p>"The app that you have works until you replace it. There will be ten new recovery codes then, and the old ones stop working."</p> }
    });
    let close = Callback::new(move |()| desk.close());
    view! {
        <Modal id="set-up-title" title on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    {meanwhile}
                    {key::view(setup)}
                    <TextField label="Code" field=code autocomplete="one-time-code" hint="The six digits that the app shows now." autofocus=true />
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label busy pending=form.state.pending />
                </div>
            </form>
        </Modal>
    }
}

#[component]
fn Codes(
    /// The codes.
    codes: Vec<String>,
) -> impl IntoView {
    let desk = Desk::in_use();
    let saved = Saved::new();
    let close = Callback::new(move |()| {
        if saved.or_remind() {
            desk.finish_and_offer();
        }
    });
    view! {
        <Modal id="codes-title" title="Recovery codes" on_close=close>
            <div class="dialog__body">{codes::view(codes, saved)}</div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Done"</button>
            </div>
        </Modal>
    }
}

#[component]
fn Confirm(
    /// What is about to be done.
    title: &'static str,
    /// What that means.
    text: &'static str,
    /// What the button says.
    label: &'static str,
    /// How it is done.
    method: Method,
    /// By which call.
    path: &'static str,
) -> impl IntoView {
    let (api, desk, toaster) = (Api::in_use(), Desk::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| desk.close());
    let done = move |answer: Result<String, Failure>| {
        let text = answer?;
        if path == RECOVERY_CODES {
            let made: RecoveryCodes = parse(&text)?;
            desk.dialog.set(Dialog::Codes(made.recovery_codes));
        } else {
            toaster.say("Multi-Factor Authentication is off.".into());
            desk.finish_and_offer();
        }
        Ok::<_, Failure>(())
    };
    let act = move |_| {
        let method = method.clone();
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api.send(method, path, None).await;
            // The dialog may be gone by the time its answer comes; codes that were made are shown all the same.
            pending.try_set(false);
            if let Err(failure) = done(answer) {
                trouble.try_set(Some(failure.message()));
            }
        });
    };
    view! {
        <Modal id="confirm-title" title small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>{text}</p>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--danger" disabled=pending on:click=act>{label}</button>
            </div>
        </Modal>
    }
}
