//! Cells that both lists of tokens have.

use crate::ui::time_ago::time_ago;
use contract::{
    time::Timestamp,
    tokens::{Kind, Token},
};
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

/// The scopes in short, and exactly on hover; and what limits the token beside them.
pub fn scopes(token: &Token) -> AnyView {
    let short = match token.kind {
        Kind::Custom => token.scopes.summary(),
        kind => kind.label().into(),
    };
    let limits = [
        counted(token.allowed_endpoints.len(), "endpoint", "endpoints"),
        counted(token.ip_allowlist.len(), "IP entry", "IP entries")
            .filter(|_| !token.ip_allowlist_observed),
    ];
    let limits: Vec<_> = limits.into_iter().flatten().collect();
    let limits = (!limits.is_empty())
        .then(|| view! { <span class="table__sub">"Limited to " {limits.join(", ")}</span> });
    let scopes = view! { <div><span title=token.scopes.to_string()>{short}</span>{limits}</div> };
    cell("Scopes", scopes.into_any())
}

fn counted(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(["1 ", one].concat()),
        count => Some([&count.to_string(), " ", many].concat()),
    }
}

/// A time.
pub fn time(label: &'static str, time: Option<Timestamp>) -> AnyView {
    cell(label, time_ago(time, "Never"))
}

/// Any other cell.
pub fn cell(label: &'static str, content: AnyView) -> AnyView {
    view! { <td data-label=label>{content}</td> }.into_any()
}
