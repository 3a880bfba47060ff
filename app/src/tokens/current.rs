//! The tokens that are not revoked, and what can be done with them.

use super::{Desk, Dialog, cells, list, search};
use crate::{
    router::Router,
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        selection::{SelectRow, Selection},
    },
};
use contract::tokens::{Status, Token};
use leptos::prelude::*;

/// The list.
pub fn current(desk: Desk) -> AnyView {
    let look = list::Look {
        caption: "Access tokens",
        heads: &[
            "Name",
            "Token",
            "Scopes",
            "Status",
            "Created",
            "Expires",
            "Last used",
        ],
        row,
        selectable: true,
        nothing,
        foot: action_bar,
    };
    list::list(desk, desk.current, look)
}

fn row(desk: Desk, token: &Token) -> AnyView {
    let order = Signal::derive(move || desk.ids());
    let status = match token.status {
        Status::Active => badge(Tone::Active, "Active"),
        Status::Expired => badge(Tone::Expired, "Expired"),
        Status::Revoked => badge(Tone::Revoked, "Revoked"),
    };
    view! {
        <tr>
            <td class="table__select"><SelectRow id=token.id.as_str().to_owned() name=&token.name selection=desk.selection order /></td>
            {cells::name(token)}
            {cells::secret(token)}
            {cells::scopes(token)}
            {cells::cell("Status", status)}
            {cells::time("Created", Some(token.created_at))}
            {cells::time("Expires", token.end())}
            {cells::time("Last used", token.last_used_at)}
        </tr>
    }
    .into_any()
}

fn nothing(desk: Desk) -> AnyView {
    let sought = desk.search.get_untracked();
    if sought.is_empty() {
        let text = "Add one for each script or service, with no more scopes than it needs.";
        view! { <Empty icon="#i-key" title="No access tokens yet" text /> }.into_any()
    } else {
        let router = Router::in_use();
        let text = format!("No access token has “{sought}” in its name.");
        view! {
            <Empty icon="#i-search" title="No token found" text>
                <button type="button" class="button button--secondary" on:click=move |_| search::seek(router, "")>"Show all tokens"</button>
            </Empty>
        }
        .into_any()
    }
}

fn action_bar(desk: Desk) -> AnyView {
    let count = move || {
        desk.selection
            .with(|selection| selection.count(&desk.ids()))
    };
    let none = Signal::derive(move || count() == 0);
    view! {
        <div class="action-bar">
            <p class="action-bar__count" role="status">{count} " selected"</p>
            <button
                type="button"
                class="button button--ghost button--small"
                disabled=none
                on:click=move |_| desk.selection.set(Selection::default())
            >
                "Clear"
            </button>
            <button
                type="button"
                class="button button--danger button--small"
                disabled=none
                on:pointerenter=move |_| desk.revoking.prefetch()
                on:focus=move |_| desk.revoking.prefetch()
                on:click=move |_| desk.dialog.set(Dialog::Revoke(desk.selected()))
            >
                "Revoke Selected Tokens"
            </button>
        </div>
    }
    .into_any()
}
