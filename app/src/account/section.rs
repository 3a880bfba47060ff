//! The foot of the page `Account profile`.

use super::{Desk, Task, parts};
use crate::{later::Later, settings::Section};
use leptos::prelude::*;

/// What is kept about oneself, and the end of it.
pub fn sections() -> AnyView {
    let desk = Desk {
        task: RwSignal::new(Task::None),
        exporting: RwSignal::new(false),
    };
    provide_context(desk);
    let task = desk.task;
    let part = Later::new(|| Box::pin(parts()), move || task.set(Task::None));
    let wanted = Memo::new(move |_| task.get() != Task::None);
    let exporting = desk.exporting;
    view! {
        <Section id="data" title="Your data" text="Everything that Latchkey keeps about you, to look through or to keep.">
            <div class="card account">
                <p class="account__text">"One JSON file: your profile and photo, sessions, access tokens and their use, notifications and your security log. It holds no secret."</p>
                <button
                    type="button"
                    class="button button--secondary"
                    aria-disabled=move || exporting.get().then_some("true")
                    on:pointerenter=move |_| part.prefetch()
                    on:focus=move |_| part.prefetch()
                    on:click=move |_| task.set(Task::Export)
                >
                    {move || if exporting.get() { "Exporting…" } else { "Export my data" }}
                </button>
            </div>
        </Section>
        <Section id="closing" title="Close account" text="The end of your account here. Nobody can bring it back.">
            <div class="card card--danger account">
                <p class="account__text">"Your access tokens stop working at once, you are signed out everywhere, and your profile is gone for good."</p>
                <button
                    type="button"
                    class="button button--danger"
                    on:pointerenter=move |_| part.prefetch()
                    on:focus=move |_| part.prefetch()
                    on:click=move |_| task.set(Task::Close)
                >
                    "Close account"
                </button>
            </div>
            {move || wanted.get().then(|| part.view())}
        </Section>
    }
    .into_any()
}
