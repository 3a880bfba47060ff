//! What the pages of one person share: who it is, and the way from one to the other.

use super::{full_name, path_of};
use crate::{
    api::{Api, Failure, Reply, parse},
    manage::{
        USERS,
        found::found,
        layout::{Crumb, SECURITY},
    },
    router::Router,
    routes,
    ui::{avatar::Avatar, tabs::Tabs},
};
use contract::{roles::Permission, users::User};
use leptos::prelude::*;

/// The pages above those of a person.
pub const ABOVE: &[Crumb] = &[SECURITY, (routes::USERS, "Users")];
/// Who may see them.
pub const NEEDS: &[Permission] = USERS;

/// A person as they were read. A copy is the same person.
#[derive(Clone, Copy)]
pub struct Person {
    /// Makes the calls.
    pub api: Api,
    /// Who it is.
    pub user: RwSignal<User>,
    /// The entity tag of that.
    pub tag: RwSignal<Option<String>>,
}

impl Person {
    /// Whether it is the one in front.
    pub fn is_me(self) -> bool {
        let id = self.user.with_untracked(|user| user.id.clone());
        untrack(|| self.api.account.with(|session| session.user.id == id)) == Some(true)
    }

    /// Where the person is, or what is theirs.
    pub fn path(self, rest: &str) -> String {
        self.user
            .with_untracked(|user| [contract::users::USERS, "/", user.id.as_str(), rest].concat())
    }

    /// Takes an answer that is the person. Whoever changed themselves may not be allowed here any more.
    pub fn take(self, reply: Reply) -> Result<(), Failure> {
        self.user.set(parse(&reply.text)?);
        self.tag.set(reply.tag);
        if self.is_me() {
            self.api.account.ask();
        }
        Ok(())
    }
}

/// The page of the person in the URL: the tab `name`, and what is on it.
pub fn surround(name: &'static str, content: fn(Person) -> AnyView) -> AnyView {
    let api = Api::in_use();
    let path = Router::in_use().place().with_untracked(|place| {
        let id = place.path.split('/').nth(3).unwrap_or_default();
        [contract::users::USERS, "/", id].concat()
    });
    found(path, move |user, tag| {
        let person = Person {
            api,
            user: RwSignal::new(user),
            tag: RwSignal::new(tag),
        };
        framed(person, name, content)
    })
}

fn framed(person: Person, name: &'static str, content: fn(Person) -> AnyView) -> AnyView {
    let tabs = person.user.with_untracked(|user| {
        vec![
            (path_of(user, "profile"), "Profile"),
            (path_of(user, "tokens"), "Access tokens"),
            (path_of(user, "sessions"), "Sessions"),
        ]
    });
    let who = move || {
        let user = person.user.get();
        let (title, email) = (full_name(&user), user.email.clone());
        view! {
            <Avatar user class="avatar avatar--large" />
            <div class="page-header__text">
                <h1 class="page-header__title" tabindex="-1">{title}</h1>
                <p class="page-header__description">{email}</p>
            </div>
        }
    };
    view! {
        <div class="page-header page-header--person">{who}</div>
        <Tabs label="User" tabs current=name />
        <div class="page__body">{content(person)}</div>
    }
    .into_any()
}
