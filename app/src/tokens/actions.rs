//! What can be done with one token: the menu at the end of its row.

use super::{Desk, Dialog};
use crate::ui::{icon::icon, menu::Menu};
use contract::tokens::{Status, Token};
use leptos::prelude::*;

/// The cell with the menu.
pub fn actions(desk: Desk, token: &Token) -> AnyView {
    let button = icon("#i-more");
    let label = ["Actions for ", &token.name].concat();
    let id = ["actions-", token.id.as_str()].concat();
    let item = |name: &'static str,
                sign: &'static str,
                class: &'static str,
                dialog: fn(Box<Token>) -> Dialog| {
        let token = token.clone();
        let open = move |_| desk.dialog.set(dialog(Box::new(token.clone())));
        view! { <button type="button" class=class on:click=open>{icon(sign)}{name}</button> }
            .into_any()
    };
    let edit = |token: Box<Token>| Dialog::Edit(token.id.as_str().to_owned(), None);
    let revoke = |token: Box<Token>| Dialog::Revoke(vec![*token]);
    let open = token.status != Status::Revoked;
    // Secrets of another person are not for those who look after their tokens, and an expired one stays expired.
    let rotated = desk.gives_secrets && open && token.status != Status::Expired;
    let edit = open.then(|| item("Edit", "#i-edit", "menu__item", edit));
    let rotate = rotated.then(|| item("Rotate secret", "#i-rotate", "menu__item", Dialog::Rotate));
    let activity = item("Activity", "#i-activity", "menu__item", Dialog::Insight);
    let revoke = open.then(|| {
        let revoke = item(
            "Revoke",
            "#i-close",
            "menu__item menu__item--danger",
            revoke,
        );
        view! { <hr class="menu__line" /> {revoke} }
    });
    view! {
        <td class="table__actions" on:pointerenter=move |_| desk.prefetch()>
            <Menu id label class="button button--ghost button--icon" list_class="menu__list menu__list--row" button>
                {edit}
                {rotate}
                {activity}
                {revoke}
            </Menu>
        </td>
    }
    .into_any()
}
