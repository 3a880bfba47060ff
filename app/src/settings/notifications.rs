//! What one is told about.

use super::Section;
use crate::ui::empty::Empty;
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    view! {
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
    }
    .into_any()
}
