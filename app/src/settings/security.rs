//! How one signs in.

use super::{Section, details, profile::about_me};
use crate::ui::time_ago::time_ago;
use contract::session::Session;
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    view! {
            <Section id="security" title="Account security" text="How you sign in, and where you are signed in.">{about_me(facts)}</Section>
    }
    .into_any()
}

fn facts(session: &Session) -> AnyView {
    details(vec![
        ("Signed in as", session.user.email.clone().into_any()),
        (
            "Multi-Factor Authentication",
            if session.user.mfa_enabled {
                "On"
            } else {
                "Off"
            }
            .into_any(),
        ),
        ("Last seen", time_ago(session.user.last_seen_at, "Never")),
    ])
}
