//! A text of several lines, with its label, hint and complaint.

use super::text_field::frame;
use crate::form::Field;
use leptos::prelude::*;

/// The text.
pub fn text_area(label: &'static str, field: Field, hint: &'static str, optional: bool) -> AnyView {
    let control = view! {
        <textarea
            class="input"
            id=field.name
            name=field.name
            rows="2"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-invalid=move || field.complaint().map(|_| "true")
            aria-describedby=move || field.described_by(!hint.is_empty())
            prop:value=field.value
            on:input=move |ev| field.write.run(event_target_value(&ev))
        ></textarea>
    };
    frame(label, field, hint, optional, control.into_any())
}
