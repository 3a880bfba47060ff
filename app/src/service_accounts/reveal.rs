//! The one time that an API secret is shown.

use super::{Desk, Dialog, Reason};
use crate::{
    dom,
    ui::{copy_button::CopyButton, dialog::Dialog as Modal, icon::icon, notice, secret, slip},
};
use contract::service_accounts::Credentials;
use leptos::prelude::*;
use serde::Serialize;

/// The seed's words, with our name in them.
const WARNING: &str = "The API Secret is not saved anywhere on the Latchkey system. You have to copy it as it is not kept and cannot be recovered. Use Copy to copy the API Secret to a safe place, or manage it using a key management system.";

/// The drawer that shows a new pair.
#[component]
pub fn Reveal(
    /// Why there is one.
    reason: Reason,
) -> impl IntoView {
    let desk = Desk::in_use();
    let saved = RwSignal::new(false);
    let warned = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if saved.get_untracked() {
            desk.close();
        } else {
            slip::ask(warned);
        }
    });
    slip::hold_back(move || saved.try_get_untracked() == Some(false), warned);
    let title = match reason {
        Reason::Made => "New Service Account",
        Reason::Reset => "New API key and API secret",
    };
    let warning = move || {
        if warned.get() {
            slip::close_anyway(
                "You have not copied the API secret",
                "Once this is closed, it cannot be shown again.",
                "Close without copying",
                "#api-secret",
                warned,
                Callback::new(move |()| desk.close()),
            )
        } else {
            notice::warning(WARNING)
        }
    };
    let save = move |name: String, text: String| {
        if dom::save_as(&name, &text).is_ok() {
            saved.set(true);
        }
    };
    let file = move |extension| {
        let name = told(desk, |made| made.service_account.name.clone());
        secret::file_name(&name, extension)
    };
    let save_env = move |_| save(file("env"), told(desk, as_env));
    let save_json = move |_| save(file("json"), told(desk, as_json));
    view! {
        <Modal id="reveal-title" title drawer=true bare=true on_close=close>
            <div class="dialog__body">
                {warning}
                {value("api-key", "API key", desk, |made| made.api_key.clone(), None)}
                {value("api-secret", "API secret", desk, |made| made.api_secret.clone(), Some(saved))}
                <div class="cluster">
                    <button type="button" class="button button--secondary" on:click=save_env>{icon("#i-download")}"Download .env"</button>
                    <button type="button" class="button button--secondary" on:click=save_json>{icon("#i-download")}"Download JSON"</button>
                </div>
                {example(&file("env"))}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Close"</button>
            </div>
        </Modal>
    }
}

/// Something about the new pair, read from the page's dialog state each time: there is no second copy to forget.
fn told(desk: Desk, about: fn(&Credentials) -> String) -> String {
    desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Reveal(made, _) => about(made),
        _ => String::new(),
    })
}

/// One half of the pair, to be copied.
fn value(
    id: &'static str,
    label: &'static str,
    desk: Desk,
    about: fn(&Credentials) -> String,
    saved: Option<RwSignal<bool>>,
) -> AnyView {
    let copied = move || {
        if let Some(saved) = saved {
            saved.set(true);
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <div class="secret">
                <textarea class="secret__value" id=id rows="1" readonly autocomplete="off" spellcheck="false" prop:value=told(desk, about) on:focus=move |_| secret::select(id) on:copy=move |_| copied()></textarea>
                <div class="secret__actions">
                    <CopyButton
                        label=if saved.is_some() { "Copy" } else { "Copy key" }
                        text=Callback::new(move |()| told(desk, about))
                        on_copied=Callback::new(move |()| copied())
                        fallback=Callback::new(move |()| secret::select(id))
                    />
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn example(env: &str) -> AnyView {
    let origin = window().location().origin().unwrap_or_default();
    let call = format!(
        ". ./{env} && \\\n  curl -u \"$LATCHKEY_API_KEY:$LATCHKEY_API_SECRET\" \\\n  -d grant_type=client_credentials \\\n  {origin}/oauth2/token"
    );
    secret::example(
        call,
        "It reads the pair from the file that Download .env saves.",
    )
}

fn as_env(made: &Credentials) -> String {
    [
        "LATCHKEY_API_KEY=",
        &made.api_key,
        "\nLATCHKEY_API_SECRET=",
        &made.api_secret,
    ]
    .concat()
}

fn as_json(made: &Credentials) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        name: &'a str,
        api_key: &'a str,
        api_secret: &'a str,
    }
    let file = File {
        name: &made.service_account.name,
        api_key: &made.api_key,
        api_secret: &made.api_secret,
    };
    serde_json::to_string(&file).unwrap_or_default()
}
