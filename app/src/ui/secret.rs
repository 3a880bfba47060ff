//! What dialogs share that show a secret the one time that it can be shown.

use super::copy_button::CopyButton;
use crate::dom;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// Selects the secret in the field `id`, for those who copy by hand.
pub fn select(id: &str) {
    let field = dom::find(&["#", id].concat());
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) {
        field.select();
    }
}

/// A call that can be pasted into a shell, and how it comes by the secret.
pub fn example(call: String, hint: &'static str) -> AnyView {
    let rows = call.lines().count().to_string();
    let text = call.clone();
    view! {
        <div class="field">
            <label class="field__label" for="try-it">"Try it"</label>
            <textarea class="input mono" id="try-it" readonly rows=rows wrap="off" spellcheck="false" aria-describedby="try-it-hint" prop:value=call></textarea>
            <p class="field__hint" id="try-it-hint">{hint}</p>
            <div>
                <CopyButton
                    label="Copy call"
                    text=Callback::new(move |()| text.clone())
                    on_copied=Callback::new(|()| ())
                    fallback=Callback::new(|()| select("try-it"))
                />
            </div>
        </div>
    }
    .into_any()
}

/// A file name that every system takes, of what it is about: `latchkey-nightly-backup.txt`.
pub fn file_name(about: &str, extension: &str) -> String {
    let words = about
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let parts: Vec<_> = std::iter::once("latchkey".to_owned())
        .chain(words.map(str::to_lowercase))
        .collect();
    [&parts.join("-"), ".", extension].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_what_it_is_about() {
        assert_eq!(
            file_name("Nightly backup (prod) refresh token", "txt"),
            "latchkey-nightly-backup-prod-refresh-token.txt"
        );
        assert_eq!(file_name("../../etc", "env"), "latchkey-etc.env");
        assert_eq!(file_name("💾", "txt"), "latchkey.txt");
    }
}
