//! The page `Policy`.

use super::form;
use crate::{
    api::{Api, Failure},
    fresh::Fresh,
    manage::layout::{Page, SECURITY, heading},
    ui::{failed::Failed, skeleton::skeleton_card},
};
use contract::{
    policy::{POLICY, Policy},
    roles::Permission,
};
use leptos::{prelude::*, task::spawn_local};

static PAGE: Page = Page {
    title: "Policy",
    above: &[SECURITY],
    needs: &[
        Permission::Administer,
        Permission::ManageUsers,
        Permission::ManageServiceAccounts,
        Permission::ManageRoles,
        Permission::ReadAudit,
    ],
    content,
};

/// The page.
pub fn page() -> AnyView {
    PAGE.view()
}

/// A policy as it was read, with its entity tag.
type Read = (Policy, Option<String>);

fn content() -> AnyView {
    let api = Api::in_use();
    let read = RwSignal::new(None::<Result<Read, Failure>>);
    let load = Callback::new(move |()| {
        read.set(None);
        spawn_local(async move {
            let answer = api.read(POLICY).await;
            // The page may be gone by the time its answer comes.
            read.try_set(Some(answer));
        });
    });
    load.run(());
    let about = "What is asked of everybody in your company.";
    let body = move || {
        read.with(|read| match read {
            None => view! { <div class="card">{skeleton_card()}</div> }.into_any(),
            Some(Ok((policy, tag))) => {
                untrack(|| form::view(policy, Fresh::new(tag.clone(), load)))
            }
            Some(Err(failure)) => {
                view! { <div class="card"><Failed message=failure.message() retry=load /></div> }
                    .into_any()
            }
        })
    };
    view! {
        {heading("Policy", about, ().into_any())}
        <div class="page__body page__body--close">{body}</div>
    }
    .into_any()
}
