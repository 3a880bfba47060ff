//! The dialog `Add New Token`.

use super::{Desk, Dialog, expiry::Expiry, fields::Draft, filter};
use crate::{
    api::{Failure, Method, Reply, parse},
    clock,
    router::Router,
    ui::{button::Submit, notice, slip::DraftDialog, toast::Toaster},
};
use contract::tokens::{CreateToken, CreatedToken};
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn Create() -> impl IntoView {
    let (desk, toaster, router) = (
        Desk::in_use(),
        expect_context::<Toaster>(),
        Router::in_use(),
    );
    let (start, ends, unknown) = desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Create(prefilled) => (
            prefilled.draft.clone(),
            prefilled.expires.clone(),
            prefilled.unknown.clone(),
        ),
        _ => (CreateToken::default(), String::new(), Vec::new()),
    });
    let is_prefilled = start != CreateToken::default();
    let expires = Expiry::of_link(&ends, clock::end_of_day);
    let no_end = Some(("end", ends)).filter(|(_, said)| expires.is_none() && !said.is_empty());
    let unknown = unknown.into_iter().chain(no_end).map(|(what, said)| {
        notice::warning_of(["The link asks for what is no ", what, " here: ", &said, "."].concat())
    });
    let kind = start.kind.unwrap_or_default();
    let expiry = expires.unwrap_or_else(|| {
        desk.policy()
            .with_untracked(|policy| Expiry::by_default(kind, policy))
    });
    let draft = Draft::new("add-token", desk.list_path(), start, expiry);
    let state = draft.form.state;
    let made = move |answer: Result<Reply, Failure>| {
        let created = answer.and_then(|reply| parse::<CreatedToken>(&reply.text));
        // It may have been made though no answer came: then the list tells.
        if matches!(created, Err(Failure::Unreachable)) {
            desk.reload();
        }
        let created = created?;
        let name = created.token.name.clone();
        // A secret that nobody sees any more is of no use; that the token is there must be said.
        let shown = Dialog::Reveal(Box::new(created), false);
        if desk.dialog.try_set(shown).is_some() {
            toaster.complain(format!("The token “{name}” was made, but its secret was not shown. Revoke it, or give it a new secret."));
            return Ok(());
        }
        filter::clear(router);
        desk.reload();
        Ok(())
    };
    let submit = move |ev| {
        let (request, complaint) = draft.request();
        draft
            .form
            .send(&ev, Method::POST, request, None, complaint, Box::new(made));
    };
    let close = Callback::new(move |()| desk.close());
    view! {
        <DraftDialog id="add-token-title" title="Add New Token" on_close=close>
            <form class="dialog__form" id=state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || state.trouble())}
                    {is_prefilled.then(|| notice::warning("The link that brought you here has filled this in. Check it before you generate the token."))}
                    {unknown.collect_view()}
                    {draft.view(desk, None)}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Generate Token" busy="Generating…" pending=state.pending />
                </div>
            </form>
            {draft.over(None)}
        </DraftDialog>
    }
}
