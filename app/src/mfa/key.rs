//! What an authenticator app needs to know: to scan, to open, and to type.

use super::qr;
use crate::{dom, ui::copy_button::CopyButton};
use contract::mfa::TotpSetup;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// All three.
pub fn view(setup: TotpSetup) -> AnyView {
    let TotpSetup { secret, uri } = setup;
    let groups: Vec<_> = secret
        .as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect();
    let in_groups = groups.join(" ");
    view! {
        <p>"Scan this with an authenticator app, or " <a class="link" href=uri.clone() rel="external">"open the app on this device"</a> "."</p>
        {qr::code(&uri, "QR code for your authenticator app")}
        <div class="field">
            <label class="field__label" for="totp-secret">"Or type this key"</label>
            <div class="qr__key">
                <input class="input mono" id="totp-secret" readonly prop:value=in_groups />
                <CopyButton
                    text=Callback::new(move |()| secret.clone())
                    on_copied=Callback::new(|()| ())
                    fallback=Callback::new(|()| select())
                />
            </div>
        </div>
    }
    .into_any()
}

fn select() {
    if let Some(key) = dom::find("#totp-secret")
        .and_then(|element| element.dyn_into::<web_sys::HtmlInputElement>().ok())
    {
        key.select();
    }
}
