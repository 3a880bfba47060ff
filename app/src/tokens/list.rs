//! A list of tokens in whatever state it is: loading, failed, empty or there.

use super::Desk;
use crate::{
    dom,
    listing::{Listing, Rows},
    ui::{failed::Failed, selection::SelectAll, skeleton::skeleton_rows},
};
use contract::tokens::Token;
use leptos::prelude::*;

/// What one list of tokens has that another has not.
#[derive(Clone, Copy)]
pub struct Look {
    /// The id of its table.
    pub id: &'static str,
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

/// What stands in a list, whichever rows they are.
#[derive(Clone, PartialEq, Eq)]
enum Phase {
    Loading,
    Empty,
    Rows,
    Failed(String),
}

/// The list.
pub fn list(desk: Desk, listing: Listing<Token>, look: Look) -> AnyView {
    // So that rows can come and go without the table, and whoever is in it, being moved.
    let phase = Memo::new(move |_| {
        listing.rows.with(|rows| match rows {
            Rows::Loading => Phase::Loading,
            Rows::Loaded(tokens) if tokens.is_empty() => Phase::Empty,
            Rows::Loaded(_) => Phase::Rows,
            Rows::Failed(failure) => Phase::Failed(failure.message()),
        })
    });
    let content = move || match phase.get() {
        Phase::Loading | Phase::Rows => table(desk, listing, look, phase.get() == Phase::Rows),
        Phase::Empty => {
            // Another reason for there being none is told anew.
            desk.wanted.track();
            (look.nothing)(desk)
        }
        Phase::Failed(message) => {
            let retry = Callback::new(move |()| listing.reload());
            view! { <Failed message retry /> }.into_any()
        }
    };
    view! { <div class="card card--flush">{content}</div> }.into_any()
}

fn table(desk: Desk, listing: Listing<Token>, look: Look, loaded: bool) -> AnyView {
    let heads = look.heads.iter().map(|head| match *head {
        "Actions" => view! { <th scope="col" class="table__actions"><span class="visually-hidden">"Actions"</span></th> }.into_any(),
        head => view! { <th scope="col">{head}</th> }.into_any(),
    });
    let select_all = look.selectable.then(|| {
        let order = Signal::derive(move || desk.ids());
        view! { <th scope="col" class="table__select"><SelectAll label="Select all tokens" selection=desk.selection order /></th> }
    });
    let rows = move || {
        listing.rows.with(|rows| {
            let tokens = rows.known().iter();
            tokens.map(|token| (look.row)(desk, token)).collect_view()
        })
    };
    let body = if loaded {
        view! { <tbody>{rows}</tbody> }.into_any()
    } else {
        skeleton_rows(look.selectable, look.heads.len() - 1)
    };
    let foot = loaded.then(|| (look.foot)(desk));
    let class = if look.selectable {
        "table table--selectable"
    } else {
        "table"
    };
    // The button may be gone with the last page, so whoever used it goes on at the first row that came.
    let shown = StoredValue::new(None::<usize>);
    Effect::new(move |_| {
        let count = listing.rows.with(|rows| rows.known().len());
        if let Some(before) = shown.get_value().filter(|before| *before < count) {
            shown.set_value(None);
            let row = before + 1;
            request_animation_frame(move || {
                let first = format!("#{} tbody > :nth-child({row}) :is(input, button)", look.id);
                if let Some(first) = dom::find(&first) {
                    let _ = first.focus();
                }
            });
        }
    });
    let more = move |_| {
        shown.set_value(Some(listing.rows.with_untracked(|rows| rows.known().len())));
        listing.more();
    };
    let stuck = move || {
        let failure = listing.stuck.get();
        failure
            .map(|failure| view! { <p class="field__error" role="alert">{failure.message()}</p> })
    };
    view! {
        <table class=class id=look.id aria-busy=move || if listing.busy.get() { "true" } else { "false" }>
            <caption class="visually-hidden">{look.caption}</caption>
            <thead>
                <tr>{select_all} {heads.collect_view()}</tr>
            </thead>
            {body}
        </table>
        <div class="table-more" hidden=move || !listing.has_more()>
            {stuck}
            <button type="button" class="button button--secondary button--small" aria-disabled=move || listing.busy.get().then_some("true") on:click=more>"Show more"</button>
        </div>
        {foot}
    }
    .into_any()
}
