//! Access tokens: the list, making one, revoking some.

mod add;
mod cells;
mod create;
mod current;
mod expiry;
mod history;
mod list;
mod page;
mod reveal;
mod revoke;
mod scope_grid;
mod search;

use crate::{
    api::Api,
    later::{Later, Missing, Render},
    listing::{Listing, Rows},
    router,
    ui::selection::Selection,
};
use contract::tokens::{CreatedToken, MY_TOKENS, Token};
use leptos::{prelude::*, wasm_split::wasm_split};

/// The page `API Access`, as a chunk of its own.
#[wasm_split(api_access, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The page's dialogs.
pub struct Dialogs {
    /// Making a token, and then showing its secret.
    pub add: Render,
    /// Revoking tokens.
    pub revoke: Render,
}

/// The page's dialogs, as one chunk: once a secret was made, nothing may be missing that shows it.
#[wasm_split(token_dialogs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn dialogs() -> Result<Dialogs, Missing> {
    Ok(Dialogs {
        add: add::dialogs,
        revoke: revoke::dialog,
    })
}

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
    /// What is sought among the names.
    pub search: Memo<String>,
    /// Tokens that are not revoked.
    pub current: Listing<Token>,
    /// Tokens that are.
    pub revoked: Listing<Token>,
    /// Which of the current ones are selected.
    pub selection: RwSignal<Selection>,
    /// The dialog that is open.
    pub dialog: RwSignal<Dialog>,
    /// The code of the dialogs around a new token.
    pub adding: Later,
    /// The code of the dialog for revoking.
    pub revoking: Later,
}

impl Desk {
    fn new() -> Self {
        let api = Api::in_use();
        let dialog = RwSignal::new(Dialog::Closed);
        let close = move || dialog.set(Dialog::Closed);
        Self {
            search: search::in_url(),
            current: Listing::new(api),
            revoked: Listing::new(api),
            selection: RwSignal::default(),
            dialog,
            adding: Later::new(|| Box::pin(async { Ok(dialogs().await?.add) }), close),
            revoking: Later::new(|| Box::pin(async { Ok(dialogs().await?.revoke) }), close),
        }
    }

    /// The one that the page provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Fetches both lists, of tokens whose name has `search` in it.
    fn load(self, search: &str) {
        let search = router::encode(search);
        for (list, state) in [(self.current, "current"), (self.revoked, "revoked")] {
            list.load([MY_TOKENS, "?state=", state, "&search=", &search].concat());
        }
    }

    /// The ids of the current tokens, in the order shown.
    fn ids(self) -> Vec<String> {
        let id = |token: &Token| token.id.as_str().to_owned();
        self.current.rows.with(|rows| match rows {
            Rows::Loaded(tokens) => tokens.iter().map(id).collect(),
            _ => Vec::new(),
        })
    }

    /// The current tokens that are selected.
    fn selected(self) -> Vec<Token> {
        let Rows::Loaded(mut tokens) = self.current.rows.get_untracked() else {
            return Vec::new();
        };
        self.selection.with_untracked(|selection| {
            tokens.retain(|token| selection.contains(token.id.as_str()));
        });
        tokens
    }

    /// Closes the dialog.
    pub fn close(self) {
        self.dialog.set(Dialog::Closed);
    }
}
