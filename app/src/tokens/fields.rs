//! What a token is filled in with, whether it is new or edited.

use super::{
    Desk, allowlist,
    endpoints::endpoints,
    expiry::{Expiry, ExpiryChoice},
    kind::KindChoice,
};
use crate::{
    api::Api,
    clock,
    form::Form,
    scopes::Scopes,
    ui::{notice, text_field::TextField},
};
use contract::{
    check::Complaint,
    policy::Policy,
    tokens::{CreateToken, Kind, Token},
};
use leptos::prelude::*;

/// The draft of a token, and what belongs to it without being part of the request. A copy is the same draft.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The form, whose request is that of a new token.
    pub form: Form<CreateToken>,
    /// How long it is to live.
    expiry: RwSignal<Expiry>,
    /// Whether the list of addresses is being edited.
    editing: RwSignal<bool>,
    /// What became of addresses that were taken in.
    merged: RwSignal<Vec<String>>,
}

impl Draft {
    /// A draft in a form with the element id `id` that sends to `path`.
    pub fn new(id: &'static str, path: String, draft: CreateToken, expiry: Expiry) -> Self {
        Self {
            form: Form::new(id, path, draft),
            expiry: RwSignal::new(expiry),
            editing: RwSignal::new(false),
            merged: RwSignal::default(),
        }
    }

    /// The request as it stands now, with its end; and what the form itself finds wrong.
    pub fn request(self) -> (CreateToken, Option<Complaint>) {
        let mut request = self.form.draft.get_untracked();
        request
            .allowed_endpoints
            .retain(|line| !line.trim().is_empty());
        // Counted from this moment, not from when the dialog was opened.
        let wish = self
            .expiry
            .with_untracked(|expiry| expiry.wish(clock::now(), clock::end_of_day));
        let renewable = request.kind.unwrap_or_default().is_renewable();
        // To `contract` none would be the default; here it means that something was forgotten.
        let complaint = wish.is_err().then(|| Complaint {
            pointer: if renewable {
                "/renewable_until"
            } else {
                "/expires_at"
            }
            .into(),
            message: "Choose the last day on which the token works.".into(),
        });
        let wish = wish.unwrap_or_default();
        request.renewable_until = wish.filter(|_| renewable);
        request.expires_at = wish.filter(|_| !renewable);
        (request, complaint)
    }

    /// The fields; `kept` is the token that is edited.
    pub fn view(self, desk: Desk, kept: Option<&Token>) -> AnyView {
        let (form, policy) = (self.form, desk.policy());
        let name = form.field("name", |draft| &draft.name, |draft| &mut draft.name);
        let description = form.field(
            "description",
            |draft| draft.description.as_deref().unwrap_or_default(),
            |draft| draft.description.get_or_insert_default(),
        );
        let kind = Memo::new(move |_| form.draft.with(|draft| draft.kind.unwrap_or_default()));
        let is_custom = Memo::new(move |_| kind.get() == Kind::Custom);
        let is_new = kept.is_none();
        let kind_chosen = Callback::new(move |kind| {
            if is_new {
                let default = policy.with_untracked(|policy| Expiry::by_default(kind, policy));
                self.expiry.set(default);
            }
        });
        let scopes = Scopes::of(
            form,
            |draft| draft.scopes,
            |draft, scopes| draft.scopes = scopes,
        );
        let custom = move || {
            is_custom
                .get()
                .then(|| view! { {scopes.grid()}{lacking(form, desk)}{endpoints(form)} })
        };
        let note = |id: &'static str, text: &'static str| {
            kept.map(|_| view! { <p class="field__hint" id=id>{text}</p> })
        };
        let about_kinds = note(
            "kind-note",
            "Note: You can change the scope only between All, Custom, and Hyperscale access tokens. For Microsoft SCIM and 1-Touch recovery access tokens, you cannot change the scope.",
        );
        let about_ends = note(
            "end-note",
            "Note: The Renewable until box appears only for All, Custom, and Hyperscale access tokens. And, the Expires box only appears for Microsoft SCIM and 1-Touch recovery access tokens.",
        );
        let end = kept.map(Token::end);
        let kept_list = kept
            .map(|token| (token.ip_allowlist.clone(), token.ip_allowlist_observed))
            .unwrap_or_default();
        let hint = if is_new {
            "What will use this token?"
        } else {
            ""
        };
        view! {
            <TextField label="Name" field=name hint autofocus=true />
            <TextField label="Description" field=description optional=true />
            {match kept {
                Some(token) => view! { <KindChoice form kept=token.kind on_change=kind_chosen /> }.into_any(),
                None => view! { <KindChoice form on_change=kind_chosen /> }.into_any(),
            }}
            {about_kinds}
            {custom}
            <ExpiryChoice expiry=self.expiry form policy kept=end />
            {about_ends}
            {is_new.then(|| refresh(form, policy))}
            {allowlist::section(form, kept_list, self.editing, self.merged)}
        }
        .into_any()
    }

    /// The dialog that lies over the one of the fields; outside of its form. The token that is edited is at `kept`.
    pub fn over(self, kept: Option<String>) -> impl Fn() -> Option<AnyView> {
        allowlist::dialog(self.form, self.editing, self.merged, kept)
    }
}

/// The warning that one's own role lacks scopes that are chosen for one's own token: at use, the role decides.
fn lacking(form: Form<CreateToken>, desk: Desk) -> impl Fn() -> Option<AnyView> {
    let account = Api::in_use().account;
    let is_own = desk.is_own();
    move || {
        let held = account.with(|session| session.scopes).filter(|_| is_own)?;
        let chosen = form.draft.with(|draft| draft.scopes);
        let lacking = chosen.iter().filter(|scope| !held.contains(*scope));
        let lacking: Vec<_> = lacking.map(|scope| scope.to_string()).collect();
        (!lacking.is_empty()).then(|| {
            notice::warning_of(format!(
                "Your role lacks {}: calls that need it are refused until it has it.",
                lacking.join(", ")
            ))
        })
    }
}

/// Something that is so or not.
pub fn switch(label: &'static str, hint: &'static str, on: RwSignal<bool>) -> AnyView {
    let toggle = move |ev| on.set(event_target_checked(&ev));
    view! {
        <label class="choice">
            <input class="checkbox" type="checkbox" prop:checked=move || on.get() on:change=toggle />
            <span class="choice__text">{label} <span class="choice__hint">{hint}</span></span>
        </label>
    }
    .into_any()
}

/// Whether the token comes as a pair.
fn refresh(form: Form<CreateToken>, policy: Memo<Policy>) -> impl Fn() -> Option<AnyView> {
    form.place("refresh");
    move || {
        let renewable = form
            .draft
            .with(|draft| draft.kind.unwrap_or_default().is_renewable());
        let minutes = policy.with(|policy| policy.refresh_access_minutes);
        let toggle = move |ev| {
            let refresh = event_target_checked(&ev);
            form.change("refresh", |draft| draft.refresh = refresh);
        };
        let hint = format!(
            "The token itself then lives {minutes} minutes. A script renews it with the refresh token, at most 14 days later, until the end above."
        );
        renewable.then(|| {
            view! {
                <label class="choice">
                    <input class="checkbox" type="checkbox" prop:checked=move || form.draft.with(|draft| draft.refresh) on:change=toggle />
                    <span class="choice__text">"Issue a refresh token"<span class="choice__hint">{hint}</span></span>
                </label>
            }
            .into_any()
        })
    }
}
