//! The page `API reference`.

use super::{
    document::{self, Operation, Section},
    fragment, operation,
    search::fits,
};
use crate::{
    api::{Api, Failure, Method},
    manage::{layout::heading, query},
    page::{self, look},
    router::Router,
    settings,
    ui::{
        empty::Empty,
        failed::Failed,
        icon::{icon, mark},
        search::Search,
        skeleton::skeleton_card,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// Where the document is.
const DOCUMENT: &str = "/api/openapi.json";

/// The page.
pub fn page() -> AnyView {
    page::appear("API reference");
    let account = Api::in_use().account;
    view! {
        <link rel="stylesheet" href=look("/reference.css") />
        <div class="app">
            {move || account.with(|_| ()).map_or_else(brand, |()| settings::header())}
            <main class="page reference" id="main" tabindex="-1">{content()}</main>
        </div>
    }
    .into_any()
}

/// What is above the page of somebody who is not signed in.
fn brand() -> AnyView {
    view! {
        <header class="header">
            <div class="header__inner"><a class="brand" href="/">{mark("brand__mark")}"Latchkey"</a></div>
        </header>
    }
    .into_any()
}

fn content() -> AnyView {
    let api = Api::in_use();
    let sections = RwSignal::new(None::<Result<Vec<Section>, Failure>>);
    let load = move || {
        sections.set(None);
        spawn_local(async move {
            let text = api.send(Method::GET, DOCUMENT, None).await;
            let read = |text: String| document::sections(&text).ok_or(Failure::Unreachable);
            let _ = sections.try_set(Some(text.and_then(read)));
        });
    };
    load();
    let moved = window_event_listener_untyped("hashchange", |_| fragment::show());
    on_cleanup(move || moved.remove());
    let router = Router::in_use();
    let sought = query::parameter("search");
    let seek = Callback::new(move |typed: String| query::set(router, "search", &typed));
    let found = move || match sections.get() {
        None => skeleton_card(),
        Some(Err(failure)) => {
            let retry = Callback::new(move |()| load());
            view! { <Failed message=failure.message() retry /> }.into_any()
        }
        Some(Ok(sections)) => list(&sections, &sought.get()),
    };
    let about =
        "Every route of this deployment: who may call it, what it takes and how it answers.";
    let file = view! {
        <a class="button button--secondary" href=DOCUMENT download="openapi.json" rel="external">
            {icon("#i-download")}"OpenAPI document"
        </a>
    };
    view! {
        {heading("API reference", about, file.into_any())}
        <div class="page__body">
            <div role="search" class="reference__search">
                <Search label="Search the API" placeholder="Path, words, field, scope or error" value=sought seek />
            </div>
            {found}
        </div>
    }
    .into_any()
}

fn list(sections: &[Section], sought: &str) -> AnyView {
    let words = sought.to_lowercase();
    let words: Vec<_> = words.split_whitespace().collect();
    let found: Vec<_> = sections
        .iter()
        .filter_map(|section| {
            let fits = |operation: &&Operation| fits(operation, &words);
            let operations: Vec<_> = section.operations.iter().filter(fits).cloned().collect();
            (!operations.is_empty()).then(|| (section.clone(), operations))
        })
        .collect();
    if found.is_empty() {
        let text = "No route has all of these words. Try fewer of them.";
        return view! { <Empty icon="#i-search" title="Nothing found" text /> }.into_any();
    }
    let count = found.iter().map(|(_, operations)| operations.len()).sum();
    let told = match count {
        1 => "1 route".to_owned(),
        count => format!("{count} routes"),
    };
    let links = found.iter().map(|(section, _)| {
        let href = ["#", &section.tag].concat();
        view! { <li><a href=href rel="external">{title(&section.tag)}</a></li> }
    });
    let links = links.collect_view();
    let parts = found.into_iter().map(part).collect_view();
    // Once it is there.
    request_animation_frame(fragment::show);
    view! {
        <p class="visually-hidden" role="status">{told}</p>
        <div class="reference__columns">
            <nav class="reference__nav" aria-label="Sections"><ul>{links}</ul></nav>
            <div class="reference__parts">{parts}</div>
        </div>
    }
    .into_any()
}

fn part((section, operations): (Section, Vec<Operation>)) -> AnyView {
    let operations = operations.into_iter().map(operation::view).collect_view();
    view! {
        <section class="section" aria-labelledby=section.tag.clone()>
            <h2 class="section__title" id=section.tag.clone() tabindex="-1">{title(&section.tag)}</h2>
            <p class="section__description">{section.about}</p>
            <div class="card reference__card">{operations}</div>
        </section>
    }
    .into_any()
}

/// `service_account` as people write it.
fn title(tag: &str) -> String {
    let words = tag.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    match first {
        Some('O') if words == "oauth" => "OAuth".to_owned(),
        first => first.into_iter().chain(letters).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_read_as_people_write() {
        assert_eq!(title("service_account"), "Service account");
        assert_eq!(title("oauth"), "OAuth");
    }
}
