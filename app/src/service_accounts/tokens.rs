//! The page about the access tokens of one service account.

use crate::{
    manage::{
        SERVICE_ACCOUNTS,
        found::found,
        layout::{Page, SYSTEM, heading},
    },
    router::Router,
    routes,
    tokens::{Desk, panel},
    ui::notice,
};
use contract::service_accounts::{self as wire, ServiceAccount};
use leptos::prelude::*;

static PAGE: Page = Page {
    title: "Service account",
    above: &[SYSTEM, (routes::SERVICE_ACCOUNTS, "Service Accounts")],
    needs: SERVICE_ACCOUNTS,
    content,
};

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content() -> AnyView {
    let path = Router::in_use().place().with_untracked(|place| {
        let id = place.path.split('/').nth(3).unwrap_or_default();
        [wire::SERVICE_ACCOUNTS, "/", id].concat()
    });
    let tokens = [&path, "/tokens"].concat();
    // Their secrets are for whoever looks after the machine.
    found(path, move |account, _| {
        framed(&account, Desk::of(tokens.clone(), true))
    })
}

fn framed(account: &ServiceAccount, desk: Desk) -> AnyView {
    let about = match &account.description {
        Some(description) => [&account.role.name, " · ", description].concat(),
        None => account.role.name.clone(),
    };
    view! {
        {heading(account.name.clone(), about, ().into_any())}
        <div class="page__body">
            {refused(account)}
            {panel(desk, "Further ways in for this machine, each with scopes, an end and an allowlist of its own.")}
        </div>
    }
    .into_any()
}

/// Why none of the tokens works, if that is so.
fn refused(account: &ServiceAccount) -> Option<AnyView> {
    if !account.enabled {
        Some(notice::warning(
            "This service account is disabled, so its tokens are refused. Enable it to let them in again.",
        ))
    } else if !account.role_has_api_access {
        Some(notice::warning(
            "The role of this service account has lost API access, so its tokens are refused. Give it another role.",
        ))
    } else {
        None
    }
}
