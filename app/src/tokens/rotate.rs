//! The dialog that gives a token a new secret.

use super::{Desk, Dialog, edit};
use crate::{
    api::{Failure, Method, Reply, parse},
    form::Form,
    fresh::{self, Fresh},
    ui::{
        button::Submit, dialog::Dialog as Modal, notice, segmented::Segmented,
        text_field::complaint, toast::Toaster,
    },
};
use contract::tokens::{CreatedToken, DEFAULT_GRACE, RotateToken, Status, TOKENS, Token};
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
    let desk = Desk::in_use();
    let path = desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Rotate(token) => Some([TOKENS, "/", token.id.as_str()].concat()),
        _ => None,
    });
    let close = Callback::new(move |()| desk.close());
    let modal = move |path: String| {
        let rotated = [&path, "/rotate"].concat();
        let content = fresh::in_dialog(path, move |token, fresh| {
            rotate(desk, token, rotated.clone(), fresh)
        });
        view! { <Modal id="rotate-title" title="Rotate secret" small=true on_close=close>{content}</Modal> }
    };
    path.map(modal).into_any()
}

/// The form for a token as it is, which sends to `path`.
fn rotate(desk: Desk, token: &Token, path: String, fresh: Fresh) -> AnyView {
    if token.status == Status::Revoked {
        return edit::ended(desk);
    }
    let toaster = expect_context::<Toaster>();
    let form = Form::new("rotate", path, RotateToken::default());
    form.place("grace_seconds");
    let grace = RwSignal::new("86400");
    let choose = Callback::new(move |seconds: &'static str| {
        grace.set(seconds);
        let seconds = seconds.parse().unwrap_or(DEFAULT_GRACE);
        form.change("grace_seconds", |draft| draft.grace_seconds = seconds);
    });
    let made = move |answer: Result<Reply, Failure>| {
        fresh.hear(&answer);
        let created = answer.and_then(|reply| parse::<CreatedToken>(&reply.text));
        // What was refused may be as old as the list, and what got no answer may have been done.
        if created.is_err() {
            desk.reload();
        }
        let created = created?;
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
        form.send(
            &ev,
            Method::POST,
            request,
            fresh.tag(),
            None,
            Box::new(made),
        );
    };
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
        <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || form.state.trouble())}
                {fresh.way_on()}
                <p>"“" {token.name.clone()} "” gets a new secret. Everything else about it stays, except that a refresh token ends."</p>
                {before}
                <fieldset class="fieldset">
                    <legend class="field__label">"The old secret ends"</legend>
                    <Segmented name="grace" options=GRACES.to_vec() value=grace.into() on_change=choose />
                    {move || complaint("grace_seconds", form.state.complaint("grace_seconds"))}
                    <p class="field__hint" role="status">{until}</p>
                </fieldset>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| desk.close()>"Cancel"</button>
                <Submit label="Rotate" busy="Rotating…" pending=form.state.pending />
            </div>
        </form>
    }
    .into_any()
}
