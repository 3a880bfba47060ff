//! The fields that narrow the log.

use super::filter::Wanted;
use crate::{manage::query, router::Router};
use contract::audit::Action;
use leptos::prelude::*;

/// The fields for what is wanted by the context.
pub fn view() -> AnyView {
    let wanted: Wanted = expect_context();
    let router = Router::in_use();
    let options = Action::ALL.iter().map(|action| {
        let name = action.as_str();
        view! { <option value=name prop:selected=move || wanted.action.with(|action| action == name)>{action.in_words()}</option> }
    });
    let day = move |name: &'static str, label: &'static str, day: Memo<String>| {
        let change = move |ev| query::set(router, name, &event_target_value(&ev));
        view! {
            <label class="audit__day">
                <span>{label}</span>
                <input class="input" type="date" prop:value=day on:change=change />
            </label>
        }
    };
    view! {
        <div class="audit__fields">
            <div class="select">
                <select class="input" aria-label="Action" on:change=move |ev| query::set(router, "action", &event_target_value(&ev))>
                    <option value="" prop:selected=move || wanted.action.with(String::is_empty)>"Every action"</option>
                    {options.collect_view()}
                </select>
            </div>
            {day("from", "From", wanted.from)}
            {day("to", "To", wanted.to)}
        </div>
    }
    .into_any()
}
