//! The second step of signing in: the password was right, the second factor is missing.

use super::start_again;
use crate::{
    api::{Api, parse},
    dom,
    form::Form,
    page,
    ui::{button::Submit, notice, text_field::TextField, toast::Toaster},
};
use contract::{
    mfa::{FEW_RECOVERY_CODES, SESSION_MFA, SecondFactorCode},
    session::SignInAnswer,
};
use leptos::{prelude::*, task::spawn_local};

/// The page.
pub fn page() -> AnyView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let form = Form::new("second-step", SESSION_MFA, SecondFactorCode::default());
    let code = form.field("code", |draft| &draft.code, |draft| &mut draft.code);
    let recovery = RwSignal::new(false);
    let submit = move |ev| {
        form.submit(&ev, None, move |answer| {
            if let Ok(SignInAnswer::SignedIn {
                recovery_codes_left: Some(left @ ..=FEW_RECOVERY_CODES),
                ..
            }) = parse(answer)
            {
                let left = match left {
                    0 => "No recovery code is".to_owned(),
                    1 => "Only 1 recovery code is".to_owned(),
                    left => format!("Only {left} recovery codes are"),
                };
                toaster.complain(left + " left. Make new ones in Account security.");
            }
            spawn_local(api.account.learn());
            Ok(())
        });
    };
    let switch = move |_| {
        recovery.update(|recovery| *recovery = !*recovery);
        code.write.run(String::new());
        dom::focus_soon("#code");
    };
    dom::focus_soon("#code");
    let input = move || {
        if recovery.get() {
            view! { <TextField label="Recovery code" field=code hint="One of the ten codes that you saved. Each works once. If you have none, ask an Administrator of your company to reset your second factor." /> }.into_any()
        } else {
            view! { <TextField label="Code" field=code autocomplete="one-time-code" hint="The six digits that your authenticator app shows now." /> }.into_any()
        }
    };
    let other = move || {
        if recovery.get() {
            "Use your authenticator app instead"
        } else {
            "Use a recovery code instead"
        }
    };
    let content = view! {
        <p class="auth__text">"Your password is right. Now give your second factor."</p>
        <form class="form" id=form.state.id novalidate on:submit=submit>
            {notice::alert(move || form.state.trouble())}
            {input}
            <Submit label="Sign in" busy="Signing in…" pending=form.state.pending class="button button--primary button--block" />
            <button type="button" class="button button--ghost button--block" on:click=switch>{other}</button>
        </form>
    };
    let foot = view! {
        "Not you? "
        {start_again()}
    };
    page::card(
        "Confirm that it is you",
        content.into_any(),
        foot.into_any(),
    )
}
