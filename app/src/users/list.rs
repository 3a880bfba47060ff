//! The page `Users`.

use super::{Desk, full_name, invitations::pending, path_of};
use crate::{
    manage::{
        USERS,
        layout::{Page, SECURITY, heading},
        query,
    },
    router::Router,
    table::{Look, cell, table, time},
    ui::{
        avatar::Avatar,
        badge::{Tone, badge},
        empty::Empty,
        filter::filter,
        icon::icon,
        search::Search,
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
    let dialog = move || desk.inviting.get().then(|| desk.invite.view()).flatten();
    let about = "Who belongs to your company. A role says what each may do, at once and in every session and token.";
    view! {
        {heading("Users", about, invite_button(desk))}
        <div class="page__body page__body--close">
            <div class="section">
                {filters(desk)}
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

fn filters(desk: Desk) -> AnyView {
    let router = Router::in_use();
    let choose = move |name: &'static str| {
        Callback::new(move |value: String| query::set(router, name, &value))
    };
    let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    let states = vec![
        pair("", "Any status"),
        pair("active", "Active"),
        pair("inactive", "Deactivated"),
    ];
    let roles = Signal::derive(move || {
        let roles = desk.roles.get();
        let roles = roles.iter().map(|role| pair(role.id.as_str(), &role.name));
        std::iter::once(pair("", "Any role")).chain(roles).collect()
    });
    view! {
        <div class="filters">
            <Search label="Search users by name or email" placeholder="Search by name or email" value=desk.search seek=choose("search") />
            {filter("Status", Signal::stored(states), desk.state, choose("state"))}
            {filter("Role", roles, desk.role, choose("role"))}
        </div>
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
    let router = Router::in_use();
    let all = move |_| query::set_all(router, &[("search", ""), ("state", ""), ("role", "")]);
    let text = if Desk::in_use().is_narrowed() {
        "Nobody in your company fits what you are looking for."
    } else {
        "Nobody is here yet."
    };
    view! {
        <Empty icon="#i-search" title="Nobody found" text>
            <button type="button" class="button button--secondary" on:click=all>"Show all users"</button>
        </Empty>
    }
    .into_any()
}
