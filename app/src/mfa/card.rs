//! The card about the second factor.

use super::parts;
use crate::{
    api::{Api, Failure, Method, parse},
    later::Later,
    security::end_others::Ending,
    ui::{
        badge::{Tone, badge},
        failed::Failed,
        notice,
        skeleton::skeleton_card,
        toast::Toaster,
    },
};
use contract::mfa::{FEW_RECOVERY_CODES, SecondFactor, TOTP, TotpSetup};
use leptos::{prelude::*, task::spawn_local};

/// The dialog that is open.
#[derive(Clone)]
pub enum Dialog {
    /// None.
    Closed,
    /// An app is being set up. What it needs to know is nowhere else.
    SetUp(TotpSetup),
    /// The same for an app that is to take the place of another.
    Replace(TotpSetup),
    /// New codes are shown. They are nowhere else, and gone with this value.
    Codes(Vec<String>),
    /// The codes are about to be replaced.
    Renew,
    /// The second factor is about to be switched off.
    SwitchOff,
}

/// What the card and its dialogs share.
#[derive(Clone, Copy)]
pub struct Desk {
    api: Api,
    state: RwSignal<Option<Result<SecondFactor, Failure>>>,
    /// The dialog that is open.
    pub dialog: RwSignal<Dialog>,
    dialogs: Later,
    ending: Ending,
}

impl Desk {
    fn new() -> Self {
        let dialog = RwSignal::new(Dialog::Closed);
        Self {
            api: Api::in_use(),
            state: RwSignal::new(None),
            dialog,
            dialogs: Later::new(
                || Box::pin(async { Ok(parts().await?.dialogs) }),
                move || dialog.set(Dialog::Closed),
            ),
            ending: expect_context(),
        }
    }

    /// The one that the card provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Asks how things stand.
    pub fn load(self) {
        spawn_local(async move {
            let state = self.api.get(TOTP).await;
            self.state.try_set(Some(state));
        });
    }

    /// Closes the dialog.
    pub fn close(self) {
        self.dialog.set(Dialog::Closed);
    }

    /// Closes the dialog after a change, and asks how things stand now.
    pub fn finish(self) {
        self.close();
        self.load();
        self.api.account.ask();
    }

    /// The same, and offers to end the sessions that began before it.
    pub fn finish_and_offer(self) {
        self.finish();
        self.ending.offer(self.api);
    }
}

/// The card.
#[component]
pub fn Mfa() -> impl IntoView {
    let desk = Desk::new();
    provide_context(desk);
    desk.load();
    let content = move || {
        desk.state.with(|state| match state {
            None => skeleton_card(),
            Some(Ok(factor)) if factor.enabled => on(desk, factor.recovery_codes_left),
            Some(Ok(_)) => view! { <Off desk /> }.into_any(),
            Some(Err(failure)) => view! { <Failed message=failure.message() retry=Callback::new(move |()| desk.load()) /> }.into_any(),
        })
    };
    // Told only whether there is one: the dialogs follow by themselves which.
    let open = Memo::new(move |_| desk.dialog.with(|dialog| !matches!(dialog, Dialog::Closed)));
    let dialog = move || open.get().then(|| desk.dialogs.view());
    view! {
        <div class="card">{content}</div>
        {dialog}
    }
}

#[component]
fn Off(
    /// What is shared.
    desk: Desk,
) -> impl IntoView {
    view! {
        <div class="rows__row">
            <div class="rows__text">
                <p class="rows__title">"Authenticator app"</p>
                <p class="rows__sub">"Off. You sign in with your password alone."</p>
            </div>
            {begin(desk, "Set up", "button button--primary", Dialog::SetUp)}
        </div>
    }
}

/// The button that begins to set up an app, and then opens the dialog about it.
fn begin(
    desk: Desk,
    label: &'static str,
    class: &'static str,
    dialog: fn(TotpSetup) -> Dialog,
) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let pending = RwSignal::new(false);
    let begin = move |_| {
        pending.set(true);
        spawn_local(async move {
            let answer = desk.api.send(Method::POST, TOTP, None).await;
            match answer.and_then(|text| parse(&text)) {
                Ok(setup) => {
                    desk.dialog.try_set(dialog(setup));
                }
                Err(failure) => toaster.complain(failure.message()),
            }
            pending.try_set(false);
        });
    };
    view! {
        <button
            type="button"
            class=class
            disabled=pending
            on:pointerenter=move |_| desk.dialogs.prefetch()
            on:focus=move |_| desk.dialogs.prefetch()
            on:click=begin
        >
            {label}
        </button>
    }
    .into_any()
}

fn on(desk: Desk, left: u32) -> AnyView {
    let few = (left <= FEW_RECOVERY_CODES).then(|| {
        notice::warning(
            "Few recovery codes are left. Make new ones, so that you can sign in without your app.",
        )
    });
    view! {
        <div class="card__body form">
            {few}
            <div class="rows__line">
                <div class="rows__text">
                    <p class="rows__title">"Authenticator app"</p>
                    <p class="rows__sub">{codes_left(left)}</p>
                </div>
                {badge(Tone::Active, "On")}
            </div>
            <div class="form__actions">
                {begin(desk, "Set up another app", "button button--secondary", Dialog::Replace)}
                <button type="button" class="button button--secondary" on:click=move |_| desk.dialog.set(Dialog::Renew)>"Make new recovery codes"</button>
                <button type="button" class="button button--secondary" on:click=move |_| desk.dialog.set(Dialog::SwitchOff)>"Switch off"</button>
            </div>
        </div>
    }
    .into_any()
}

fn codes_left(left: u32) -> String {
    match left {
        0 => "No recovery code is left.".into(),
        1 => "1 recovery code is left.".into(),
        left => format!("{left} recovery codes are left."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several_are_told_apart() {
        assert_eq!(codes_left(0), "No recovery code is left.");
        assert_eq!(codes_left(1), "1 recovery code is left.");
        assert_eq!(codes_left(10), "10 recovery codes are left.");
    }
}
