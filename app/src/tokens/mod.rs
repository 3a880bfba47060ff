//! Access tokens: the list, making and editing one, new secrets, who uses it, revoking some.

mod actions;
mod allowlist;
mod cells;
mod chart;
mod create;
mod current;
mod edit;
mod ending;
mod endpoints;
mod expiry;
mod fields;
mod filter;
mod history;
mod insight;
mod kind;
mod lines;
mod link;
mod list;
mod page;
mod recent;
mod reveal;
mod revoke;
mod rotate;
mod routes;

use crate::{
    api::{Api, Method, parse},
    later::{Later, Missing, Render},
    listing::{Listing, Rows},
    page::look,
    ui::{notice, selection::Selection},
};
use contract::{
    policy::{POLICY, Policy},
    scopes::{Scope, ScopeSet},
    tokens::{CreatedToken, MY_TOKENS, Token},
};
use filter::Wanted;
use leptos::{prelude::*, task::spawn_local, wasm_split::wasm_split};
use link::Prefilled;
use std::net::IpAddr;

pub use page::panel;

/// The page `API Access`, as a chunk of its own.
#[wasm_split(api_access, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The page's dialogs, as one chunk: once a secret was made, nothing may be missing that shows it.
#[wasm_split(token_dialogs, wasm_split_path = leptos::wasm_split, fallible)]
pub fn dialogs() -> Result<Render, Missing> {
    Ok(dialog)
}

/// The dialog that tells who uses a token, and what a row tells of the secret before, as a chunk of its own.
#[wasm_split(token_insight, wasm_split_path = leptos::wasm_split, fallible)]
pub fn insight() -> Result<Render, Missing> {
    Ok(insight::render)
}

/// The dialog that is open, but for the one of [`insight`].
fn dialog() -> AnyView {
    use create::Create;
    use reveal::Reveal;
    let desk = Desk::in_use();
    let asked = desk
        .dialog
        .with_untracked(|dialog| matches!(dialog, Dialog::Linked));
    if asked {
        link::follow(desk);
        return ().into_any();
    }
    let content = desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Create(_) => view! { <Create /> }.into_any(),
        Dialog::Reveal(..) => view! { <Reveal /> }.into_any(),
        Dialog::Edit(..) => edit::dialog(),
        Dialog::Rotate(_) => rotate::dialog(),
        Dialog::Revoke(_) => revoke::dialog(),
        Dialog::Insight(_) | Dialog::Linked | Dialog::Closed => ().into_any(),
    });
    view! { <link rel="stylesheet" href=look("/token_dialogs.css") /> {content} }.into_any()
}

/// The dialog that is open.
#[derive(Clone)]
pub enum Dialog {
    /// None.
    Closed,
    /// The one that a link asks for, as soon as it is known.
    Linked,
    /// A token is being filled in, perhaps begun by a link.
    Create(Box<Prefilled>),
    /// A token was made, or got a new secret; that secret is shown. It is nowhere else, and gone with this value.
    Reveal(Box<CreatedToken>, bool),
    /// The token with this id is being edited, perhaps as was proposed.
    Edit(String, Option<Proposal>),
    /// This token is about to get a new secret.
    Rotate(Box<Token>),
    /// Who uses this token is told.
    Insight(Box<Token>),
    /// These tokens are about to be revoked.
    Revoke(Vec<Token>),
}

/// What is filled in of a token that is edited, for a person to confirm.
#[derive(Clone, Copy)]
pub enum Proposal {
    /// A scope that a call lacked is added.
    Add(Scope),
    /// Only these scopes are kept: no call took the others.
    Keep(ScopeSet),
    /// These are added: it had them before.
    GiveBack(ScopeSet),
    /// An address is let in that the IP allowlist would refuse.
    Allow(IpAddr),
    /// The IP allowlist refuses whom it leaves out.
    Enforce,
    /// What a link asks for is no scope.
    Nothing,
}

/// That a person hears of what others do with their tokens.
fn of_another(desk: Desk) -> Option<AnyView> {
    (!desk.gives_secrets)
        .then(|| notice::info("The person whose tokens these are is told by mail."))
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Where the list is.
    path: StoredValue<String>,
    /// Whether secrets of these tokens are for whoever sits here.
    pub gives_secrets: bool,
    /// Which tokens are listed.
    pub wanted: Memo<Wanted>,
    /// What the company allows, as it was told: to read it is for the dialogs, in whose chunk the code for that lies.
    policy: RwSignal<String>,
    /// Tokens that are not revoked.
    pub current: Listing<Token>,
    /// Tokens that are.
    pub revoked: Listing<Token>,
    /// Which of the current ones are selected.
    pub selection: RwSignal<Selection>,
    /// The dialog that is open.
    pub dialog: RwSignal<Dialog>,
    /// The code of the dialogs.
    dialogs: Later,
    /// The code that tells who uses a token.
    insight: Later,
    /// The token whose row that code is to tell about next.
    in_row: StoredValue<Option<Token>>,
}

impl Desk {
    /// One's own tokens.
    fn of_oneself() -> Self {
        Self::of(MY_TOKENS.into(), true)
    }

    /// The tokens in the list at `path`.
    pub fn of(path: String, gives_secrets: bool) -> Self {
        let api = Api::in_use();
        let dialog = RwSignal::new(Dialog::Closed);
        let close = move || dialog.set(Dialog::Closed);
        let policy = RwSignal::default();
        spawn_local(async move {
            if let Ok(known) = api.send(Method::GET, POLICY, None).await {
                let _ = policy.try_set(known);
            }
        });
        Self {
            path: StoredValue::new(path),
            gives_secrets,
            wanted: filter::in_url(),
            policy,
            current: Listing::new(api),
            revoked: Listing::new(api),
            selection: RwSignal::default(),
            dialog,
            dialogs: Later::new(|| Box::pin(async { dialogs().await }), close),
            insight: Later::new(|| Box::pin(async { insight().await }), close),
            in_row: StoredValue::new(None),
        }
    }

    /// The one that the page provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Where the list is.
    pub fn list_path(self) -> String {
        self.path.get_value()
    }

    /// Whether these tokens are those of whoever sits here.
    pub fn is_own(self) -> bool {
        self.path.with_value(|path| path == MY_TOKENS)
    }

    /// What the company allows; the product's default until it is known.
    pub fn policy(self) -> Memo<Policy> {
        Memo::new(move |_| self.policy.with(|told| parse(told).unwrap_or_default()))
    }

    /// Fetches both lists.
    fn load(self, wanted: &Wanted) {
        let path = self.list_path();
        self.current
            .load([&path, "?state=current", &wanted.of_current()].concat());
        self.revoked
            .load([&path, "?state=revoked", &wanted.of_revoked()].concat());
    }

    /// Fetches the current tokens again: where more than a page of fifty was shown, as many as one answer holds.
    fn reload(self) {
        let shown = self
            .current
            .rows
            .try_with_untracked(|rows| rows.known().len());
        let is_long = shown.is_some_and(|shown| shown > 50);
        self.current
            .reload_with(if is_long { "&limit=100" } else { "" });
    }

    /// Fetches the code of the dialogs, since somebody is about to want one.
    pub fn prefetch(self) {
        self.dialogs.prefetch();
    }

    /// The dialog that is open.
    fn view(self) -> Option<AnyView> {
        let part = self.dialog.with(|dialog| match dialog {
            Dialog::Closed => None,
            Dialog::Insight(_) => Some(self.insight),
            _ => Some(self.dialogs),
        });
        part.map(Later::view)
    }

    /// What the row of a token tells of its secret before, as soon as the code for it is there.
    fn old_secret(self, token: &Token) -> impl Fn() -> Option<AnyView> + use<> {
        self.insight.prefetch();
        let token = token.clone();
        move || {
            let render = self.insight.here()?;
            self.in_row.set_value(Some(token.clone()));
            Some(untrack(render))
        }
    }

    /// Notes how a current token is now.
    fn note(self, now: Token) {
        self.current.rows.update(|rows| {
            if let Rows::Loaded(tokens) = rows
                && let Some(token) = tokens.iter_mut().find(|token| token.id == now.id)
            {
                *token = now;
            }
        });
    }

    /// Whether there never was a token to look for.
    fn is_empty(self) -> bool {
        let none = |listing: Listing<Token>| {
            listing
                .rows
                .with(|rows| matches!(rows, Rows::Loaded(tokens) if tokens.is_empty()))
        };
        self.wanted.with(Wanted::is_all) && none(self.current) && none(self.revoked)
    }

    /// The ids of the current tokens, in the order shown.
    fn ids(self) -> Vec<String> {
        let id = |token: &Token| token.id.as_str().to_owned();
        self.current
            .rows
            .with(|rows| rows.known().iter().map(id).collect())
    }

    /// The current tokens that are selected.
    fn selected(self) -> Vec<Token> {
        self.selection.with_untracked(|selection| {
            let is_selected = |token: &&Token| selection.contains(token.id.as_str());
            self.current.rows.with_untracked(|rows| {
                let tokens = rows.known().iter();
                tokens.filter(is_selected).cloned().collect()
            })
        })
    }

    /// Closes the dialog. The page may be gone by then.
    pub fn close(self) {
        let _ = self.dialog.try_set(Dialog::Closed);
    }
}
