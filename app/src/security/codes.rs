//! The dialog that shows recovery codes, this once.

use super::mfa::Desk;
use crate::{
    dom,
    ui::{
        copy_button::CopyButton, dialog::Dialog as Modal, icon::icon, notice, text_field::complaint,
    },
};
use leptos::prelude::*;

/// The dialog. It closes once somebody has said that the codes are saved.
#[component]
pub fn Codes(
    /// The codes.
    codes: Vec<String>,
) -> impl IntoView {
    let desk = Desk::in_use();
    let saved = RwSignal::new(false);
    let reminded = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if saved.get_untracked() {
            desk.finish();
        } else {
            reminded.set(true);
            dom::focus_soon("#saved");
        }
    });
    let missing = move || reminded.get() && !saved.get();
    let text = StoredValue::new(codes.join("\n"));
    let items = codes
        .into_iter()
        .map(|code| view! { <li><code class="mono">{code}</code></li> })
        .collect_view();
    view! {
        <Modal id="codes-title" title="Recovery codes" on_close=close>
            <div class="dialog__body">
                {notice::warning("Save these codes now, because you won't see them again. Each signs you in once if you lose your app.")}
                <ul class="codes" aria-label="Recovery codes">{items}</ul>
                <div class="form__actions">
                    <CopyButton
                        text=Callback::new(move |()| text.get_value())
                        on_copied=Callback::new(|()| ())
                        fallback=Callback::new(|()| ())
                    />
                    <button
                        type="button"
                        class="button button--secondary"
                        on:click=move |_| {
                            let _ = dom::save_as("latchkey-recovery-codes.txt", &text.get_value());
                        }
                    >
                        {icon("#i-download")}
                        "Download"
                    </button>
                    <button
                        type="button"
                        class="button button--secondary"
                        on:click=|_| {
                            let _ = window().print();
                        }
                    >
                        "Print"
                    </button>
                </div>
                <div class="field">
                    <label class="choice">
                        <input
                            class="checkbox"
                            id="saved"
                            type="checkbox"
                            aria-invalid=move || missing().then_some("true")
                            aria-describedby=move || missing().then_some("saved-error")
                            on:change=move |ev| saved.set(event_target_checked(&ev))
                        />
                        <span class="choice__text">"I have saved these codes"</span>
                    </label>
                    {move || complaint("saved", missing().then(|| "Save the codes, and then say so here.".to_owned()))}
                </div>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Done"</button>
            </div>
        </Modal>
    }
}
