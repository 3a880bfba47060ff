//! The page `Service Accounts`.

use super::{Desk, Dialog};
use crate::{
    dom,
    manage::{
        SERVICE_ACCOUNTS,
        layout::{Page, SYSTEM, heading},
        narrow::Words,
    },
    table::{Look, cell, table, text, time},
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        icon::icon,
    },
};
use contract::service_accounts::ServiceAccount;
use leptos::{prelude::*, task::spawn_local};

static PAGE: Page = Page {
    title: "Service Accounts",
    above: &[SYSTEM],
    needs: SERVICE_ACCOUNTS,
    content,
};

static LOOK: Look<ServiceAccount> = Look {
    caption: "Service accounts",
    heads: &[
        "Service account name",
        "Description",
        "Role",
        "API key",
        "Key Creation time",
        "Last used",
        "Last updated",
        "Status",
    ],
    row,
    nothing,
};

pub(super) static WORDS: Words = Words {
    search: "Search service accounts by name",
    placeholder: "Search by name",
    state: "enabled",
    states: &[
        ("", "Any status"),
        ("true", "Enabled"),
        ("false", "Disabled"),
    ],
    orders: &[
        ("", "Newest first"),
        ("created", "Oldest first"),
        ("name", "Name A–Z"),
        ("-name", "Name Z–A"),
        ("-last_used", "Last used first"),
        ("last_used", "Last used last"),
    ],
    all: "Show all service accounts",
};

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content() -> AnyView {
    let desk = Desk::new();
    provide_context(desk);
    Effect::new(move |_| desk.load());
    spawn_local(desk.load_roles());
    let about = "Machines that only connect by API. Each has a key and a secret of its own, and a role that says what it may do.";
    let dialog = move || {
        let open = desk.dialog.with(|dialog| !matches!(dialog, Dialog::Closed));
        open.then(|| desk.dialogs.view())
    };
    view! {
        {heading("Service Accounts", about, add_button(desk))}
        <div class="page__body page__body--close">
            <div class="section">
                {desk.narrow.fields(desk.roles)}
                {table(desk.accounts, &LOOK)}
            </div>
        </div>
        {dialog}
    }
    .into_any()
}

/// The button that opens the drawer for a new account. Its code is fetched when the button is about to be used.
fn add_button(desk: Desk) -> AnyView {
    view! {
        <button
            type="button"
            class="button button--primary"
            on:pointerenter=move |_| desk.dialogs.prefetch()
            on:focus=move |_| desk.dialogs.prefetch()
            on:click=move |_| desk.dialog.set(Dialog::New)
        >
            {icon("#i-plus")}
            "Add Service Account"
        </button>
    }
    .into_any()
}

fn row(account: &ServiceAccount) -> AnyView {
    let desk = Desk::in_use();
    let opened = account.clone();
    let open = move |_| {
        // Wherever the click was: this is what gets the focus back.
        dom::focus(opened.id.as_str());
        desk.dialog.set(Dialog::Edit(Box::new(opened.clone())));
    };
    let status = if account.enabled {
        badge(Tone::Active, "Enabled")
    } else {
        badge(Tone::Off, "Disabled")
    };
    let role = view! {
        {account.role.name.clone()}
        {(!account.role_has_api_access).then(|| badge(Tone::Expired, "No API access"))}
    };
    let key = view! {
        <code class="mono table__clipped" title=account.api_key.clone()>{account.api_key.clone()}</code>
        {account.secret_revoked.then(|| badge(Tone::Expired, "Secret revoked"))}
        {account.old_pair.is_some().then(|| badge(Tone::Expired, "Old key still works"))}
    };
    view! {
        <tr class="table__row--opens" on:click=open on:pointerenter=move |_| desk.dialogs.prefetch()>
            <th scope="row" class="table__name">
                // Its click goes on to the row, whose handler does it.
                <button type="button" class="table__open" id=account.id.as_str().to_owned() on:focus=move |_| desk.dialogs.prefetch()>{account.name.clone()}</button>
            </th>
            {text("Description", account.description.clone())}
            {cell("Role", view! { <span class="table__stack">{role}</span> }.into_any())}
            {cell("API key", view! { <span class="table__stack">{key}</span> }.into_any())}
            {time("Key Creation time", Some(account.key_created_at))}
            {time("Last used", account.last_used_at)}
            {time("Last updated", Some(account.updated_at))}
            {cell("Status", status)}
        </tr>
    }
    .into_any()
}

fn nothing() -> AnyView {
    let narrow = Desk::in_use().narrow;
    if narrow.is_narrowed() {
        let text = "No service account fits what you are looking for.";
        return view! { <Empty icon="#i-search" title="No service account found" text>{narrow.show_all()}</Empty> }
            .into_any();
    }
    let text =
        "Add one for each machine that calls the API, with a role that has no more than it needs.";
    view! { <Empty icon="#i-key" title="No service accounts yet" text /> }.into_any()
}
