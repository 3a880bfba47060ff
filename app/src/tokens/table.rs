//! The tokens that are not revoked.

use super::{Desk, Dialog, cells, page::AddButton, search};
use crate::{
    later::Later,
    listing::Rows,
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        failed::Failed,
        selection::{SelectAll, SelectRow, Selection},
        skeleton::skeleton_rows,
    },
};
use contract::tokens::{Status, Token};
use leptos::prelude::*;

/// The list, whatever state it is in.
#[component]
pub fn Tokens(
    /// What is sought.
    search: Memo<String>,
    /// The dialog for a new token.
    adding: Later,
    /// The dialog for revoking.
    revoking: Later,
) -> impl IntoView {
    let desk = Desk::in_use();
    let content = move || {
        desk.current.rows.with(|rows| match rows {
            Rows::Loading => table(desk, None),
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| desk.current.reload()) /> }.into_any(),
            Rows::Loaded(tokens) if tokens.is_empty() => nothing(&search.get_untracked(), adding),
            Rows::Loaded(tokens) => view! {
                {table(desk, Some(tokens))}
                {cells::more(desk.current)}
                <ActionBar revoking />
            }
            .into_any(),
        })
    };
    view! { <div class="card card--flush">{content}</div> }
}

fn nothing(search: &str, adding: Later) -> AnyView {
    if search.is_empty() {
        view! {
            <Empty icon="#i-key" title="No access tokens yet" text="Make one for each script or service, with no more scopes than it needs.">
                <AddButton adding />
            </Empty>
        }
        .into_any()
    } else {
        let go_to = search::go_to();
        view! {
            <Empty icon="#i-search" title="No token found" text=format!("No access token has “{search}” in its name.")>
                <button type="button" class="button button--secondary" on:click=move |_| go_to("")>"Show all tokens"</button>
            </Empty>
        }
        .into_any()
    }
}

fn order(rows: &Rows<Token>) -> Vec<String> {
    match rows {
        Rows::Loaded(tokens) => tokens
            .iter()
            .map(|token| token.id.as_str().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

fn table(desk: Desk, tokens: Option<&Vec<Token>>) -> AnyView {
    let shown = Signal::derive(move || desk.current.rows.with(order));
    let body = match tokens {
        Some(tokens) => view! { <tbody>{tokens.iter().map(|token| row(desk.selection, shown, token)).collect_view()}</tbody> }.into_any(),
        None => skeleton_rows(true, 6),
    };
    view! {
        <table class="table table--selectable" aria-busy=move || if desk.current.busy.get() { "true" } else { "false" }>
            <caption class="visually-hidden">"Access tokens"</caption>
            <thead>
                <tr>
                    <th scope="col" class="table__select"><SelectAll label="Select all tokens" selection=desk.selection order=shown /></th>
                    {cells::heads(&["Name", "Token", "Scopes", "Status", "Created", "Expires", "Last used"])}
                </tr>
            </thead>
            {body}
        </table>
    }
    .into_any()
}

fn row(selection: RwSignal<Selection>, order: Signal<Vec<String>>, token: &Token) -> AnyView {
    let (tone, status) = match token.status {
        Status::Active => (Tone::Active, "Active"),
        Status::Expired => (Tone::Expired, "Expired"),
        Status::Revoked => (Tone::Revoked, "Revoked"),
    };
    view! {
        <tr>
            <td class="table__select"><SelectRow id=token.id.as_str().to_owned() name=&token.name selection order /></td>
            {cells::name(token)}
            {cells::secret(token)}
            {cells::scopes(token)}
            <td data-label="Status">{badge(tone, status)}</td>
            {cells::time("Created", Some(token.created_at))}
            {cells::time("Expires", token.end())}
            {cells::time("Last used", token.last_used_at)}
        </tr>
    }
    .into_any()
}

/// What can be done with the selected tokens.
#[component]
fn ActionBar(
    /// The dialog for revoking.
    revoking: Later,
) -> impl IntoView {
    let desk = Desk::in_use();
    let count = Memo::new(move |_| {
        desk.current.rows.with(|rows| {
            desk.selection
                .with(|selection| selection.count(&order(rows)))
        })
    });
    let revoke = move |_| {
        let Rows::Loaded(mut tokens) = desk.current.rows.get_untracked() else {
            return;
        };
        desk.selection.with_untracked(|selection| {
            tokens.retain(|token| selection.contains(token.id.as_str()))
        });
        desk.dialog.set(Dialog::Revoke(tokens));
    };
    view! {
        <div class="action-bar">
            <p class="action-bar__count" role="status">{move || count.get()} " selected"</p>
            <button
                type="button"
                class="button button--ghost button--small"
                disabled=move || count.get() == 0
                on:click=move |_| desk.selection.set(Selection::default())
            >
                "Clear"
            </button>
            <button
                type="button"
                class="button button--danger button--small"
                disabled=move || count.get() == 0
                on:pointerenter=move |_| revoking.prefetch()
                on:focus=move |_| revoking.prefetch()
                on:click=revoke
            >
                "Revoke Selected Tokens"
            </button>
        </div>
    }
}
