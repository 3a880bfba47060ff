//! Cells that both lists of tokens have.

use crate::ui::time_ago::time_ago;
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
    let code = view! { <code class="mono">{masked(token)}</code> };
    cell("Token", code.into_any())
}

/// The beginning and the end of the secret.
pub fn masked(token: &Token) -> String {
    [&token.prefix, "…", &token.last_four].concat()
}

/// The scopes in short, and exactly on hover.
pub fn scopes(token: &Token) -> AnyView {
    let scopes = view! { <span title=token.scopes.to_string()>{token.scopes.summary()}</span> };
    cell("Scopes", scopes.into_any())
}

/// A time.
pub fn time(label: &'static str, time: Option<Timestamp>) -> AnyView {
    cell(label, time_ago(time, "Never"))
}

/// Any other cell.
pub fn cell(label: &'static str, content: AnyView) -> AnyView {
    view! { <td data-label=label>{content}</td> }.into_any()
}
