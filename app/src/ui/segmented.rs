//! One choice out of a few, side by side: radio buttons by nature.

use leptos::prelude::*;

/// The options of a group; its fieldset and legend are the caller's.
#[component]
pub fn Segmented(
    /// The name that ties the options together.
    name: &'static str,
    /// Value and label of each option.
    options: Vec<(&'static str, &'static str)>,
    /// The value of the option that is chosen.
    value: Signal<&'static str>,
    /// Called with the value of a newly chosen option.
    on_change: Callback<&'static str>,
    /// More classes.
    #[prop(default = "segmented")]
    class: &'static str,
) -> impl IntoView {
    let option = move |(option, label)| {
        view! {
            <label class="segmented__option">
                <input type="radio" name=name value=option prop:checked=move || value.get() == option on:change=move |_| on_change.run(option) />
                <span>{label}</span>
            </label>
        }
    };
    view! { <div class=class>{options.into_iter().map(option).collect_view()}</div> }
}
