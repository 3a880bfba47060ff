//! The dialog that gives a token a new secret.

use super::{Desk, Dialog};
use crate::{
    api::{Failure, Method, Reply, parse},
    form::Form,
    ui::{
        button::Submit, dialog::Dialog as Modal, notice, segmented::Segmented,
        text_field::complaint, toast::Toaster,
    },
};
use contract::tokens::{CreatedToken, DEFAULT_GRACE, RotateToken, TOKENS, Token};
use leptos::prelude::*;

/// How long the old secret may go on working: seconds and label.
pub const GRACES: [(&str, &str); 5] = [
    ("0", "Now"),
    ("3600", "1 hour"),
    ("86400", "24 hours"),
    ("604800", "7 days"),
    ("00", "Compromised"),
];

/// The dialog.
pub fn dialog() -> AnyView {
    let token = Desk::in_use().dialog.with_untracked(|dialog| match dialog {
        Dialog::Rotate(token) => Some((**token).clone()),
        _ => None,
    });
    token
        .map(|token| view! { <RotateDialog token /> })
        .into_any()
}

#[component]
fn RotateDialog(
    /// The token.
    token: Token,
) -> impl IntoView {
    let (desk, toaster) = (Desk::in_use(), expect_context::<Toaster>());
    let path = [TOKENS, "/", token.id.as_str(), "/rotate"].concat();
    let form = Form::new("rotate", path, RotateToken::default());
    form.place("grace_seconds");
    let grace = RwSignal::new("86400");
    let choose = Callback::new(move |seconds: &'static str| {
        grace.set(seconds);
        let seconds = seconds.parse().unwrap_or(DEFAULT_GRACE);
        form.change("grace_seconds", |draft| draft.grace_seconds = seconds);
    });
    let made = move |answer: Result<Reply, Failure>| {
        let created: CreatedToken = parse(&answer?.text)?;
        let name = created.token.name.clone();
        if desk
            .dialog
            .try_set(Dialog::Reveal(Box::new(created), true))
            .is_some()
        {
            toaster.complain(format!(
                "The token “{name}” has a new secret, but it was not shown. Give it another."
            ));
            return Ok(());
        }
        desk.reload();
        Ok(())
    };
    let submit = move |ev| {
        let request = form.draft.get_untracked();
        form.send(&ev, Method::POST, request, None, None, Box::new(made));
    };
    let close = Callback::new(move |()| desk.close());
    let until = move || match grace.get() {
        "00" => {
            "Whoever has the old secret is locked out at once, and so is every script until it has the new one."
        }
        "0" => "The old secret stops working at once.",
        _ => "Until then both secrets work, and you see who still uses the old one.",
    };
    // At most one secret is in its grace.
    let before = token.in_grace_until.map(|_| {
        notice::warning("An earlier secret still works, and rotating ends it at once. The list tells whether it is still in use.")
    });
    view! {
        <Modal id="rotate-title" title="Rotate secret" small=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <p>"“" {token.name} "” gets a new secret. Everything else about it stays, except that a refresh token ends."</p>
                    {before}
                    <fieldset class="fieldset">
                        <legend class="field__label">"The old secret ends"</legend>
                        <Segmented name="grace" options=GRACES.to_vec() value=grace.into() on_change=choose />
                        {move || complaint("grace_seconds", form.state.complaint("grace_seconds"))}
                        <p class="field__hint" role="status">{until}</p>
                    </fieldset>
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Rotate" busy="Rotating…" pending=form.state.pending />
                </div>
            </form>
        </Modal>
    }
}
