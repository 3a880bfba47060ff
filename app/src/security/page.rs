//! The page `Account security`.

use super::{end_others::Ending, log::Log, password::Password, sessions::Sessions};
use crate::{mfa::card::Mfa, settings::Section};
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    provide_context(Ending::new());
    view! {
        <Section id="password-title" title="Password" text="What you sign in with. Nobody at Latchkey can read it.">
            <Password />
        </Section>
        <Section
            id="mfa"
            title="Multi-Factor Authentication"
            text="A code of an authenticator app besides your password, so that a stolen password is not enough."
        >
            <Mfa />
        </Section>
        <Section id="sessions" title="Sessions" text="Where you are signed in. End what you do not know, and then change your password.">
            <Sessions />
        </Section>
        <Section id="log" title="Security log" text="What was done in your name and to your account, the newest first.">
            <Log />
        </Section>
    }
    .into_any()
}
