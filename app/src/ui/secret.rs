//! What dialogs share that show a secret the one time that it can be shown.

use super::icon::icon;
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

/// A call that can be pasted into a shell.
pub fn example(call: String) -> AnyView {
    view! {
        <div class="field">
            <p class="field__label" id="try-it">"Try it"</p>
            <pre class="code" tabindex="0" aria-labelledby="try-it"><code>{call}</code></pre>
        </div>
    }
    .into_any()
}

/// The question before a secret is closed that nobody copied.
pub fn close_anyway(
    title: &'static str,
    text: &'static str,
    // Where the focus goes for those who stay.
    field: &'static str,
    warned: RwSignal<bool>,
    close: impl Fn() + 'static,
) -> AnyView {
    let stay = move |_| {
        warned.set(false);
        dom::focus_soon(field);
    };
    view! {
        <div class="notice notice--danger" role="alert">
            {icon("#i-danger")}
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{text}</p>
                <div class="cluster">
                    <button type="button" class="button button--secondary button--small" id="keep-open" on:click=stay>"Go back"</button>
                    <button type="button" class="button button--danger button--small" on:click=move |_| close()>"Close without copying"</button>
                </div>
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
