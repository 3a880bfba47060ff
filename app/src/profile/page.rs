//! The page `Account profile`.

use super::{
    desk::{Desk, Read, Task},
    details, extras, photo,
};
use crate::{
    api::{Api, Failure},
    emails::{self, Changing},
    later::Later,
    settings::{Section, facts as rows},
    ui::{failed::Failed, skeleton::skeleton_card, time_ago::time_in_words},
};
use contract::session::Session;
use leptos::{prelude::*, task::spawn_local};

/// The page.
pub fn page() -> AnyView {
    let api = Api::in_use();
    let profile = RwSignal::new(None::<Result<Read, Failure>>);
    let load = Callback::new(move |()| {
        profile.set(None);
        spawn_local(async move {
            let read = Read::now(api).await;
            // The page may be gone by the time its answer comes.
            profile.try_set(Some(read));
        });
    });
    load.run(());
    let known = Memo::new(move |_| api.account.with(|_| ()).is_some());
    view! {
        <Section id="profile" title="Account profile" text="How you are known to the people you work with.">
            <div class="card">
                {move || match profile.get() {
                    None => skeleton_card(),
                    Some(Ok(read)) => card(read),
                    Some(Err(failure)) => view! { <Failed message=failure.message() retry=load /> }.into_any(),
                }}
            </div>
        </Section>
        <Section id="account" title="Your account" text="Where you belong, and how you sign in.">
            <div class="card">{move || if known.get() { facts() } else { skeleton_card() }}</div>
        </Section>
    }
    .into_any()
}

fn card(read: Read) -> AnyView {
    let desk = Desk::new(read);
    provide_context(desk);
    let extras = Later::new(|| Box::pin(extras()), move || desk.do_without_extras());
    let wanted =
        Memo::new(move |_| desk.is_edited() || desk.met.get() || desk.task.get() != Task::None);
    view! {
        {photo::view(desk, extras)}
        {move || wanted.get().then(|| extras.view()).flatten()}
        {details::view(desk)}
    }
    .into_any()
}

fn facts() -> AnyView {
    let account = Api::in_use().account;
    // Text by text, so that what has the focus stays when one of them changes.
    let text = move |of: fn(&Session) -> &str| {
        move || {
            account
                .with(|session| of(session).to_owned())
                .unwrap_or_default()
        }
    };
    let since = move || {
        account
            .with(|session| session.user.created_at)
            .map(time_in_words)
    };
    rows(vec![
        (
            "Email",
            view! { <Email email=Signal::derive(text(|session| &session.user.email)) /> }
                .into_any(),
        ),
        ("Company", text(|session| &session.tenant_name).into_any()),
        ("Role", text(|session| &session.user.role.name).into_any()),
        ("Member since", since.into_any()),
    ])
}

#[component]
fn Email(
    /// The address.
    email: Signal<String>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(Changing(open));
    let dialog = Later::new(
        || Box::pin(async { Ok(emails::parts().await?.change) }),
        move || open.set(false),
    );
    view! {
        <div class="profile__email">
            <span>{email}</span>
            <button
                type="button"
                class="button button--secondary button--small"
                on:pointerenter=move |_| dialog.prefetch()
                on:focus=move |_| dialog.prefetch()
                on:click=move |_| open.set(true)
            >
                "Change email"
            </button>
        </div>
        {move || open.get().then(|| dialog.view()).flatten()}
    }
}
