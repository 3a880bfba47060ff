//! What somebody is shown whose profile was changed elsewhere while they were changing it here.

use crate::{
    dom,
    form::{Difference, Field},
    ui::icon::icon,
};
use leptos::prelude::*;

/// A member of the profile: its label, and its field.
#[derive(Clone, Copy)]
pub struct Member(pub &'static str, pub Field);

/// The differences. What was changed at both places is to be chosen; until then it is as it was typed here.
#[component]
pub fn Meanwhile(
    /// What became different.
    differences: Vec<Difference>,
    /// All that could have.
    members: StoredValue<[Member; 4]>,
) -> impl IntoView {
    dom::focus_soon("#meanwhile");
    let differences: Vec<_> = differences
        .into_iter()
        .filter_map(|difference| {
            let of_that_name = |member: &Member| member.1.name == difference.name;
            let member = members.get_value().into_iter().find(of_that_name)?;
            Some(match difference.mine {
                Some(mine) => choice(member, mine, difference.theirs),
                None => view! { <p>{member.0} " is now " <strong>{in_words(&difference.theirs)}</strong> "."</p> }.into_any(),
            })
        })
        .collect();
    view! {
        <div class="notice notice--warning" id="meanwhile" role="alert" tabindex="-1">
            {icon("#i-warning")}
            <div class="notice__body profile__meanwhile">
                <p class="notice__title">"Your profile was changed elsewhere since you opened this page"</p>
                <p>"What you typed is still here and not saved yet. Choose what is to be kept, and save again."</p>
                {differences}
            </div>
        </div>
    }
}

fn choice(Member(label, field): Member, mine: String, theirs: String) -> AnyView {
    let option = move |words: &'static str, value: String| {
        let shown = in_words(&value);
        let (chosen, kept) = (value.clone(), value);
        view! {
            <label class="choice">
                <input
                    class="radio"
                    type="radio"
                    name=format!("meanwhile-{}", field.name)
                    prop:checked=move || field.value.get() == chosen
                    on:change=move |_| field.write.run(kept.clone())
                />
                <span class="choice__text">{words} <strong>{shown}</strong></span>
            </label>
        }
    };
    view! {
        <fieldset class="fieldset">
            <legend class="field__label">{label}</legend>
            {option("Mine: ", mine)}
            {option("Saved now: ", theirs)}
        </fieldset>
    }
    .into_any()
}

fn in_words(value: &str) -> String {
    if value.is_empty() {
        "nothing".into()
    } else {
        value.to_owned()
    }
}
