//! Setting up the second factor in the course of signing in, where the company's policy asks for one.

use super::{
    codes::{self, Saved},
    key,
};
use crate::{
    api::{Api, Failure, Method, parse},
    form::Form,
    page,
    session::{self, Who},
    ui::{
        button::Submit, failed::Failed, notice, skeleton::skeleton_card, text_field::TextField,
        toast::Toaster,
    },
};
use contract::{
    mfa::{RecoveryCodes, SecondFactorCode, TOTP, TOTP_CONFIRM, TotpSetup},
    problem::Code,
    session::MY_SESSIONS,
};
use leptos::{prelude::*, task::spawn_local};

const SET_UP: &str = "Set up your second factor";
const SAVE: &str = "Save your recovery codes";

/// How far it has come.
#[derive(Clone)]
enum Step {
    /// The key of the app is being made.
    Loading,
    /// It could not be made.
    Failed(Failure),
    /// The app is being set up. What it needs to know is nowhere else.
    SetUp(TotpSetup),
    /// The codes are shown. They are nowhere else, and gone with this value.
    Codes(Vec<String>),
}

/// The page.
pub fn page() -> AnyView {
    let api = Api::in_use();
    let step = RwSignal::new(Step::Loading);
    let begin = Callback::new(move |()| {
        step.set(Step::Loading);
        spawn_local(async move {
            let answer = api.send(Method::POST, TOTP, None).await;
            match answer.and_then(|text| parse(&text)) {
                Ok(setup) => {
                    step.try_set(Step::SetUp(setup));
                }
                // It was set up elsewhere meanwhile: what is asked for has to be found out anew.
                Err(failure) if failure.code() == Some(Code::MfaRequired) => {
                    api.account.0.set(Who::Half);
                }
                Err(failure) => {
                    step.try_set(Step::Failed(failure));
                }
            }
        });
    });
    begin.run(());
    page::appear(SET_UP);
    let codes = Memo::new(move |_| match step.get() {
        Step::Codes(codes) => Some(codes),
        _ => None,
    });
    let content = move || match step.get() {
        Step::Loading => skeleton_card(),
        Step::Failed(failure) => {
            view! { <Failed message=failure.message() retry=begin /> }.into_any()
        }
        Step::SetUp(setup) => set_up(setup, step),
        Step::Codes(_) => ().into_any(),
    };
    let view = move || match codes.get() {
        None => page::card(SET_UP, content.into_any(), start_again()),
        Some(codes) => save(codes),
    };
    view.into_any()
}

fn set_up(setup: TotpSetup, step: RwSignal<Step>) -> AnyView {
    let form = Form::new("set-up", TOTP_CONFIRM, SecondFactorCode::default());
    let code = form.field("code", |draft| &draft.code, |draft| &mut draft.code);
    let submit = move |ev| {
        form.submit(&ev, None, move |answer| {
            let made: RecoveryCodes = parse(answer)?;
            step.try_set(Step::Codes(made.recovery_codes));
            Ok(())
        });
    };
    view! {
        <p class="auth__text">"Your company asks everybody for Multi-Factor Authentication. Set it up once, and you are signed in."</p>
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            {key::view(setup)}
            <TextField label="Code" field=code autocomplete="one-time-code" hint="The six digits that the app shows now." />
            <Submit label="Switch on" busy="Switching on…" pending=form.state.pending class="button button--primary button--block" />
        </form>
    }
    .into_any()
}

fn save(codes: Vec<String>) -> AnyView {
    page::appear(SAVE);
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let saved = Saved::new();
    let everywhere = RwSignal::new(false);
    // The session is whole by now, but the app takes no notice before the codes are saved.
    let go_on = move |_| {
        if !saved.or_remind() {
            return;
        }
        let others_too = everywhere.get_untracked();
        spawn_local(async move {
            if others_too && let Err(failure) = api.send(Method::DELETE, MY_SESSIONS, None).await {
                toaster.complain(failure.message());
            }
            api.account.learn().await;
        });
    };
    let content = view! {
        <div class="form">
            {codes::view(codes, saved)}
            // What began with the password alone (OWASP ASVS 5.0, 7.4.3).
            <label class="choice">
                <input class="checkbox" type="checkbox" on:change=move |ev| everywhere.set(event_target_checked(&ev)) />
                <span class="choice__text">"Sign me out everywhere else"</span>
            </label>
            <button type="button" class="button button--primary button--block" on:click=go_on>"Continue"</button>
        </div>
    };
    let foot = "You can make new ones in your account security.";
    page::card(SAVE, content.into_any(), foot.into_any())
}

/// The way back to the password.
fn start_again() -> AnyView {
    view! { "Not you? " {session::start_again()} }.into_any()
}
