//! What the pages of one person share: who it is, and the way from one to the other.

use super::{full_name, path_of};
use crate::{
    api::{Api, Cargo, Failure, Method, Reply, parse},
    manage::{
        USERS,
        layout::{Crumb, SECURITY},
    },
    page,
    router::Router,
    routes,
    ui::{avatar::Avatar, failed::Failed, skeleton::skeleton_card, tabs::Tabs},
};
use contract::{problem::Code, roles::Permission, users::User};
use leptos::{prelude::*, task::spawn_local};

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

    /// Takes an answer that is the person.
    pub fn take(self, reply: Reply) -> Result<(), Failure> {
        self.user.set(parse(&reply.text)?);
        self.tag.set(reply.tag);
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
    let found = RwSignal::new(None::<Result<Person, Failure>>);
    let load = Callback::new(move |()| {
        let path = path.clone();
        found.set(None);
        spawn_local(async move {
            let answer = api.exchange(Method::GET, &path, &Cargo::default()).await;
            let read = answer.and_then(|reply| Ok((parse::<User>(&reply.text)?, reply.tag)));
            // The page may be gone by the time its answer comes.
            found.try_set(Some(read.map(|(user, tag)| Person {
                api,
                user: RwSignal::new(user),
                tag: RwSignal::new(tag),
            })));
        });
    });
    load.run(());
    let view = move || match found.get() {
        None => view! { <div class="card">{skeleton_card()}</div> }.into_any(),
        Some(Ok(person)) => untrack(|| framed(person, name, content)),
        Some(Err(Failure::Refused(problem))) if problem.code == Code::NotFound => {
            page::nothing_here()
        }
        Some(Err(failure)) => view! { <Failed message=failure.message() retry=load /> }.into_any(),
    };
    view.into_any()
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
