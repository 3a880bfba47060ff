//! A list of tokens in whatever state it is: loading, failed, empty or there.

use super::Desk;
use crate::{
    listing::{Listing, Rows},
    ui::{failed::Failed, selection::SelectAll, skeleton::skeleton_rows},
};
use contract::tokens::Token;
use leptos::prelude::*;

/// What one list of tokens has that another has not.
#[derive(Clone, Copy)]
pub struct Look {
    /// What it lists.
    pub caption: &'static str,
    /// The heads of its columns.
    pub heads: &'static [&'static str],
    /// A row. Where rows can be selected, it begins with the checkbox.
    pub row: fn(Desk, &Token) -> AnyView,
    /// Whether rows can be selected.
    pub selectable: bool,
    /// What stands there if there is no row.
    pub nothing: fn(Desk) -> AnyView,
    /// What stands below the rows.
    pub foot: fn(Desk) -> AnyView,
}

/// The list.
pub fn list(desk: Desk, listing: Listing<Token>, look: Look) -> AnyView {
    let content = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => table(desk, listing, look, None),
            Rows::Loaded(tokens) if tokens.is_empty() => (look.nothing)(desk),
            Rows::Loaded(tokens) => table(desk, listing, look, Some(tokens)),
            Rows::Failed(failure) => {
                let retry = Callback::new(move |()| listing.reload());
                view! { <Failed message=failure.message() retry /> }.into_any()
            }
        })
    };
    view! { <div class="card card--flush">{content}</div> }.into_any()
}

fn table(desk: Desk, listing: Listing<Token>, look: Look, tokens: Option<&Vec<Token>>) -> AnyView {
    let heads = look
        .heads
        .iter()
        .map(|head| view! { <th scope="col">{*head}</th> });
    let select_all = look.selectable.then(|| {
        let order = Signal::derive(move || desk.ids());
        view! { <th scope="col" class="table__select"><SelectAll label="Select all tokens" selection=desk.selection order /></th> }
    });
    let body = match tokens {
        Some(tokens) => {
            let rows = tokens.iter().map(|token| (look.row)(desk, token));
            view! { <tbody>{rows.collect_view()}</tbody> }.into_any()
        }
        None => skeleton_rows(look.selectable, look.heads.len() - 1),
    };
    let foot = tokens.map(|_| (look.foot)(desk));
    let class = if look.selectable {
        "table table--selectable"
    } else {
        "table"
    };
    view! {
        <table class=class aria-busy=move || if listing.busy.get() { "true" } else { "false" }>
            <caption class="visually-hidden">{look.caption}</caption>
            <thead>
                <tr>{select_all} {heads.collect_view()}</tr>
            </thead>
            {body}
        </table>
        <div class="table-more" hidden=move || !listing.has_more()>
            <button type="button" class="button button--secondary button--small" disabled=listing.busy on:click=move |_| listing.more()>"Show more"</button>
        </div>
        {foot}
    }
    .into_any()
}
