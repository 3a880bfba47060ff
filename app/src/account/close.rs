//! The dialog in which somebody means to close their account, or learns who must be found first.

use super::{Desk, Task, export};
use crate::{
    api::{Api, Method},
    dom, routes,
    session::Who,
    ui::{dialog::Dialog, notice, skeleton::skeleton_card, typed::typed_word},
};
use contract::{
    list::List,
    roles::BuiltIn,
    tokens::{MY_TOKENS, Token},
    users::{ME, USERS, User},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// What the page to sign in says afterwards.
const CLOSED: &str = "Your account was closed. A mail confirms it.";

/// The dialog.
pub fn dialog(desk: Desk) -> AnyView {
    let api = Api::in_use();
    let close = Callback::new(move |()| {
        let _ = desk.task.try_set(Task::None);
    });
    let is_last = last_administrator(api);
    let content = move || match is_last.get() {
        None => skeleton_card(),
        Some(true) => in_the_way(close),
        Some(false) => question(desk, api, close),
    };
    view! { <Dialog id="close-account-title" title="Close account" small=true on_close=close>{content}</Dialog> }.into_any()
}

/// Whether nobody else could look after the company, once it is known. If that is not to be had, the Worker decides.
fn last_administrator(api: Api) -> RwSignal<Option<bool>> {
    let role = untrack(|| api.account.with(|session| session.user.role.clone()));
    let Some(role) = role.filter(|role| BuiltIn::Administrator.is(&role.name)) else {
        return RwSignal::new(Some(false));
    };
    let is_last = RwSignal::new(None);
    let path = [USERS, "?state=active&limit=2&role=", role.id.as_str()].concat();
    spawn_local(async move {
        let administrators = api.get::<List<User>>(&path).await;
        is_last.try_set(Some(administrators.is_ok_and(|list| list.items.len() == 1)));
        dom::focus_soon("dialog[open] [autofocus]");
    });
    is_last
}

fn in_the_way(close: Callback<()>) -> AnyView {
    view! {
        <div class="dialog__body">
            {notice::warning("You are the last active Administrator, and one must stay.")}
            <p>"Make somebody else Administrator first, then you can close your account. In " <a href=routes::USERS>"Users"</a> " you give people roles and invite new ones."</p>
        </div>
        <div class="dialog__footer">
            <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
        </div>
    }
    .into_any()
}

fn question(desk: Desk, api: Api, close: Callback<()>) -> AnyView {
    let (pending, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let typed = RwSignal::new(String::new());
    let email = untrack(|| api.account.with(|session| session.user.email.clone()));
    let email = email.unwrap_or_default();
    // What cannot be undone is meant by whoever types the address.
    let field = typed_word(&email, typed);
    let unmeant = Memo::new(move |_| typed.get().trim() != email);
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        if pending.get_untracked() || unmeant.get_untracked() {
            return;
        }
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            match api.send(Method::DELETE, ME, None).await {
                Ok(_) => api.account.0.set(Who::Left(CLOSED)),
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                    pending.try_set(false);
                }
            }
        });
    };
    let export = move |_| export::start(desk);
    let label = move || {
        if desk.exporting.get() {
            "Exporting…"
        } else {
            "Export my data"
        }
    };
    view! {
        <form class="dialog__form" novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>"Your profile, your sessions and your access tokens are gone for good. Service accounts that you look after go on without an owner, and what you did stays in the audit log of your company."</p>
                {tokens(api)}
                <p>"To keep what is stored about you: " <button type="button" class="link" on:click=export>{label}</button></p>
                {field}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                <button type="submit" class="button button--danger" disabled=move || pending.get() || unmeant.get() aria-busy=move || pending.get().then_some("true")>
                    {move || if pending.get() { "Closing…" } else { "Close account" }}
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// How many tokens stop working with it.
fn tokens(api: Api) -> AnyView {
    let count = RwSignal::new(None::<(usize, bool)>);
    let path = [MY_TOKENS, "?state=current&limit=100"].concat();
    spawn_local(async move {
        if let Ok(list) = api.get::<List<Token>>(&path).await {
            count.try_set(Some((list.items.len(), list.next_cursor.is_some())));
        }
    });
    let told = move || {
        let (count, more) = count.get()?;
        stopping(count, more).map(|text| view! { <p><strong>{text}</strong></p> })
    };
    told.into_any()
}

fn stopping(count: usize, more: bool) -> Option<String> {
    match (count, more) {
        (0, _) => None,
        (1, _) => Some("1 access token of yours stops working at once.".into()),
        (count, false) => Some(format!(
            "{count} access tokens of yours stop working at once."
        )),
        (count, true) => Some(format!(
            "More than {count} access tokens of yours stop working at once."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_working_is_counted_and_nothing_is_not_told() {
        assert_eq!(stopping(0, false), None);
        assert!(stopping(1, false).unwrap().starts_with("1 access token of"));
        assert!(stopping(2, false).unwrap().starts_with("2 access tokens"));
        assert!(stopping(100, true).unwrap().starts_with("More than 100 "));
    }
}
