//! What somebody is shown whose profile was changed elsewhere while they were changing it here.

use super::desk::{Desk, LABELS, Read};
use crate::{dom, edit::Difference, form::Field, ui::icon::icon};
use contract::users::UpdateUser;
use leptos::{prelude::*, task::spawn_local};

/// The notice, once it is known what differs.
#[component]
pub fn Meanwhile(
    /// What is shared.
    desk: Desk,
) -> impl IntoView {
    let differences = RwSignal::new(None::<Vec<Difference>>);
    spawn_local(async move {
        match Read::now(desk.api).await {
            Ok(read) => {
                desk.tag.try_set(read.tag);
                let found = desk.form.catch_up(UpdateUser::of(&read.user));
                differences.try_set(Some(found));
            }
            Err(failure) => {
                desk.met.try_set(false);
                desk.form.state().fail(failure);
            }
        }
    });
    move || differences.get().map(|found| told(desk, &found))
}

/// The differences. What was changed at both places is to be chosen; until then it is as it was typed here.
fn told(desk: Desk, differences: &[Difference]) -> AnyView {
    dom::focus_soon("#meanwhile");
    let of = |difference: &Difference| {
        let mut members = desk.fields.get_value().into_iter().zip(LABELS);
        let (field, label) = members.find(|(field, _)| field.name == difference.name)?;
        Some(match difference.mine.clone() {
            Some(mine) => choice(label, field, mine, difference.theirs.clone()),
            None => view! { <p>{label} " is now " <strong>{in_words(&difference.theirs)}</strong> "."</p> }.into_any(),
        })
    };
    let differences: Vec<_> = differences.iter().filter_map(of).collect();
    let what = if differences.is_empty() {
        "Nothing that stands here was touched by that. What you typed is not saved yet: save again."
    } else {
        "What you typed is still here and not saved yet. Choose what is to be kept, and save again."
    };
    view! {
        <div class="card__body profile__meanwhile">
            <div class="notice notice--warning" id="meanwhile" role="alert" tabindex="-1">
                {icon("#i-warning")}
                <div class="notice__body">
                    <p class="notice__title">"Your profile was changed elsewhere since you opened this page"</p>
                    <p>{what}</p>
                    {differences}
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn choice(label: &'static str, field: Field, mine: String, theirs: String) -> AnyView {
    let option = move |words: &'static str, value: String| {
        let shown = in_words(&value);
        let (chosen, kept) = (value.clone(), value);
        view! {
            <label class="choice">
                <input
                    class="radio"
                    type="radio"
                    name=["meanwhile-", field.name].concat()
                    prop:checked=move || field.value.get() == chosen
                    on:change=move |_| field.write.run(kept.clone())
                />
                <span class="choice__text">{words} <strong>{shown}</strong></span>
            </label>
        }
        .into_any()
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
