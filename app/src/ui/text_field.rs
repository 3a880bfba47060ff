//! A text with its label, hint and complaint.

use super::icon::icon;
use crate::form::Field;
use leptos::prelude::*;

/// A text.
#[component]
pub fn TextField(
    /// What it is.
    label: &'static str,
    /// Where it goes.
    field: Field,
    /// The type of its input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A word of help.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it may be left out.
    #[prop(optional)]
    optional: bool,
    /// Whether it takes the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let control = input(
        field,
        Signal::stored(kind),
        autocomplete,
        !hint.is_empty(),
        autofocus,
    );
    frame(label, field, hint, optional, control)
}

/// A password, which can be shown.
#[component]
pub fn PasswordField(
    /// Which password it is.
    label: &'static str,
    /// Where it goes.
    field: Field,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// A word of help.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it takes the focus when its dialog opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let kind = Signal::derive(move || if shown.get() { "text" } else { "password" });
    let control = view! {
        <div class="field__control">
            {input(field, kind, autocomplete, !hint.is_empty(), autofocus)}
            <button
                type="button"
                class="button button--ghost button--icon field__reveal"
                aria-label="Show password"
                aria-pressed=move || if shown.get() { "true" } else { "false" }
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {move || icon(if shown.get() { "#i-eye-off" } else { "#i-eye" })}
            </button>
        </div>
    };
    frame(label, field, hint, false, control.into_any())
}

fn input(
    field: Field,
    kind: Signal<&'static str>,
    autocomplete: &'static str,
    hint: bool,
    autofocus: bool,
) -> AnyView {
    view! {
        <input
            class="input"
            id=field.name
            name=field.name
            type=kind
            autocomplete=autocomplete
            inputmode=(autocomplete == "one-time-code").then_some("numeric")
            autocapitalize="none"
            spellcheck="false"
            autofocus=autofocus
            aria-invalid=move || field.complaint().map(|_| "true")
            aria-describedby=move || field.described_by(hint)
            prop:value=field.value
            on:input=move |ev| field.write.run(event_target_value(&ev))
        />
    }
    .into_any()
}

/// A field with its label, hint and complaint.
pub fn frame(
    label: &'static str,
    field: Field,
    hint: &'static str,
    optional: bool,
    control: AnyView,
) -> AnyView {
    view! {
        <div class="field">
            <label class="field__label" for=field.name>
                {label}
                {optional.then(|| view! { " " <span class="field__optional">"optional"</span> })}
            </label>
            {control}
            {(!hint.is_empty()).then(|| view! { <p class="field__hint" id=format!("{}-hint", field.name)>{hint}</p> })}
            {move || complaint(field.name, field.complaint())}
        </div>
    }
    .into_any()
}

/// What is wrong with the field `name`, below it.
pub fn complaint(name: &str, message: Option<String>) -> Option<AnyView> {
    let id = format!("{name}-error");
    message.map(|message| {
        view! { <p class="field__error" id=id>{icon("#i-danger")}{message}</p> }.into_any()
    })
}
