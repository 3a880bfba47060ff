//! The tokens that are not revoked, and what can be done with them.

use super::{
    Desk, Dialog,
    actions::actions,
    cells,
    filter::{self, Wanted},
    list,
};
use crate::{
    clock::Clock,
    router::Router,
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        selection::{SelectRow, Selection},
    },
};
use contract::tokens::{MAX_REVOKED_AT_ONCE, Token};
use leptos::prelude::*;

/// The list.
pub fn current(desk: Desk) -> AnyView {
    let look = list::Look {
        id: "current-tokens",
        caption: "Access tokens",
        heads: &[
            "Name",
            "Token",
            "Scopes",
            "Status",
            "Created",
            "Expires",
            "Last used",
            "Actions",
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
    view! {
        <tr>
            <td class="table__select"><SelectRow id=token.id.as_str().to_owned() name=&token.name selection=desk.selection order /></td>
            {cells::name(token)}
            {cells::cell("Token", secrets(desk, token))}
            {cells::scopes(token)}
            {cells::cell("Status", status(token))}
            {cells::time("Created", Some(token.created_at))}
            {cells::time("Expires", token.end())}
            {cells::time("Last used", token.last_used_at)}
            {actions(desk, token)}
        </tr>
    }
    .into_any()
}

/// The status at this moment, which time changes without anybody's doing.
fn status(token: &Token) -> AnyView {
    let clock = expect_context::<Clock>();
    let end = token.end();
    let over = Memo::new(move |_| end.is_some_and(|end| end <= clock.get()));
    let enabled = token.enabled;
    let badge = move || match (over.get(), enabled) {
        (true, _) => badge(Tone::Expired, "Expired"),
        (false, true) => badge(Tone::Active, "Active"),
        (false, false) => badge(Tone::Off, "Disabled"),
    };
    badge.into_any()
}

/// What is known of the secret, and of the one before while that works still.
fn secrets(desk: Desk, token: &Token) -> AnyView {
    let old = token.in_grace_until.map(|_| desk.old_secret(token));
    view! { <div><code class="mono">{cells::masked(token)}</code>{old}</div> }.into_any()
}

fn nothing(desk: Desk) -> AnyView {
    if desk.wanted.with_untracked(Wanted::is_all) {
        let text = if desk.gives_secrets {
            "Add one for each script or service, with no more scopes than it needs."
        } else {
            "What they make for their scripts and services is seen here."
        };
        return view! { <Empty icon="#i-key" title="No access tokens" text /> }.into_any();
    }
    let router = Router::in_use();
    let text = desk.wanted.with_untracked(|wanted| match wanted.search() {
        "" => "No access token fits what was chosen above.".to_owned(),
        sought => format!("No access token that fits has “{sought}” in its name."),
    });
    view! {
        <Empty icon="#i-search" title="No token found" text>
            <button type="button" class="button button--secondary" on:click=move |_| filter::clear(router)>"Show all tokens"</button>
        </Empty>
    }
    .into_any()
}

fn action_bar(desk: Desk) -> AnyView {
    let count = move || {
        desk.selection
            .with(|selection| selection.count(&desk.ids()))
    };
    let none = Signal::derive(move || count() == 0);
    let too_many = move || count() > MAX_REVOKED_AT_ONCE;
    view! {
        <div class="action-bar" data-idle=move || none.get().then_some("true")>
            <p class="action-bar__count" role="status">{count} " selected" {move || too_many().then_some(" – at most 100 at once")}</p>
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
                disabled=move || none.get() || too_many()
                on:pointerenter=move |_| desk.prefetch()
                on:focus=move |_| desk.prefetch()
                on:click=move |_| desk.dialog.set(Dialog::Revoke(desk.selected()))
            >
                "Revoke Selected Tokens"
            </button>
        </div>
    }
    .into_any()
}
