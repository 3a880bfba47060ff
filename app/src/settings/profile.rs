//! Who one is.

use super::{Section, details};
use crate::{
    api::{Api, Failure},
    clock::in_words,
    session::Who,
    ui::failed::Failed,
};
use contract::session::Session;
use leptos::prelude::*;

/// The page.
pub fn page() -> AnyView {
    view! {
            <Section id="profile" title="Account profile" text="How you are known to the people you work with.">{about_me(facts)}</Section>
    }
    .into_any()
}

/// Something about the person, or why nothing is known.
pub fn about_me(facts: fn(&Session) -> AnyView) -> AnyView {
    let api = Api::in_use();
    let view = move || {
        api.account.0.with(|who| match who {
            Who::Somebody(session) => facts(session),
            Who::Unreachable => view! { <Failed message=Failure::Unreachable.message() retry=Callback::new(move |()| api.account.ask(api)) /> }.into_any(),
            _ => ().into_any(),
        })
    };
    view.into_any()
}

fn facts(session: &Session) -> AnyView {
    let user = &session.user;
    details(vec![
        (
            "Name",
            format!("{} {}", user.first_name, user.last_name).into_any(),
        ),
        ("Email", user.email.clone().into_any()),
        ("Company", session.tenant_name.clone().into_any()),
        ("Role", user.role.name.clone().into_any()),
        ("Member since", in_words(user.created_at).into_any()),
    ])
}
