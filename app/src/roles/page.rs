//! The page `Roles`.

use super::{Desk, Dialog, holders, in_short};
use crate::{
    dom,
    manage::{
        USERS,
        layout::{Page, SECURITY, heading},
        may, query,
    },
    router::Router,
    routes,
    table::{Look, cell, table, text},
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        icon::icon,
        menu::Menu,
        search::Search,
    },
};
use contract::roles::{Permission, Role};
use leptos::prelude::*;

static PAGE: Page = Page {
    title: "Roles",
    above: &[SECURITY],
    needs: &[Permission::ManageRoles],
    content,
};

static LOOK: Look<Role> = Look {
    caption: "Roles",
    heads: &["Role", "Permissions", "Scopes", "Held by", ""],
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
    Effect::new(move |_| desk.search.with(|search| desk.load(search)));
    let router = Router::in_use();
    let seek = Callback::new(move |text: String| query::set(router, "search", &text));
    let actions = view! {
        <Search label="Search roles by name" placeholder="Search by name" value=desk.search seek />
        <button
            type="button"
            class="button button--primary"
            on:pointerenter=move |_| desk.dialogs.prefetch()
            on:focus=move |_| desk.dialogs.prefetch()
            on:click=move |_| desk.dialog.set(Dialog::New(None))
        >
            {icon("#i-plus")}
            "New role"
        </button>
    };
    let about = "What people and service accounts may do. A change counts at once, for their sessions and tokens too.";
    let dialog = move || {
        let open = desk.dialog.with(|dialog| !matches!(dialog, Dialog::Closed));
        open.then(|| desk.dialogs.view())
    };
    view! {
        {heading("Roles", about, actions.into_any())}
        <div class="page__body page__body--close">{table(desk.roles, &LOOK)}</div>
        {dialog}
    }
    .into_any()
}

fn row(role: &Role) -> AnyView {
    let desk = Desk::in_use();
    let opened = role.id.clone();
    let open = move |_| {
        // Wherever the click was: this is what gets the focus back.
        dom::focus(opened.as_str());
        desk.dialog.set(Dialog::Edit(opened.clone()));
    };
    let scopes = if role.scopes.is_empty() {
        "None".into()
    } else {
        role.scopes.summary()
    };
    view! {
        <tr class="table__row--opens" on:click=open on:pointerenter=move |_| desk.dialogs.prefetch()>
            <th scope="row" class="table__name">
                <span class="table__stack">
                    // Its click goes on to the row, whose handler does it.
                    <button type="button" class="table__open" id=role.id.as_str().to_owned() on:focus=move |_| desk.dialogs.prefetch()>{role.name.clone()}</button>
                    {role.built_in.then(|| badge(Tone::Off, "Built-in"))}
                </span>
            </th>
            {text("Permissions", Some(in_short(&role.permissions)))}
            {text("Scopes", Some(scopes))}
            {cell("Held by", held_by(role))}
            {actions(desk, role)}
        </tr>
    }
    .into_any()
}

/// How many hold the role; for those who may see people, the way to them.
fn held_by(role: &Role) -> AnyView {
    let words = holders(role).unwrap_or_else(|| "Nobody".into());
    if role.members == 0 || may(USERS) != Some(true) {
        return view! { <span class="table__line">{words}</span> }.into_any();
    }
    let href = [routes::USERS, "?role=", role.id.as_str()].concat();
    // The row opens the role; this leads elsewhere.
    view! { <a class="table__line" href=href on:click=|ev| ev.stop_propagation()>{words}</a> }
        .into_any()
}

fn actions(desk: Desk, role: &Role) -> AnyView {
    let label = ["Actions for ", &role.name].concat();
    let id = ["actions-", role.id.as_str()].concat();
    let (edited, model, doomed) = (role.id.clone(), role.clone(), role.clone());
    let edit = move |_| desk.dialog.set(Dialog::Edit(edited.clone()));
    let delete = move |_| desk.dialog.set(Dialog::Delete(Box::new(doomed.clone())));
    let duplicate = move |_| {
        let model = Some(Box::new(model.clone()));
        desk.dialog.set(Dialog::New(model));
    };
    let verb = if role.built_in { "View" } else { "Edit" };
    let ending = (!role.built_in).then(|| {
        view! {
            <hr class="menu__line" />
            <button type="button" class="menu__item menu__item--danger" on:click=delete>{icon("#i-trash")}"Delete"</button>
        }
    });
    view! {
        <td class="table__actions" on:click=|ev| ev.stop_propagation()>
            <Menu id label class="button button--ghost button--icon" list_class="menu__list menu__list--row" button=icon("#i-more")>
                <button type="button" class="menu__item" on:click=edit>{icon("#i-edit")}{verb}</button>
                <button type="button" class="menu__item" on:click=duplicate>{icon("#i-copy")}"Duplicate"</button>
                {ending}
            </Menu>
        </td>
    }
    .into_any()
}

fn nothing() -> AnyView {
    let desk = Desk::in_use();
    let sought = desk.search.get_untracked();
    let router = Router::in_use();
    let text = format!("No role has “{sought}” in its name.");
    view! {
        <Empty icon="#i-search" title="No role found" text>
            <button type="button" class="button button--secondary" on:click=move |_| query::set(router, "search", "")>"Show all roles"</button>
        </Empty>
    }
    .into_any()
}
