//! Service accounts: the list, making one, editing it, replacing its credentials, and ending it.

mod credentials;
mod delete;
mod draft;
mod drawer;
mod edit;
mod new;
mod page;
mod reset;
mod reveal;
mod tokens;

use crate::{
    api::Api,
    later::{Later, Missing, Render},
    listing::Listing,
    manage::{narrow::Narrow, people::People},
};
use contract::{
    roles::{Permission, ROLES, Role},
    service_accounts::{Credentials, SERVICE_ACCOUNTS, ServiceAccount},
};
use leptos::{prelude::*, wasm_split::wasm_split};

/// The page `Service Accounts`, as a chunk of its own.
#[wasm_split(service_accounts, wasm_split_path = leptos::wasm_split, fallible)]
pub fn page() -> Result<Render, Missing> {
    Ok(page::page)
}

/// The page about the access tokens of one account, as a chunk of its own.
#[wasm_split(service_account_tokens, wasm_split_path = leptos::wasm_split, fallible)]
pub fn tokens() -> Result<Render, Missing> {
    Ok(tokens::page)
}

/// The page's drawers and dialogs, as one chunk: once a secret was made, nothing may be missing that shows it.
#[wasm_split(service_account_dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn dialogs() -> Result<Render, Missing> {
    Ok(drawer::open)
}

/// The drawer or dialog that is open.
#[derive(Clone)]
enum Dialog {
    /// None.
    Closed,
    /// An account is being filled in.
    New,
    /// An account has a new pair, which is shown. Its secret is nowhere else, and gone with this value.
    Reveal(Box<Credentials>, Reason),
    /// This one is being edited.
    Edit(Box<ServiceAccount>),
    /// This one is about to get a new pair.
    Reset(Box<ServiceAccount>),
    /// This one is about to be deleted.
    Delete(Box<ServiceAccount>),
}

/// Why there is a new pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// The account is new.
    Made,
    /// The pair took the place of another.
    Reset,
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Desk {
    api: Api,
    narrow: Narrow,
    accounts: Listing<ServiceAccount>,
    /// Every role of the company, once they came.
    roles: RwSignal<Vec<Role>>,
    /// Who may look after an account.
    people: People,
    dialog: RwSignal<Dialog>,
    dialogs: Later,
}

impl Desk {
    fn new() -> Self {
        let api = Api::in_use();
        let dialog = RwSignal::new(Dialog::Closed);
        Self {
            api,
            narrow: Narrow::new(&page::WORDS),
            accounts: Listing::new(api),
            roles: RwSignal::default(),
            people: People::new(api),
            dialog,
            dialogs: Later::new(|| Box::pin(dialogs()), move || dialog.set(Dialog::Closed)),
        }
    }

    /// The one that the page provides.
    fn in_use() -> Self {
        expect_context()
    }

    fn load(self) {
        self.accounts
            .load([SERVICE_ACCOUNTS, "?limit=50", &self.narrow.query()].concat());
    }

    /// Fetches the roles. Without them none can be chosen, and the form says so.
    async fn load_roles(self) {
        let roles = self.api.every::<Role>(ROLES).await;
        self.roles.try_set(roles.unwrap_or_default());
    }

    /// The roles that an account can have.
    fn roles_with_api_access(self) -> Vec<Role> {
        let mut roles = self.roles.get();
        roles.retain(|role| role.permissions.contains(&Permission::ApiAccess));
        roles
    }

    fn close(self) {
        self.dialog.set(Dialog::Closed);
    }
}
