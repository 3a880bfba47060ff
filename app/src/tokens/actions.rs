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
    let open = move |token: &Token, dialog: fn(Box<Token>) -> Dialog| {
        let token = token.clone();
        move |_| desk.dialog.set(dialog(Box::new(token.clone())))
    };
    let live = matches!(token.status, Status::Active | Status::Disabled);
    let edit = open(token, |token| {
        Dialog::Edit(token.id.as_str().to_owned(), None)
    });
    let rotate = open(token, Dialog::Rotate);
    let revoke = open(token, |token| Dialog::Revoke(vec![*token]));
    let insight = open(token, Dialog::Insight);
    // Secrets of another person are not for those who look after their tokens.
    let rotate = (live && desk.gives_secrets).then(|| view! { <button type="button" class="menu__item" on:click=rotate>{icon("#i-rotate")}"Rotate secret"</button> });
    let of_live_ones = (token.status != Status::Revoked).then(|| {
        view! {
            <button type="button" class="menu__item" on:click=edit>{icon("#i-edit")}"Edit"</button>
            {rotate}
        }
    });
    let ending = (token.status != Status::Revoked).then(|| {
        view! {
            <hr class="menu__line" />
            <button type="button" class="menu__item menu__item--danger" on:click=revoke>{icon("#i-close")}"Revoke"</button>
        }
    });
    view! {
        <td class="table__actions" on:pointerenter=move |_| desk.prefetch()>
            <Menu id label class="button button--ghost button--icon" list_class="menu__list menu__list--row" button>
                {of_live_ones}
                <button type="button" class="menu__item" on:click=insight>{icon("#i-activity")}"Activity"</button>
                {ending}
            </Menu>
        </td>
    }
    .into_any()
}
