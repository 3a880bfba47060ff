//! What bounds a token, labelled `Scope`.

use crate::form::Form;
use contract::{
    scopes::ScopeSet,
    tokens::{CreateToken, Kind},
};
use leptos::prelude::*;

/// The choice among the kinds that the token may have: all, or those that one of the kind `kept` may become.
#[component]
pub fn KindChoice(
    /// The form that it is part of.
    form: Form<CreateToken>,
    /// The kind that the token has already.
    #[prop(optional)]
    kept: Option<Kind>,
    /// Called with the new kind.
    on_change: Callback<Kind>,
) -> impl IntoView {
    let kind = Memo::new(move |_| form.draft.with(|draft| draft.kind.unwrap_or_default()));
    let kinds: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| kept.is_none_or(|kept| kept.may_become(*kind)))
        .collect();
    let fixed = kinds.len() == 1;
    let described_by = match kept {
        Some(_) => "kind-hint kind-note",
        None => "kind-hint",
    };
    let options = kinds
        .into_iter()
        .map(|option| view! { <option value=option.as_str() prop:selected=move || kind.get() == option>{option.label()}</option> });
    let choose = move |ev| {
        let Some(kind) = Kind::parse(&event_target_value(&ev)) else {
            return;
        };
        form.change("kind", |draft| {
            draft.kind = Some(kind);
            // What belongs to a Custom token alone is not kept for one that is none.
            draft.scopes = ScopeSet::default();
            draft.allowed_endpoints.clear();
        });
        on_change.run(kind);
    };
    view! {
        <div class="field">
            <label class="field__label" for="kind">"Scope"</label>
            <div class="select">
                <select class="input" id="kind" name="kind" disabled=fixed aria-describedby=described_by on:change=choose>{options.collect_view()}</select>
            </div>
            <p class="field__hint" id="kind-hint">{move || about(kind.get())}</p>
        </div>
    }
}

fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::All => "Everything that its owner may do, now and later.",
        Kind::Custom => "Only the scopes that are chosen below.",
        Kind::Hyperscale => {
            "Reads and writes sources, vaults and jobs; reads policies and statistics."
        }
        Kind::MicrosoftScim => "Provisioning of people by Microsoft, and nothing else.",
        Kind::OneTouchRecovery => "Reads and writes recoveries; reads backups, sources and vaults.",
    }
}
