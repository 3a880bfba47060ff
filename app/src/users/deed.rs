//! The dialog in which somebody means to end another's access, with a look at what else stops.

use super::{
    actions::{Asked, Deed},
    full_name,
    person::Person,
    profile::set_active,
};
use crate::{
    api::{Failure, Method},
    manage::{self, query},
    router::Router,
    routes,
    ui::{dialog::Dialog as Modal, notice, toast::Toaster, typed::typed_word},
};
use contract::{
    list::List,
    service_accounts::{SERVICE_ACCOUNTS, ServiceAccount},
    tokens::Token,
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// The dialog.
pub fn dialog() -> AnyView {
    let Asked {
        person,
        deed: asked,
    } = expect_context();
    asked
        .get_untracked()
        .map(|deed| ask(person, deed, asked))
        .into_any()
}

impl Deed {
    /// Title, button, and what it does to somebody of this name.
    fn words(self, name: &str) -> (&'static str, &'static str, String) {
        match self {
            Self::Deactivate => (
                "Deactivate User",
                "Deactivate",
                format!(
                    "{name} is signed out everywhere and told by mail. They can be activated again at any time."
                ),
            ),
            Self::ResetFactor => (
                "Reset Second Factor",
                "Reset",
                format!(
                    "Do this only for somebody of whom you are sure that it is them. Their app and their recovery codes stop working, and they are signed out everywhere: the password of {name} is enough to sign in, until they set up another app. They are told by mail."
                ),
            ),
            Self::Delete => (
                "Delete User",
                "Delete",
                format!(
                    "The profile, the sessions and the access tokens of {name} are gone for good. What they did stays in the audit log, and they are told by mail."
                ),
            ),
        }
    }
}

fn ask(person: Person, deed: Deed, asked: RwSignal<Option<Deed>>) -> AnyView {
    let (toaster, router) = (expect_context::<Toaster>(), Router::in_use());
    let (pending, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let typed = RwSignal::new(String::new());
    let (name, email) = person
        .user
        .with_untracked(|user| (full_name(user), user.email.clone()));
    let (title, label, text) = deed.words(&name);
    // What cannot be undone is meant by whoever types the address.
    let field = (deed == Deed::Delete).then(|| typed_word(&email, typed));
    let unmeant = Memo::new(move |_| deed == Deed::Delete && typed.get().trim() != email);
    let close = Callback::new(move |()| asked.set(None));
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        if pending.get_untracked() || unmeant.get_untracked() {
            return;
        }
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let done = match deed {
                Deed::Deactivate => set_active(person, false).await,
                Deed::ResetFactor => reset_factor(person).await,
                Deed::Delete => delete(person).await,
            };
            match done {
                Ok(()) if deed == Deed::Delete => {
                    toaster.say("The user was deleted.".into());
                    router.correct_to(routes::USERS);
                }
                Ok(()) => {
                    asked.try_set(None);
                    toaster.say(if deed == Deed::ResetFactor {
                        "The second factor was reset.".into()
                    } else {
                        "The user was deactivated.".into()
                    });
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                    pending.try_set(false);
                }
            }
        });
    };
    view! {
        <Modal id="deed-title" title small=true on_close=close>
            <form class="dialog__form" novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || trouble.get())}
                    <p>{text}</p>
                    {(deed != Deed::ResetFactor).then(|| affected(person))}
                    {field}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus=deed != Deed::Delete on:click=move |_| close.run(())>"Cancel"</button>
                    <button type="submit" class="button button--danger" disabled=move || pending.get() || unmeant.get() aria-busy=move || pending.get().then_some("true")>{label}</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

async fn reset_factor(person: Person) -> Result<(), Failure> {
    let path = person.path("/totp");
    person.api.send(Method::DELETE, &path, None).await?;
    person.user.try_update(|user| user.mfa_enabled = false);
    Ok(())
}

async fn delete(person: Person) -> Result<(), Failure> {
    let path = person.path("");
    person.api.send(Method::DELETE, &path, None).await.map(drop)
}

/// What stops with them, and what goes on without anybody who looks after it.
fn affected(person: Person) -> AnyView {
    let tokens = RwSignal::new(None::<(usize, bool)>);
    let accounts = RwSignal::new(Vec::<ServiceAccount>::new());
    let api = person.api;
    let path = person.path("/tokens?state=current&limit=100");
    spawn_local(async move {
        if let Ok(list) = api.get::<List<Token>>(&path).await {
            tokens.try_set(Some((list.items.len(), list.next_cursor.is_some())));
        }
    });
    if untrack(|| manage::may(manage::SERVICE_ACCOUNTS)) == Some(true) {
        let id = person
            .user
            .with_untracked(|user| user.id.as_str().to_owned());
        let path = [
            SERVICE_ACCOUNTS,
            "?limit=10",
            &query::told(&[("owner", &id)]),
        ]
        .concat();
        spawn_local(async move {
            if let Ok(list) = api.get::<List<ServiceAccount>>(&path).await {
                accounts.try_set(list.items);
            }
        });
    }
    let stops = move || {
        let (count, more) = tokens.get()?;
        let told = match (count, more) {
            (0, _) => "They have no access token that would stop.".to_owned(),
            (1, _) => "1 access token of theirs stops working at once.".to_owned(),
            (count, more) => format!(
                "{count}{} access tokens of theirs stop working at once.",
                if more { " and more" } else { "" }
            ),
        };
        Some(view! { <p>{told}</p> })
    };
    let goes_on = move || {
        let accounts = accounts.get();
        (!accounts.is_empty()).then(|| {
            let names = accounts.into_iter().map(|account| {
                view! { <li class="item-list__item"><span class="item-list__name">{account.name}</span></li> }
            });
            view! {
                <p>"These service accounts, which they look after, go on working. Give them another owner: "</p>
                <ul class="item-list">{names.collect_view()}</ul>
            }
        })
    };
    view! { {stops} {goes_on} }.into_any()
}
