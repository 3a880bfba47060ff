//! The dialog `New Token Created`: the one time that a secret is shown.

use super::{Desk, Dialog, cells};
use crate::{
    clock, dom,
    ui::{copy_button::CopyButton, dialog::Dialog as Modal, icon::icon, notice},
};
use contract::tokens::{CreatedToken, SELF};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// The dialog.
#[component]
pub fn Reveal() -> impl IntoView {
    let desk = Desk::in_use();
    let saved = RwSignal::new(false);
    let warned = RwSignal::new(false);
    // Closing asks once; who asks a second time means it.
    let close = Callback::new(move |()| {
        if saved.get_untracked() || warned.get_untracked() {
            desk.close();
        } else {
            warned.set(true);
            dom::focus_soon("#keep-open");
        }
    });
    view! {
        <Modal id="reveal-title" title="New Token Created" on_close=close>
            <div class="dialog__body">
                {move || {
                    if warned.get() {
                        view! { <CloseAnyway warned /> }.into_any()
                    } else {
                        notice::warning("Note: Make sure to copy the token, because you won't see it again.")
                    }
                }}
                <Secret saved />
                <Example />
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Done"</button>
            </div>
        </Modal>
    }
}

/// The secret, read from the page's dialog state each time: there is no second copy to forget.
fn secret(desk: Desk) -> String {
    created(desk, |created| created.secret.clone()).unwrap_or_default()
}

fn created<T>(desk: Desk, about: impl FnOnce(&CreatedToken) -> T) -> Option<T> {
    desk.dialog.with_untracked(|dialog| {
        if let Dialog::Reveal(created) = dialog {
            Some(about(created))
        } else {
            None
        }
    })
}

#[component]
fn Secret(
    /// Set once the secret was copied or downloaded.
    saved: RwSignal<bool>,
) -> impl IntoView {
    let desk = Desk::in_use();
    let download = move |_| {
        let name = created(desk, |created| file_name(&created.token.name)).unwrap_or_default();
        if dom::save_as(&name, &secret(desk)).is_ok() {
            saved.set(true);
        }
    };
    let facts = created(desk, |created| {
        let token = &created.token;
        let row = |term: &'static str, text: String| view! { <div class="details__row"><dt>{term}</dt><dd>{text}</dd></div> };
        let end = token.end().map(clock::in_words).unwrap_or_default();
        vec![
            row("Name", token.name.clone()),
            row("Token", cells::masked(token)),
            row("Scopes", token.scopes.summary()),
            row("Expires", end),
        ]
    });
    view! {
        <div class="field">
            <label class="field__label" for="token-secret">"Access token"</label>
            <div class="secret">
                <textarea
                    class="secret__value"
                    id="token-secret"
                    rows="1"
                    readonly
                    autofocus
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=secret(desk)
                    on:focus=|_| select()
                    on:copy=move |_| saved.set(true)
                ></textarea>
                <div class="secret__actions">
                    <CopyButton
                        text=Callback::new(move |()| secret(desk))
                        on_copied=Callback::new(move |()| saved.set(true))
                        fallback=Callback::new(|()| select())
                    />
                    <button type="button" class="button button--secondary" on:click=download>{icon("#i-download")}"Download"</button>
                </div>
            </div>
        </div>
        <dl class="details">{facts}</dl>
    }
}

#[component]
fn Example() -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    view! {
        <div class="field">
            <p class="field__label" id="try-it">"Try it"</p>
            <pre class="code" tabindex="0" aria-labelledby="try-it"><code>{format!("curl -H \"Authorization: Bearer $LATCHKEY_TOKEN\" \\\n  {origin}{SELF}")}</code></pre>
        </div>
    }
}

#[component]
fn CloseAnyway(
    /// Taken back to keep the dialog open.
    warned: RwSignal<bool>,
) -> impl IntoView {
    let desk = Desk::in_use();
    let stay = move |_| {
        warned.set(false);
        dom::focus_soon("#token-secret");
    };
    view! {
        <div class="notice notice--danger" role="alert">
            {icon("#i-danger")}
            <div class="notice__body">
                <p class="notice__title">"You have not copied the token"</p>
                <p>"Once this is closed, the token cannot be shown again."</p>
                <div class="cluster">
                    <button type="button" class="button button--secondary button--small" id="keep-open" on:click=stay>"Go back"</button>
                    <button type="button" class="button button--danger button--small" on:click=move |_| desk.close()>"Close without copying"</button>
                </div>
            </div>
        </div>
    }
}

fn select() {
    if let Some(secret) = dom::find("#token-secret")
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok())
    {
        secret.select();
    }
}

/// A file name that every system takes: `latchkey-nightly-backup.txt`.
fn file_name(token: &str) -> String {
    let words = token
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let parts: Vec<_> = std::iter::once("latchkey".to_owned())
        .chain(words.map(str::to_lowercase))
        .collect();
    parts.join("-") + ".txt"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_token() {
        assert_eq!(
            file_name("Nightly backup (prod)"),
            "latchkey-nightly-backup-prod.txt"
        );
        assert_eq!(file_name("../../etc"), "latchkey-etc.txt");
        assert_eq!(file_name("💾"), "latchkey.txt");
    }
}
