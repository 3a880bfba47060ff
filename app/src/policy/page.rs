//! The page `Policy`: what holds now, and the way to the form in which it is changed.

use crate::{
    api::{Api, Failure},
    dom,
    later::Later,
    manage::{
        layout::{Page, SECURITY, heading},
        may,
    },
    ui::{failed::Failed, icon::icon, skeleton::skeleton_card},
};
use contract::{
    policy::{POLICY, Policy},
    roles::Permission,
    tokens::Kind,
};
use leptos::{prelude::*, task::spawn_local};

/// The names of what has the same one where it is read and where it is changed.
pub mod names {
    pub const FOREVER: &str = "Tokens may have no end";
    pub const TOKENS: &str = "Tokens per person";
    pub const ACCESS: &str = "Life of a token with a refresh token, in minutes";
    pub const MFA: &str = "Everybody signs in with a second factor";
}

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

/// The policy as it was read, and what can be done about it. A copy is the same.
#[derive(Clone, Copy)]
pub struct Desk {
    api: Api,
    /// What was read, with its entity tag, once the answer is there.
    read: RwSignal<Option<Result<Read, Failure>>>,
    editing: RwSignal<bool>,
}

/// A policy with its entity tag.
pub type Read = (Policy, Option<String>);

impl Desk {
    /// Fetches it, and shows it to be read.
    pub fn load(self) {
        self.editing.set(false);
        self.read.set(None);
        spawn_local(async move {
            let answer = self.api.read(POLICY).await;
            // The page may be gone by the time its answer comes.
            self.read.try_set(Some(answer));
        });
    }

    /// What was read.
    pub fn kept(self) -> Read {
        let read = self.read.get_untracked();
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// Shows it to be read again, as it was.
    pub fn close(self) {
        self.editing.set(false);
        dom::focus_soon("#edit");
    }
}

fn content() -> AnyView {
    let desk = Desk {
        api: Api::in_use(),
        read: RwSignal::new(None),
        editing: RwSignal::new(false),
    };
    provide_context(desk);
    desk.load();
    let form = Later::new(|| Box::pin(super::form()), move || desk.editing.set(false));
    let about = "What is asked of everybody in your company.";
    let body = move || {
        desk.read.with(|read| match read {
            None => view! { <div class="card">{skeleton_card()}</div> }.into_any(),
            Some(Ok(_)) if desk.editing.get() => form.view(),
            Some(Ok((policy, _))) => untrack(|| reading(policy, desk, form)),
            Some(Err(failure)) => {
                let retry = Callback::new(move |()| desk.load());
                view! { <div class="card"><Failed message=failure.message() retry /></div> }
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

/// What holds, to be read.
fn reading(policy: &Policy, desk: Desk, form: Later) -> AnyView {
    let days = |days: u32| days.to_string().into_any();
    let yes_or_no = |yes| if yes { "Yes" } else { "No" };
    let fact = |name: &'static str, value: String| {
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
    };
    let facts = |facts: Vec<AnyView>| view! { <dl class="policy__facts">{facts}</dl> }.into_any();
    let foot = if may(&[Permission::Administer]) == Some(true) {
        let edit = move |_| desk.editing.set(true);
        view! {
            <button
                type="button"
                class="button button--secondary"
                id="edit"
                on:pointerenter=move |_| form.prefetch()
                on:focus=move |_| form.prefetch()
                on:click=edit
            >
                {icon("#i-edit")} "Edit"
            </button>
        }
        .into_any()
    } else {
        view! { <p>"Only those with Administrative Management change it."</p> }.into_any()
    };
    let cells = |kind| {
        [
            days(policy.token_default_days.of(kind)),
            days(policy.token_max_days.of(kind)),
        ]
    };
    let forever = fact(names::FOREVER, yes_or_no(policy.forever_allowed).into());
    let limits = vec![
        fact(names::TOKENS, policy.max_live_tokens.to_string()),
        fact(names::ACCESS, policy.refresh_access_minutes.to_string()),
    ];
    let mfa = fact(names::MFA, yes_or_no(policy.mfa_required).into());
    view! {
        <div class="card policy policy--read">
            <div class="card__body policy__body">
                {lifetimes(&cells, facts(vec![forever]))}
                {part("limits", "Limits", facts(limits))}
                {part("signing-in", "Signing in", facts(vec![mfa]))}
            </div>
            <div class="card__footer">{foot}</div>
        </div>
    }
    .into_any()
}

/// How many days tokens live, with two cells for each kind: by default, and at most.
pub fn lifetimes(cells: &dyn Fn(Kind) -> [AnyView; 2], below: AnyView) -> AnyView {
    let rows = Kind::ALL.map(|kind| {
        let cells = cells(kind).map(|cell| view! { <td>{cell}</td> }.into_any());
        view! { <tr><th scope="row">{kind.label()}</th>{cells.collect_view()}</tr> }.into_any()
    });
    let content = view! {
        <p class="field__hint">"In days. The form for a new token offers no more than this."</p>
        <table class="policy__table" aria-labelledby="lifetimes">
            <thead>
                <tr>
                    <th scope="col">"Scope"</th>
                    <th scope="col">"By default"</th>
                    <th scope="col">"At most"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {below}
    };
    part("lifetimes", "Life of access tokens", content.into_any())
}

/// A part of the policy.
pub fn part(id: &'static str, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="policy__part" aria-labelledby=id>
            <h2 class="card__title" id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}
