//! One choice out of many.

use super::text_field::frame;
use crate::{dom, form::Field};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlOptionElement, HtmlSelectElement, Node};

/// Something that can be chosen.
pub struct Choice {
    /// What it is listed under, often nothing. Those of one group stand together.
    pub group: String,
    /// What it is.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// The choice, with its label and hint.
pub fn select(
    label: &'static str,
    field: Field,
    hint: &'static str,
    choices: Vec<Choice>,
) -> AnyView {
    let control = view! {
        <div class="select">
            <select
                class="input"
                id=field.name
                name=field.name
                aria-invalid=move || field.complaint().map(|_| "true")
                aria-describedby=move || field.described_by(!hint.is_empty())
                prop:value=move || field.value.get()
                on:change=move |ev| field.write.run(event_target_value(&ev))
            ></select>
        </div>
    };
    // Hundreds of options are made by hand: each as a view of its own would take its time and its code.
    request_animation_frame(move || {
        let element = dom::find(&["#", field.name].concat());
        if let Some(select) = element.and_then(|element| element.dyn_into().ok()) {
            fill(&select, &choices);
            select.set_value(&field.value.get_untracked());
        }
    });
    frame(label, field, hint, false, control.into_any())
}

fn fill(select: &HtmlSelectElement, choices: &[Choice]) {
    // Who rendered the choice anew within a frame is found here twice.
    select.set_text_content(None);
    let mut parent: Node = select.clone().into();
    let mut group = "";
    for choice in choices {
        if choice.group != group {
            group = &choice.group;
            if let Ok(made) = document().create_element("optgroup") {
                let _ = made.set_attribute("label", group);
                let _ = select.append_child(&made);
                parent = made.into();
            }
        }
        let option = HtmlOptionElement::new_with_text_and_value(&choice.label, &choice.value);
        if let Ok(option) = option {
            let _ = parent.append_child(&option);
        }
    }
}
