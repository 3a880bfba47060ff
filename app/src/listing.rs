//! A list that is fetched page by page.

use crate::{
    api::{Api, Failure},
    router,
};
use contract::list::List;
use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

/// Rows as far as they are known.
#[derive(Clone)]
pub enum Rows<T> {
    /// None came yet.
    Loading,
    /// These.
    Loaded(Vec<T>),
    /// None will come unless asked again.
    Failed(Failure),
}

impl<T> Rows<T> {
    /// Those that are there.
    pub fn known(&self) -> &[T] {
        match self {
            Self::Loaded(rows) => rows,
            Self::Loading | Self::Failed(_) => &[],
        }
    }
}

/// A list and the way to more of it. A copy is the same list.
pub struct Listing<T: 'static> {
    api: Api,
    /// The rows.
    pub rows: RwSignal<Rows<T>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    /// Why no more rows came, while those before stay.
    pub stuck: RwSignal<Option<Failure>>,
    next: RwSignal<Option<String>>,
    path: RwSignal<String>,
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Listing<T> {}

impl<T: DeserializeOwned + Clone + PartialEq + Send + Sync> Listing<T> {
    /// A list that is not fetched yet.
    pub fn new(api: Api) -> Self {
        Self {
            api,
            rows: RwSignal::new(Rows::Loading),
            busy: RwSignal::new(false),
            stuck: RwSignal::new(None),
            next: RwSignal::new(None),
            path: RwSignal::default(),
        }
    }

    /// Fetches the list from `path`, which ends in its query.
    pub fn load(self, path: String) {
        self.path.set(path);
        self.reload();
    }

    /// Fetches the list again; until then its rows stay. The page may be gone by then.
    pub fn reload(self) {
        self.reload_with("");
    }

    /// The same with something more in the query.
    pub fn reload_with(self, more: &str) {
        if let Some(path) = self.path.try_get_untracked() {
            self.fetch([&path, more].concat(), false);
        }
    }

    /// Fetches the next page and adds it.
    pub fn more(self) {
        if self.busy.get_untracked() {
            return;
        }
        if let Some(cursor) = self.next.get_untracked() {
            let cursor = router::encode(&cursor);
            self.fetch(
                format!("{}&cursor={cursor}", self.path.get_untracked()),
                true,
            );
        }
    }

    /// Whether there is a next page.
    pub fn has_more(self) -> bool {
        self.next.with(Option::is_some)
    }

    fn fetch(self, path: String, append: bool) {
        self.busy.set(true);
        self.stuck.set(None);
        let asked = self.path.get_untracked();
        spawn_local(async move {
            let answer = self.api.get::<List<T>>(&path).await;
            // The list may be gone, or may have been asked for something else meanwhile.
            if self.path.try_get_untracked() == Some(asked) {
                self.busy.set(false);
                self.take(answer, append);
            }
        });
    }

    fn take(self, answer: Result<List<T>, Failure>, append: bool) {
        let page = match answer {
            Ok(page) => page,
            Err(failure) if append => return self.stuck.set(Some(failure)),
            Err(failure) => return self.rows.set(Rows::Failed(failure)),
        };
        self.next.set(page.next_cursor);
        // Rows that came as they were stay where they are, with the menu that somebody has opened there meanwhile.
        self.rows.maybe_update(|rows| match rows {
            Rows::Loaded(rows) if append => {
                rows.extend(page.items);
                true
            }
            Rows::Loaded(rows) if *rows == page.items => false,
            rows => {
                *rows = Rows::Loaded(page.items);
                true
            }
        });
    }
}
