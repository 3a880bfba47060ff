//! The tokens that were revoked.

use super::{Desk, cells};
use crate::{
    listing::Rows,
    ui::{empty::Empty, failed::Failed, skeleton::skeleton_rows},
};
use contract::tokens::Token;
use leptos::prelude::*;

/// The section `Revoked History`.
#[component]
pub fn History(
    /// What is sought.
    search: Memo<String>,
) -> impl IntoView {
    let list = Desk::in_use().revoked;
    let content = move || {
        list.rows.with(|rows| match rows {
            Rows::Loading => table(None),
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| list.reload()) /> }.into_any(),
            Rows::Loaded(tokens) if tokens.is_empty() => {
                let title = if search.with_untracked(String::is_empty) { "No token was revoked yet" } else { "No revoked token found" };
                view! { <Empty icon="#i-history" title=title text="Tokens that you revoke are kept here, with who did it, when and why." small=true /> }.into_any()
            }
            Rows::Loaded(tokens) => view! { {table(Some(tokens))} {cells::more(list)} }.into_any(),
        })
    };
    view! {
        <section class="section" aria-labelledby="revoked">
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id="revoked">"Revoked History"</h2>
                    <p class="section__description">"Tokens that no longer work. A revoked token cannot be brought back."</p>
                </div>
            </div>
            <div class="card card--flush">{content}</div>
        </section>
    }
}

fn table(tokens: Option<&Vec<Token>>) -> AnyView {
    let body = match tokens {
        Some(tokens) => view! { <tbody>{tokens.iter().map(row).collect_view()}</tbody> }.into_any(),
        None => skeleton_rows(false, 8),
    };
    view! {
        <table class="table">
            <caption class="visually-hidden">"Revoked tokens"</caption>
            <thead>
                <tr>{cells::heads(&["Name", "Token", "Scopes", "Created", "Expiry", "Revoked", "Revoked by", "Reason", "Last used"])}</tr>
            </thead>
            {body}
        </table>
    }
    .into_any()
}

fn row(token: &Token) -> AnyView {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    view! {
        <tr>
            {cells::name(token)}
            {cells::secret(token)}
            {cells::scopes(token)}
            {cells::time("Created", Some(token.created_at))}
            {cells::time("Expiry", token.end())}
            {cells::time("Revoked", token.revoked_at)}
            <td data-label="Revoked by">{text(&token.revoked_by)}</td>
            <td data-label="Reason">{text(&token.revoke_reason)}</td>
            {cells::time("Last used", token.last_used_at)}
        </tr>
    }
    .into_any()
}
