//! A word that somebody types to show that they mean what cannot be undone.

use leptos::prelude::*;

/// The field. What is typed goes to `typed`.
pub fn typed_word(word: &str, typed: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label class="field__label" for="typed-word">"Type " <strong>{word.to_owned()}</strong> " to confirm"</label>
            <input
                class="input"
                id="typed-word"
                type="text"
                autofocus
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=typed
                on:input=move |ev| typed.set(event_target_value(&ev))
            />
        </div>
    }
    .into_any()
}
