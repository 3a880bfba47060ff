//! The page `Account profile`.

use super::{details::Details, photo::Photo};
use crate::{
    api::{Api, Cargo, Failure, Method, Reply, parse},
    clock,
    settings::{Section, details},
    ui::{failed::Failed, skeleton::skeleton_card},
};
use contract::{
    session::Session,
    users::{ME, User},
};
use leptos::{prelude::*, task::spawn_local};

/// A profile as it was read, with its entity tag.
#[derive(Clone)]
pub struct Read {
    /// Whose it is, and all of it.
    pub user: User,
    /// Tells this state of it from others.
    pub tag: Option<String>,
}

impl Read {
    /// Takes an answer that is a profile.
    pub fn take(reply: Reply) -> Result<Self, Failure> {
        let user = parse(&reply.text)?;
        let tag = reply.tag;
        Ok(Self { user, tag })
    }

    /// Asks for the profile as it is now.
    pub async fn now(api: Api) -> Result<Self, Failure> {
        let reply = api.exchange(Method::GET, ME, &Cargo::default()).await?;
        let read = Self::take(reply)?;
        api.account.change(|user| user.clone_from(&read.user));
        Ok(read)
    }
}

/// The page.
pub fn page() -> AnyView {
    let api = Api::in_use();
    let profile = RwSignal::new(None::<Result<Read, Failure>>);
    let load = move || {
        profile.set(None);
        spawn_local(async move {
            let read = Read::now(api).await;
            // The page may be gone by the time its answer comes.
            profile.try_set(Some(read));
        });
    };
    load();
    let content = move || {
        profile.with(|profile| match profile {
            None => skeleton_card(),
            Some(Ok(read)) => view! { <Photo /><Details read=read.clone() /> }.into_any(),
            Some(Err(failure)) => {
                view! { <Failed message=failure.message() retry=Callback::new(move |()| load()) /> }
                    .into_any()
            }
        })
    };
    let facts = move || api.account.with(facts).unwrap_or_else(skeleton_card);
    view! {
        <Section id="profile" title="Account profile" text="How you are known to the people you work with.">
            <div class="card">{content}</div>
        </Section>
        <Section id="account" title="Your account" text="Where you belong, and how you sign in.">
            <div class="card">{facts}</div>
        </Section>
    }
    .into_any()
}

fn facts(session: &Session) -> AnyView {
    let user = &session.user;
    let since = user.created_at;
    let since = view! { <time datetime=since.to_string() title=clock::exact(since)>{clock::in_words(since)}</time> };
    details(vec![
        ("Email", user.email.clone().into_any()),
        ("Company", session.tenant_name.clone().into_any()),
        ("Role", user.role.name.clone().into_any()),
        ("Member since", since.into_any()),
    ])
}
