//! Recovery codes, shown this once.

use crate::{
    dom,
    ui::{copy_button::CopyButton, icon::icon, notice, text_field::complaint},
};
use leptos::prelude::*;

/// Whether somebody has said that the codes are saved.
#[derive(Clone, Copy)]
pub struct Saved {
    said: RwSignal<bool>,
    reminded: RwSignal<bool>,
}

impl Saved {
    /// Not yet.
    pub fn new() -> Self {
        Self {
            said: RwSignal::new(false),
            reminded: RwSignal::new(false),
        }
    }

    /// Whether it was said; if not, asks for it.
    pub fn or_remind(self) -> bool {
        let said = self.said.get_untracked();
        if !said {
            self.reminded.set(true);
            dom::focus_soon("#saved");
        }
        said
    }

    fn is_missing(self) -> bool {
        self.reminded.get() && !self.said.get()
    }
}

/// The codes, the ways to keep them, and the box to say that they are saved.
pub fn view(codes: Vec<String>, saved: Saved) -> AnyView {
    let missing = move || saved.is_missing();
    // They are nowhere else once the page is gone.
    dom::capture("beforeunload", move |ev| {
        if !saved.said.get_untracked() {
            ev.prevent_default();
        }
    });
    let text = StoredValue::new(codes.join("\n"));
    let items = codes
        .into_iter()
        .map(|code| view! { <li><code class="mono">{code}</code></li> })
        .collect_view();
    view! {
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
                    on:change=move |ev| saved.said.set(event_target_checked(&ev))
                />
                <span class="choice__text">"I have saved these codes"</span>
            </label>
            {move || complaint("saved", missing().then(|| "Save the codes, and then say so here.".to_owned()))}
        </div>
    }
    .into_any()
}
