//! Access tokens: the list, making one, revoking some.

mod add;
mod cells;
mod create;
mod expiry;
mod history;
mod page;
mod reveal;
mod revoke;
mod scope_grid;
mod search;
mod table;

pub use page::ApiAccessPage;

use crate::{api::Api, listing::Listing, ui::selection::Selection};
use contract::tokens::{CreatedToken, MY_TOKENS, Token};
use leptos::prelude::*;

/// The dialog that is open.
#[derive(Clone)]
pub enum Dialog {
    /// None.
    Closed,
    /// A token is being filled in.
    Create,
    /// A token was made, and its secret is shown. It is nowhere else, and gone with this value.
    Reveal(Box<CreatedToken>),
    /// These tokens are about to be revoked.
    Revoke(Vec<Token>),
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The dialog that is open.
    pub dialog: RwSignal<Dialog>,
    /// Tokens that are not revoked.
    pub current: Listing<Token>,
    /// Tokens that are.
    pub revoked: Listing<Token>,
    /// Which of the current ones are selected.
    pub selection: RwSignal<Selection>,
}

impl Desk {
    fn new() -> Self {
        let api = Api::in_use();
        Self {
            dialog: RwSignal::new(Dialog::Closed),
            current: Listing::new(api),
            revoked: Listing::new(api),
            selection: RwSignal::default(),
        }
    }

    /// The one that the page provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Fetches both lists, of tokens whose name has `search` in it.
    fn load(self, search: &str) {
        let search = String::from(js_sys::encode_uri_component(search));
        self.current
            .load(format!("{MY_TOKENS}?state=current&search={search}"));
        self.revoked
            .load(format!("{MY_TOKENS}?state=revoked&search={search}"));
    }

    /// Closes the dialog.
    pub fn close(self) {
        self.dialog.set(Dialog::Closed);
    }
}
