//! The dialog `New Token Created`: the one time that a secret is shown.

use super::{Desk, Dialog, cells, expiry::end_label};
use crate::{
    clock, dom,
    ui::{copy_button::CopyButton, dialog::Dialog as Modal, icon::icon, notice, secret, slip},
};
use contract::tokens::{CreatedToken, Kind, SELF};
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn Reveal() -> impl IntoView {
    let desk = Desk::in_use();
    let saved = RwSignal::new(false);
    let warned = RwSignal::new(false);
    // Nothing but the button that says so closes it before the secret was copied.
    let close = Callback::new(move |()| {
        if saved.get_untracked() {
            desk.close();
        } else {
            slip::ask(warned);
        }
    });
    slip::hold_back(move || saved.try_get_untracked() == Some(false), warned);
    let rotated = desk
        .dialog
        .with_untracked(|dialog| matches!(dialog, Dialog::Reveal(_, true)));
    let origin = window().location().origin().unwrap_or_default();
    let call = format!(
        "read -rs LATCHKEY_TOKEN && \\\n  curl -H \"Authorization: Bearer $LATCHKEY_TOKEN\" \\\n  {origin}{SELF}"
    );
    let title = if rotated {
        "New Secret Created"
    } else {
        "New Token Created"
    };
    view! {
        <Modal id="reveal-title" title on_close=close>
            <div class="dialog__body">
                {move || {
                    if warned.get() {
                        slip::close_anyway(
                            "You have not copied the token",
                            "Once this is closed, the token cannot be shown again.",
                            "Close without copying",
                            "#token-secret",
                            warned,
                            Callback::new(move |()| desk.close()),
                        )
                    } else {
                        notice::warning("Note: Make sure to copy the token, because you won't see it again.")
                    }
                }}
                <Secrets saved />
                {secret::example(call, "It waits for you to paste the token, which so stays out of your shell's history.")}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Done"</button>
            </div>
        </Modal>
    }
}

/// Which secret: they are read from the page's dialog state each time, so there is no second copy to forget.
#[derive(Clone, Copy)]
struct Which {
    id: &'static str,
    label: &'static str,
    /// What it adds to the name of its file.
    file: &'static str,
    get: fn(&CreatedToken) -> Option<String>,
}

const ACCESS: Which = Which {
    id: "token-secret",
    label: "Access token",
    file: "",
    get: |created| Some(created.secret.clone()),
};
const REFRESH: Which = Which {
    id: "refresh-secret",
    label: "Refresh token",
    file: "refresh token",
    get: |created| created.refresh_token.clone(),
};

impl Which {
    fn read(self, desk: Desk) -> String {
        created(desk, self.get).flatten().unwrap_or_default()
    }
}

fn created<T>(desk: Desk, about: impl FnOnce(&CreatedToken) -> T) -> Option<T> {
    desk.dialog.with_untracked(|dialog| {
        if let Dialog::Reveal(created, _) = dialog {
            Some(about(created))
        } else {
            None
        }
    })
}

#[component]
fn Secrets(
    /// Set once everything was copied or downloaded.
    saved: RwSignal<bool>,
) -> impl IntoView {
    let desk = Desk::in_use();
    let has_refresh = created(desk, |created| created.refresh_token.is_some()).unwrap_or_default();
    let copied = [RwSignal::new(false), RwSignal::new(!has_refresh)];
    Effect::new(move |_| {
        if copied.iter().all(|copied| copied.get()) {
            saved.set(true);
        }
    });
    let facts = created(desk, |created| {
        let token = &created.token;
        let row = |term: &'static str, text: String| view! { <div class="details__row"><dt>{term}</dt><dd>{text}</dd></div> };
        let end = token.end().map_or_else(|| "Never".into(), clock::in_words);
        let scopes = if token.kind == Kind::Custom {
            token.scopes.summary()
        } else {
            token.kind.label().into()
        };
        vec![
            row("Name", token.name.clone()),
            row("Token", cells::masked(token)),
            row("Scopes", scopes),
            row(end_label(token.kind), end),
        ]
    });
    let [access, refresh] = copied;
    view! {
        <Secret which=ACCESS saved=access autofocus=true />
        {has_refresh.then(|| view! { <Secret which=REFRESH saved=refresh /> })}
        <dl class="details">{facts}</dl>
    }
}

#[component]
fn Secret(
    /// Which one.
    which: Which,
    /// Set once it was copied or downloaded.
    saved: RwSignal<bool>,
    /// Whether it takes the focus when the dialog opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let desk = Desk::in_use();
    let download = move |_| {
        let name = created(desk, |created| {
            secret::file_name(&[&created.token.name, " ", which.file].concat(), "txt")
        });
        if dom::save_as(&name.unwrap_or_default(), &which.read(desk)).is_ok() {
            saved.set(true);
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for=which.id>{which.label}</label>
            <div class="secret">
                <textarea
                    class="secret__value"
                    id=which.id
                    rows="1"
                    readonly
                    autofocus=autofocus
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=which.read(desk)
                    on:focus=move |_| secret::select(which.id)
                    on:copy=move |_| saved.set(true)
                ></textarea>
                <div class="secret__actions">
                    <CopyButton
                        text=Callback::new(move |()| which.read(desk))
                        on_copied=Callback::new(move |()| saved.set(true))
                        fallback=Callback::new(move |()| secret::select(which.id))
                    />
                    <button type="button" class="button button--secondary" on:click=download>{icon("#i-download")}"Download"</button>
                </div>
            </div>
        </div>
    }
}
