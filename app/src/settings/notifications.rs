//! What one is told about.

use super::{Section, Settings};
use crate::{routes, ui::empty::Empty};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The page, as a chunk of its own.
pub struct NotificationsPage;

#[lazy_route]
impl LazyRoute for NotificationsPage {
    fn data() -> Self {
        Self
    }

    fn view(this: Self) -> AnyView {
        let NotificationsPage = this;
        view! {
            <Settings path=routes::NOTIFICATIONS>
                <Section id="notifications" title="Notifications" text="What you are told about, and where: by email or in Slack.">
                    <div class="card">
                        <Empty
                            icon="#i-info"
                            title="No notifications are sent to you"
                            text="Messages about your access tokens, such as one that is about to expire, belong here."
                            small=true
                        />
                    </div>
                </Section>
            </Settings>
        }
        .into_any()
    }
}
