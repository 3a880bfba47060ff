//! Pages side by side. Tabs here are links: each has its own URL.

use leptos::prelude::*;

/// Links to sibling pages.
#[component]
pub fn Tabs(
    /// What the pages belong to.
    label: &'static str,
    /// Path and name of each page.
    tabs: Vec<(String, &'static str)>,
    /// The name of the page that is shown.
    current: &'static str,
) -> impl IntoView {
    let tab = move |(path, name)| view! { <li><a class="tabs__tab" href=path aria-current=(name == current).then_some("page")>{name}</a></li> };
    view! {
        <nav class="tabs" aria-label=label>
            <ul class="tabs__list">{tabs.into_iter().map(tab).collect_view()}</ul>
        </nav>
    }
}
