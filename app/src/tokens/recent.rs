//! The calls with a token, one by one as far as they differ, and as a file.

use super::insight::known_address;
use crate::{
    api::Api,
    listing::{Listing, Rows},
    table::more,
    ui::{
        failed::Failed, icon::icon, segmented::Segmented, skeleton::skeleton_card,
        time_ago::time_ago,
    },
};
use contract::tokens::{CALLS_KEPT_DAYS, Outcome, TOKENS, TokenCalls};
use leptos::prelude::*;

/// What is shown: the value of the parameter `outcome`, and in words.
const SHOWN: [(&str, &str); 3] = [
    ("", "All"),
    (Outcome::Allowed.as_str(), "Allowed"),
    (Outcome::Refused.as_str(), "Refused"),
];

/// The section `Recent calls` of the token with this id.
pub fn recent_calls(id: &str) -> AnyView {
    let path = StoredValue::new([TOKENS, "/", id, "/calls"].concat());
    let listing = Listing::<TokenCalls>::new(Api::in_use());
    let outcome = RwSignal::new("");
    let address = move |begin: &str| {
        let narrowed = match outcome.get() {
            "" => String::new(),
            outcome => ["&outcome=", outcome].concat(),
        };
        [&path.get_value(), begin, &narrowed].concat()
    };
    Effect::new(move |_| listing.load(address("?limit=20")));
    let rows = move || {
        listing.rows.with(|rows| match rows {
            Rows::Loading => skeleton_card(),
            Rows::Loaded(calls) => lines(calls, outcome.get_untracked()),
            Rows::Failed(failure) => view! { <Failed message=failure.message() retry=Callback::new(move |()| listing.reload()) /> }.into_any(),
        })
    };
    view! {
        <section class="subsection" aria-labelledby="recent">
            <div class="subsection__header">
                <h3 class="field__label" id="recent">"Recent calls"</h3>
                // Opened by the browser itself, which writes it to disk as it comes.
                <a class="button button--secondary button--small" href=move || address("?format=csv") download rel="external">{icon("#i-download")} "Download CSV"</a>
            </div>
            <p class="muted">"Calls that are alike within a minute are one line. Lines are kept for " {CALLS_KEPT_DAYS} " days."</p>
            <fieldset>
                <legend class="visually-hidden">"Which calls"</legend>
                <Segmented
                    name="outcome"
                    options=SHOWN.to_vec()
                    value=outcome.into()
                    on_change=Callback::new(move |chosen| outcome.set(chosen))
                    class="segmented segmented--small"
                />
            </fieldset>
            {rows}
            {more(move || listing.has_more(), listing.busy, listing.stuck, move || listing.more())}
        </section>
    }
    .into_any()
}

fn lines(calls: &[TokenCalls], outcome: &str) -> AnyView {
    if calls.is_empty() {
        let none = match outcome {
            "" => "No call was made with this token in this time.",
            _ => "No call in this time ended like that.",
        };
        return view! { <p class="muted">{none}</p> }.into_any();
    }
    let rows = calls.iter().cloned().map(|line| {
        let from = [known_address(line.ip)]
            .into_iter()
            .chain(line.agent)
            .collect::<Vec<_>>()
            .join(" · ");
        view! {
            <tr>
                <td>{time_ago(Some(line.at), "")} " "</td>
                <th scope="row">
                    {line.route} " "
                    {line.code.map(|code| view! { <span class="table__sub">{code} " "</span> })}
                    <span class="table__sub">{from} " "</span>
                    <code class="mono table__sub">{line.request_id}</code>
                </th>
                <td>{line.status}</td>
                <td>{line.calls}</td>
            </tr>
        }
    });
    view! {
        <div role="group" aria-label="Calls one by one">
            <table class="facts">
                <thead><tr><th scope="col">"Time"</th><th scope="col">"Call"</th><th scope="col">"Status"</th><th scope="col">"Calls"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
