//! The tab `Access tokens` of a person. Nobody sees a secret there, or makes a token for somebody else.

use super::person::{self, Person};
use crate::{
    manage::layout::Page,
    tokens::{Desk, panel},
};
use leptos::prelude::*;

static PAGE: Page = Page {
    title: "User",
    above: person::ABOVE,
    needs: person::NEEDS,
    content: || person::surround("Access tokens", content),
};

/// The tab.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content(person: Person) -> AnyView {
    panel(
        Desk::of(person.path("/tokens"), false),
        "What their scripts and services call the API with. Only they make one, and nobody sees a secret again.",
    )
}
