//! Cells that both lists of tokens have.

use crate::{listing::Listing, ui::time_ago::time_ago};
use contract::{time::Timestamp, tokens::Token};
use leptos::prelude::*;

/// The heading of a row: name and description.
pub fn name(token: &Token) -> AnyView {
    let description = token
        .description
        .clone()
        .map(|text| view! { <span class="table__sub">{text}</span> });
    view! { <th scope="row" class="table__name"><span class="table__title">{token.name.clone()}</span>{description}</th> }.into_any()
}

/// What is known of the secret.
pub fn secret(token: &Token) -> AnyView {
    view! { <td data-label="Token"><code class="mono">{masked(token)}</code></td> }.into_any()
}

/// The beginning and the end of the secret.
pub fn masked(token: &Token) -> String {
    format!("{}…{}", token.prefix, token.last_four)
}

/// The scopes in short, and exactly on hover.
pub fn scopes(token: &Token) -> AnyView {
    view! { <td data-label="Scopes"><span title=token.scopes.to_string()>{token.scopes.summary()}</span></td> }.into_any()
}

/// A time.
pub fn time(label: &'static str, time: Option<Timestamp>) -> AnyView {
    view! { <td data-label=label>{time_ago(time, "Never")}</td> }.into_any()
}

/// The heads of columns.
pub fn heads(labels: &'static [&'static str]) -> AnyView {
    labels
        .iter()
        .map(|label| view! { <th scope="col">{*label}</th> })
        .collect_view()
        .into_any()
}

/// The button for the next page, if there is one.
pub fn more(listing: Listing<Token>) -> AnyView {
    let has_more = Memo::new(move |_| listing.has_more());
    let button = move || {
        has_more.get().then(|| {
            view! {
                <div class="table-more">
                    <button type="button" class="button button--secondary button--small" disabled=listing.busy on:click=move |_| listing.more()>"Show more"</button>
                </div>
            }
        })
    };
    button.into_any()
}
