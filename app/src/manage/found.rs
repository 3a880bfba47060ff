//! What the URL of a page names: fetched, and shown once it is there.

use crate::{
    api::{Api, Failure},
    page,
    ui::{failed::Failed, skeleton::skeleton_card},
};
use contract::problem::Code;
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

/// What is at `path`, as `view` shows it; it is told the entity tag too.
pub fn found<T: DeserializeOwned + Clone + Send + Sync + 'static>(
    path: String,
    view: impl Fn(T, Option<String>) -> AnyView + Send + 'static,
) -> AnyView {
    let api = Api::in_use();
    let found = RwSignal::new(None::<Result<(T, Option<String>), Failure>>);
    let load = Callback::new(move |()| {
        let path = path.clone();
        found.set(None);
        spawn_local(async move {
            let answer = api.read(&path).await;
            // The page may be gone by the time its answer comes.
            found.try_set(Some(answer));
        });
    });
    load.run(());
    let content = move || match found.get() {
        None => view! { <div class="card">{skeleton_card()}</div> }.into_any(),
        Some(Ok((it, tag))) => untrack(|| view(it, tag)),
        Some(Err(Failure::Refused(problem))) if problem.code == Code::NotFound => {
            page::appear("Page not found");
            page::nothing_here()
        }
        Some(Err(failure)) => view! { <Failed message=failure.message() retry=load /> }.into_any(),
    };
    content.into_any()
}
