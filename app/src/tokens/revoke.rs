//! The dialog `Revoke Tokens`.

use super::{Desk, Dialog, cells};
use crate::{
    api::parse,
    form::Form,
    ui::{
        button::Submit, dialog::Dialog as Modal, notice, selection::Selection,
        text_field::TextField, toast::Toaster,
    },
};
use contract::tokens::{REVOKE, RevokeTokens, Revoked, Token};
use leptos::prelude::*;

/// The dialog.
pub fn dialog() -> AnyView {
    let tokens = Desk::in_use().dialog.with_untracked(|dialog| match dialog {
        Dialog::Revoke(tokens) => tokens.clone(),
        _ => Vec::new(),
    });
    view! { <RevokeDialog tokens /> }.into_any()
}

#[component]
fn RevokeDialog(
    /// The tokens that are about to end.
    tokens: Vec<Token>,
) -> impl IntoView {
    let (desk, toaster) = (Desk::in_use(), expect_context::<Toaster>());
    let draft = RevokeTokens {
        ids: tokens.iter().map(|token| token.id.clone()).collect(),
        reason: None,
    };
    let form = Form::new("revoke", REVOKE, draft);
    let reason = form.field(
        "reason",
        |draft| draft.reason.as_deref().unwrap_or_default(),
        |draft| draft.reason.get_or_insert_default(),
    );
    let done = move |answer: &str| {
        let revoked: Revoked = parse(answer)?;
        desk.close();
        let _ = desk.selection.try_set(Selection::default());
        desk.reload();
        desk.revoked.reload();
        toaster.say(outcome(
            revoked.revoked.len(),
            revoked.already_revoked.len(),
        ));
        Ok(())
    };
    let submit = move |ev| form.submit(&ev, None, done);
    let close = Callback::new(move |()| desk.close());
    let question = question(tokens.len());
    let names = tokens.into_iter().map(|token| {
        let masked = cells::masked(&token);
        view! { <li class="item-list__item"><span class="item-list__name">{token.name}</span><code class="mono">{masked}</code></li> }
    });
    let names = names.collect_view();
    view! {
        <Modal id="revoke-title" title="Revoke Tokens" small=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    {super::of_another(desk)}
                    <p>{question}</p>
                    <ul class="item-list">{names}</ul>
                    <TextField label="Reason" field=reason optional=true />
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"No, Cancel"</button>
                    <Submit label="Yes, Proceed" busy="Revoking…" pending=form.state.pending class="button button--danger" />
                </div>
            </form>
        </Modal>
    }
}

fn question(count: usize) -> String {
    let (noun, it) = if count == 1 {
        ("token", "it")
    } else {
        ("tokens", "them")
    };
    format!(
        "Revoke {count} {noun}? Scripts and services that use {it} stop working at once. This cannot be undone."
    )
}

fn outcome(now: usize, before: usize) -> String {
    let count = |count: usize| format!("{count} {}", if count == 1 { "token" } else { "tokens" });
    match (now, before) {
        (now, 0) => count(now) + " revoked.",
        (0, before) => count(before) + " had been revoked before.",
        (now, before) => format!("{} revoked, {before} had been revoked before.", count(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several_are_told_apart() {
        assert!(question(1).starts_with("Revoke 1 token? "));
        assert!(question(2).starts_with("Revoke 2 tokens? "));
        assert_eq!(outcome(1, 0), "1 token revoked.");
        assert_eq!(outcome(2, 0), "2 tokens revoked.");
        assert_eq!(
            outcome(2, 1),
            "2 tokens revoked, 1 had been revoked before."
        );
        assert_eq!(outcome(0, 1), "1 token had been revoked before.");
    }
}
