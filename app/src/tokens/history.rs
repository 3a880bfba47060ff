//! The tokens that were revoked.

use super::{Desk, actions::actions, cells, filter::Wanted, list};
use crate::ui::empty::Empty;
use contract::tokens::Token;
use leptos::prelude::*;

/// The section `Revoked History`.
pub fn history(desk: Desk) -> AnyView {
    let look = list::Look {
        id: "revoked-tokens",
        caption: "Revoked tokens",
        heads: &[
            "Name",
            "Token",
            "Scopes",
            "Created",
            "Expiry",
            "Revoked",
            "Revoked by",
            "Reason",
            "Last used",
            "Actions",
        ],
        row,
        selectable: false,
        nothing,
        foot: |_| ().into_any(),
    };
    let narrowed = move || {
        let all = desk.wanted.with(|wanted| wanted.of_revoked().is_empty());
        (!all).then_some(" Only those are listed that match the search above.")
    };
    view! {
        <section class="section" aria-labelledby="revoked">
            <div class="section__header">
                <div class="section__text">
                    <h2 class="section__title" id="revoked">"Revoked History"</h2>
                    <p class="section__description">"Tokens that no longer work. A revoked token cannot be brought back." {narrowed}</p>
                </div>
            </div>
            {list::list(desk, desk.revoked, look)}
        </section>
    }
    .into_any()
}

fn nothing(desk: Desk) -> AnyView {
    let title = if desk.wanted.with_untracked(Wanted::is_all) {
        "No token was revoked yet"
    } else {
        "No revoked token found"
    };
    view! { <Empty icon="#i-history" title text="Revoked tokens are kept here, with who did it, when and why." small=true /> }.into_any()
}

fn row(desk: Desk, token: &Token) -> AnyView {
    let text = |label, text: &Option<String>| {
        cells::cell(label, text.clone().unwrap_or_else(|| "–".into()).into_any())
    };
    view! {
        <tr>
            {cells::name(token)}
            {cells::secret(token)}
            {cells::scopes(token)}
            {cells::time("Created", Some(token.created_at))}
            {cells::time("Expiry", token.end())}
            {cells::time("Revoked", token.revoked_at)}
            {text("Revoked by", &token.revoked_by)}
            {text("Reason", &token.revoke_reason)}
            {cells::time("Last used", token.last_used_at)}
            {actions(desk, token)}
        </tr>
    }
    .into_any()
}
