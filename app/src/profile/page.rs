//! The page `Account profile`.

use super::{
    desk::{Desk, Read, Task},
    details, extras, photo,
};
use crate::{
    account,
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
    let changing = Changing::new(api);
    provide_context(changing);
    let change = Later::new(
        || Box::pin(async { Ok(emails::parts().await?.change) }),
        move || changing.open.set(false),
    );
    let pending = Later::new(
        || Box::pin(async { Ok(emails::parts().await?.pending) }),
        || (),
    );
    // Another address may have been confirmed in another tab.
    let about = move |session: &Session| {
        changing.load();
        facts(session, changing, pending)
    };
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
            <div class="card">{move || api.account.with(about).unwrap_or_else(skeleton_card)}</div>
            // Not among the facts, which are shown anew when the address is confirmed in another tab.
            {move || changing.open.get().then(|| change.view())}
        </Section>
        {account::sections()}
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
        {move || wanted.get().then(|| extras.view())}
        {details::view(desk)}
    }
    .into_any()
}

fn facts(session: &Session, changing: Changing, pending: Later) -> AnyView {
    let user = &session.user;
    let email = view! {
        <div class="details__line">
            <span>{user.email.clone()}</span>
            <button type="button" class="button button--secondary button--small" id="change-email" on:click=move |_| changing.open.set(true)>"Change email"</button>
            {move || changing.waits.get().then(|| pending.view())}
        </div>
    };
    rows(vec![
        ("Email", email.into_any()),
        ("Company", session.tenant_name.clone().into_any()),
        ("Role", user.role.name.clone().into_any()),
        ("Member since", time_in_words(user.created_at)),
    ])
}
