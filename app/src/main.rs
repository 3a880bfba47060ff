//! The browser side of Latchkey: pages that hold no rule of their own, only `contract`'s.

#![expect(
    clippy::unnecessary_wraps,
    reason = "`wasm_split` adds the failed fetch to functions that cannot fail themselves"
)]

mod account;
mod api;
mod app;
mod audit;
mod call_button;
mod clock;
mod dom;
mod edit;
mod emails;
mod form;
mod fresh;
mod invitation;
mod json;
mod later;
mod listing;
mod manage;
mod mfa;
mod notifications;
mod page;
mod passwords;
mod policy;
mod profile;
mod reference;
mod roles;
mod router;
mod routes;
mod scopes;
mod security;
mod service_accounts;
mod session;
mod settings;
mod sign_up;
mod table;
mod theme;
mod tokens;
mod ui;
mod users;

fn main() {
    #[cfg(all(target_family = "wasm", debug_assertions))]
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
