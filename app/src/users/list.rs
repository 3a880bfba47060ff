//! The page `Users`.

use super::{Desk, full_name, invitations::pending, path_of};
use crate::{
    manage::{
        USERS,
        layout::{Page, SECURITY, heading},
        narrow::Words,
    },
    table::{Look, cell, table, time},
    ui::{
        avatar::Avatar,
        badge::{Tone, badge},
        empty::Empty,
        icon::icon,
    },
};
use contract::users::User;
use leptos::{prelude::*, task::spawn_local};

static PAGE: Page = Page {
    title: "Users",
    above: &[SECURITY],
    needs: USERS,
    content,
};

static LOOK: Look<User> = Look {
    caption: "Users",
    heads: &[
        "Name",
        "Role",
        "Status",
        "Second factor",
        "Last seen",
        "Joined",
    ],
    row,
    nothing,
};

pub(super) static WORDS: Words = Words {
    search: "Search users by name or email",
    placeholder: "Search by name or email",
    state: "state",
    states: &[
        ("", "Any status"),
        ("active", "Active"),
        ("inactive", "Deactivated"),
    ],
    orders: &[
        ("", "Oldest first"),
        ("-created", "Newest first"),
        ("name", "Name A–Z"),
        ("-name", "Name Z–A"),
        ("-last_seen", "Last seen first"),
        ("last_seen", "Last seen last"),
    ],
    all: "Show all users",
};

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content() -> AnyView {
    let desk = Desk::new();
    provide_context(desk);
    Effect::new(move |_| desk.load());
    desk.load_invitations();
    spawn_local(desk.load_roles());
    let dialog = move || desk.inviting.get().then(|| desk.invite.view());
    let about = "Who belongs to your company. A role says what each may do, at once and in every session and token.";
    view! {
        {heading("Users", about, invite_button(desk))}
        <div class="page__body page__body--close">
            <div class="section">
                {desk.narrow.fields(desk.roles)}
                {table(desk.users, &LOOK)}
            </div>
            {pending(desk)}
        </div>
        {dialog}
    }
    .into_any()
}

/// The button that opens the dialog to invite. Its code is fetched when the button is about to be used.
fn invite_button(desk: Desk) -> AnyView {
    view! {
        <button
            type="button"
            class="button button--primary"
            on:pointerenter=move |_| desk.invite.prefetch()
            on:focus=move |_| desk.invite.prefetch()
            on:click=move |_| desk.inviting.set(true)
        >
            {icon("#i-plus")}
            "Invite User"
        </button>
    }
    .into_any()
}

fn row(user: &User) -> AnyView {
    let factor = if user.mfa_enabled { "On" } else { "Off" };
    view! {
        <tr>
            <th scope="row" class="table__name">
                <span class="table__person">
                    <Avatar user=user.clone() />
                    <span>
                        <a class="table__open" id=user.id.as_str().to_owned() href=path_of(user, "profile")>{full_name(user)}</a>
                        <span class="table__sub">{user.email.clone()}</span>
                    </span>
                </span>
            </th>
            {cell("Role", user.role.name.clone().into_any())}
            {cell("Status", status(user))}
            {cell("Second factor", factor.into_any())}
            {time("Last seen", user.last_seen_at)}
            {time("Joined", Some(user.created_at))}
        </tr>
    }
    .into_any()
}

/// Whether they may sign in.
pub fn status(user: &User) -> AnyView {
    if user.active {
        badge(Tone::Active, "Active")
    } else {
        badge(Tone::Off, "Deactivated")
    }
}

fn nothing() -> AnyView {
    let narrow = Desk::in_use().narrow;
    let text = if narrow.is_narrowed() {
        "Nobody in your company fits what you are looking for."
    } else {
        "Nobody is here yet."
    };
    view! { <Empty icon="#i-search" title="Nobody found" text>{narrow.show_all()}</Empty> }
        .into_any()
}
