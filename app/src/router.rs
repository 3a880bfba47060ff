//! Where in the app one is, by `leptos_router`'s account of the address bar.
//!
//! It follows links and the browser's buttons for us; the table of pages is our own, in [`crate::routes`]: the few flat
//! paths need none of the nesting of `<Routes>`, which would make up a tenth of the first download.

use leptos::{ev, prelude::*};
use leptos_router::location::{BrowserUrl, LocationChange, LocationProvider};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, UrlSearchParams};

/// What stands in the address bar in the place of a secret.
const TAKEN: &str = "opened";

/// A path and what follows its question mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The path, such as `/settings/profile`.
    pub path: String,
    /// The query without its question mark; often empty.
    pub query: String,
}

impl Place {
    /// A parameter of the query; empty where there is none.
    pub fn parameter(&self, name: &str) -> String {
        let parameters = UrlSearchParams::new_with_str(&self.query).ok();
        parameters
            .and_then(|parameters| parameters.get(name))
            .unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.path)?;
        if !self.query.is_empty() {
            f.write_str("?")?;
            f.write_str(&self.query)?;
        }
        Ok(())
    }
}

/// Where one is, and the way to elsewhere. One for the whole app.
#[derive(Clone, Copy)]
pub struct Router {
    browser: StoredValue<Option<BrowserUrl>>,
    place: Memo<Place>,
    guard: Guard,
}

/// Asked when the browser's buttons have led elsewhere; `true` keeps the app where it is.
type Guard = StoredValue<Option<Callback<(), bool>>>;

impl Router {
    /// Starts to follow links and the browser's buttons.
    pub fn start() -> Self {
        // Without an address bar there is no page to be on, and nothing to follow.
        let browser = BrowserUrl::new().ok();
        let guard = Guard::new(None);
        // Before the router listens: browsers tell of this in the order of asking.
        window_event_listener(ev::popstate, move |ev| {
            let stays = guard.get_value().and_then(|guard| guard.try_run(()));
            if stays == Some(true) {
                ev.stop_immediate_propagation();
            }
        });
        let url = browser.as_ref().map(|browser| {
            browser.init(None);
            browser.as_url().clone()
        });
        let place = Memo::new(move |_| {
            url.as_ref().map_or_else(Place::default, |url| {
                url.with(|url| Place {
                    path: url.path().to_owned(),
                    query: url.search().to_owned(),
                })
            })
        });
        Self {
            browser: StoredValue::new(browser),
            place,
            guard,
        }
    }

    /// Has `guard` asked whether the app stays when the browser's buttons lead elsewhere, until the current owner is gone.
    pub fn guard(self, guard: Callback<(), bool>) {
        // A dialog guards what lies over a page, or another dialog, that is guarded too.
        let below = self.guard.get_value();
        self.guard.set_value(Some(guard));
        on_cleanup(move || self.guard.set_value(below));
    }

    /// The one that the app provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Where one is.
    pub fn place(self) -> Memo<Place> {
        self.place
    }

    /// Goes to a path of this site, with its query if it has one, as if one had gone there in the first place.
    pub fn correct_to(self, path: &str) {
        let Some(browser) = self.browser.get_value() else {
            return;
        };
        if let Ok(url) = BrowserUrl::parse(path) {
            browser.as_url().set(url);
            browser.complete_navigation(&LocationChange {
                value: path.to_owned(),
                replace: true,
                scroll: false,
                ..LocationChange::default()
            });
        }
    }

    /// Takes the secret that the path ends in, as in a link that was mailed: out of the address bar and the history, where
    /// others could read it. From then on only the caller has it, and a page that is reloaded has none.
    pub fn take_secret(self) -> Option<String> {
        let path = self.place.with_untracked(|place| place.path.clone());
        let (page, secret) = path.rsplit_once('/')?;
        if secret == TAKEN {
            return None;
        }
        let history = window().history().ok()?;
        let _ =
            history.replace_state_with_url(&JsValue::NULL, "", Some(&[page, "/", TAKEN].concat()));
        Some(secret.to_owned())
    }

    /// Says that the page for the current path is there; only then does the address bar change after a click.
    pub fn arrived(self) {
        if let Some(browser) = self.browser.get_value() {
            browser.ready_to_complete();
        }
    }
}

/// A text as a parameter of a query.
pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// The link to a path of this site in which an event happened.
pub fn link(target: Option<web_sys::EventTarget>) -> Option<HtmlAnchorElement> {
    let element = target?.dyn_into::<Element>().ok()?;
    element
        .closest("a[href^='/']:not([download])")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_its_url() {
        let place = |path: &str, query: &str| {
            Place {
                path: path.into(),
                query: query.into(),
            }
            .to_string()
        };
        assert_eq!(
            place("/settings/api-access", "search=ci"),
            "/settings/api-access?search=ci"
        );
        assert_eq!(place("/", ""), "/");
    }
}
