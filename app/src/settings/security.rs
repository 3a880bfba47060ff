//! How one signs in.

use super::{Section, Settings, details, profile::about_me};
use crate::{routes, ui::time_ago::time_ago};
use contract::session::Session;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The page, as a chunk of its own.
pub struct SecurityPage;

#[lazy_route]
impl LazyRoute for SecurityPage {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let SecurityPage = this;
        view! {
            <Settings path=routes::SECURITY>
                <Section id="security" title="Account security" text="How you sign in, and where you are signed in.">{about_me(facts)}</Section>
            </Settings>
        }
        .into_any()
    }
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
