//! A list as a table, in whatever state it is: loading, failed, empty or there.

use crate::{
    api::Failure,
    dom,
    listing::{Listing, Rows},
    ui::{failed::Failed, skeleton::skeleton_rows, time_ago::time_ago},
};
use contract::time::Timestamp;
use leptos::prelude::*;
use serde::de::DeserializeOwned;

/// What one table has that another has not.
pub struct Look<T: 'static> {
    /// What it lists.
    pub caption: &'static str,
    /// The heads of its columns; one that is empty stands above what can be done with a row.
    pub heads: &'static [&'static str],
    /// A row.
    pub row: fn(&T) -> AnyView,
    /// What stands there if there is no row.
    pub nothing: fn() -> AnyView,
}

/// The table.
pub fn table<T: DeserializeOwned + Clone + PartialEq + Send + Sync>(
    listing: Listing<T>,
    look: &'static Look<T>,
) -> AnyView {
    let content = move || {
        dom::keep_focus();
        listing.rows.with(|rows| match rows {
            Rows::Loading => frame(
                look.caption,
                look.heads,
                listing.busy,
                skeleton_rows(false, look.heads.len() - 1),
            ),
            Rows::Loaded(items) if items.is_empty() => (look.nothing)(),
            Rows::Loaded(items) => {
                let rows = items.iter().map(look.row).collect_view();
                let body = view! { <tbody>{rows}</tbody> };
                frame(look.caption, look.heads, listing.busy, body.into_any())
            }
            Rows::Failed(failure) => failed(failure.message(), move || listing.reload()),
        })
    };
    view! {
        <div class="card card--flush">
            {content}
            {more(move || listing.has_more(), listing.busy, listing.stuck, move || listing.more())}
        </div>
    }
    .into_any()
}

fn frame(
    caption: &'static str,
    heads: &'static [&'static str],
    busy: RwSignal<bool>,
    body: AnyView,
) -> AnyView {
    let head = |head: &&'static str| match *head {
        "" => view! { <td></td> }.into_any(),
        head => view! { <th scope="col">{head}</th> }.into_any(),
    };
    view! {
        <table class="table" aria-busy=move || if busy.get() { "true" } else { "false" }>
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{heads.iter().map(head).collect_view()}</tr>
            </thead>
            {body}
        </table>
    }
    .into_any()
}

fn failed(message: String, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! { <Failed message retry=Callback::new(move |()| retry()) /> }.into_any()
}

/// The button below the rows, while there are more.
pub fn more(
    has_more: impl Fn() -> bool + Send + Sync + 'static,
    busy: RwSignal<bool>,
    stuck: RwSignal<Option<Failure>>,
    more: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let stuck = move || {
        let failure = stuck.get();
        failure
            .map(|failure| view! { <p class="field__error" role="alert">{failure.message()}</p> })
    };
    view! {
        <div class="table-more" hidden=move || !has_more()>
            {stuck}
            <button type="button" class="button button--secondary button--small" aria-disabled=move || busy.get().then_some("true") on:click=move |_| more()>"Show more"</button>
        </div>
    }
    .into_any()
}

/// A cell under the head `label`.
pub fn cell(label: &'static str, content: AnyView) -> AnyView {
    view! { <td data-label=label>{content}</td> }.into_any()
}

/// A cell with a text; where there is none it says so.
pub fn text(label: &'static str, text: Option<String>) -> AnyView {
    cell(label, text.unwrap_or_else(|| "–".into()).into_any())
}

/// A cell with a time.
pub fn time(label: &'static str, time: Option<Timestamp>) -> AnyView {
    cell(label, time_ago(time, "Never"))
}
