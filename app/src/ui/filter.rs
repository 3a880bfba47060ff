//! One choice that narrows a list.

use leptos::prelude::*;

/// The choice. The first of `options`, each a value and its label, stands for all.
pub fn filter(
    label: &'static str,
    options: Signal<Vec<(String, String)>>,
    value: Memo<String>,
    choose: Callback<String>,
) -> AnyView {
    let option = move |(option, label): (String, String)| {
        let chosen = option.clone();
        view! { <option value=option selected=move || value.get() == chosen>{label}</option> }
    };
    view! {
        <div class="select">
            <select class="input" aria-label=label on:change=move |ev| choose.run(event_target_value(&ev))>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </div>
    }
    .into_any()
}
