//! The dialog `Edit token`.

use super::{
    Desk, Dialog, Proposal,
    expiry::Expiry,
    fields::{Draft, switch},
};
use crate::{
    api::{Failure, Method, Reply, parse},
    fresh::{self, Fresh},
    router,
    ui::{button::Submit, notice, slip::DraftDialog, toast::Toaster},
};
use contract::{
    check::{Check, Invalid},
    policy::Policy,
    scopes::{Access, Scope, ScopeSet},
    time::Timestamp,
    tokens::{CreateToken, Kind, Refused, Status, TOKENS, Token, UNUSED_DAYS, UpdateToken},
};
use leptos::prelude::*;
use serde::{Serialize, Serializer};

/// The dialog.
pub fn dialog() -> AnyView {
    let desk = Desk::in_use();
    let editing = desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Edit(id, proposal) => Some((path(id), *proposal)),
        _ => None,
    });
    let close = Callback::new(move |()| desk.close());
    let modal = move |(path, proposal)| {
        let content =
            fresh::in_dialog(path, move |token, fresh| edit(desk, token, proposal, fresh));
        view! { <DraftDialog id="edit-token-title" title="Edit token" on_close=close>{content}</DraftDialog> }
    };
    editing.map(modal).into_any()
}

fn path(id: &str) -> String {
    [TOKENS, "/", &router::encode(id)].concat()
}

/// The form for a token as it is, but for what is proposed, which somebody is to confirm.
fn edit(desk: Desk, token: &Token, proposal: Option<Proposal>, fresh: Fresh) -> AnyView {
    let toaster = expect_context::<Toaster>();
    if token.status == Status::Revoked {
        return ended(desk);
    }
    let mut start = as_draft(token);
    let is_about_scopes = matches!(
        proposal,
        Some(Proposal::Add(_) | Proposal::Keep(_) | Proposal::GiveBack(_))
    );
    let in_vain = is_about_scopes && token.kind != Kind::Custom;
    let proposal = proposal.filter(|_| !in_vain);
    let held = matches!(proposal, Some(Proposal::Add(scope)) if token.scopes.contains(scope));
    match proposal {
        Some(Proposal::Add(scope)) => start.scopes.insert(scope),
        Some(Proposal::Keep(scopes)) => start.scopes = scopes.intersection(token.scopes),
        Some(Proposal::GiveBack(scopes)) => {
            scopes.iter().for_each(|scope| start.scopes.insert(scope));
        }
        Some(Proposal::Nothing) | None => {}
        Some(Proposal::Allow(address)) => start.ip_allowlist.push(address.to_string()),
        Some(Proposal::Enforce) => start.ip_allowlist_observed = false,
    }
    let draft = Draft::new("edit-token", path(token.id.as_str()), start, Expiry::kept());
    let state = draft.form.state;
    let fields = draft.view(desk, Some(token));
    let enabled = RwSignal::new(token.enabled);
    draft.form.place("enabled");
    let saved = move |answer: Result<Reply, Failure>| {
        fresh.hear(&answer);
        // The lists may be as old as what was refused.
        if answer.is_err() {
            desk.reload();
            desk.revoked.reload();
        }
        // The row tells it at once, before the list has come anew.
        let told: Token = parse(&answer?.text)?;
        let has_undo = matches!(proposal, Some(Proposal::Keep(kept)) if kept == told.scopes);
        let undo = if has_undo {
            " Token activity can give the scopes back."
        } else {
            ""
        };
        toaster.say(["Token saved.", undo].concat());
        desk.note(told);
        desk.close();
        desk.reload();
        Ok(())
    };
    let before = StoredValue::new(token.clone());
    let submit = move |ev| {
        let (request, complaint) = draft.request();
        let token = before.get_value();
        let change = Change {
            wanted: change(&token, request, enabled.get_untracked()),
            token,
        };
        let (tag, saved) = (fresh.tag(), Box::new(saved));
        draft
            .form
            .send(&ev, Method::PATCH, change, tag, complaint, saved);
    };
    let is_expired = token.status == Status::Expired;
    let proposed = if in_vain {
        Some(notice::warning(
            "Single scopes can be chosen for a Custom token only. Nothing is changed below.",
        ))
    } else if held {
        Some(notice::info(
            "This token has the scope already. If calls are still refused, its owner's role lacks it.",
        ))
    } else {
        proposal.map(|proposal| notice::warning_of(because(proposal)))
    };
    view! {
        <form class="dialog__form" id=state.id novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || state.trouble())}
                {fresh.way_on()}
                {super::of_another(desk)}
                {proposed}
                {is_expired.then(|| notice::info("This token has expired. Choose a later end, and it works again."))}
                {fields}
                {switch("Enabled", "While it is not, every call with this token is refused. Nothing is lost: it can be enabled again.", enabled)}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" on:click=move |_| desk.close()>"Cancel"</button>
                <Submit label="Save" busy="Saving…" pending=state.pending />
            </div>
        </form>
        {draft.over(Some(path(token.id.as_str())))}
    }
    .into_any()
}

/// What stands there for a token that was revoked since a list or a link told of it.
pub fn ended(desk: Desk) -> AnyView {
    view! {
        <div class="dialog__body">{notice::warning("This token was revoked, and a revoked token never comes back. Add a new one.")}</div>
        <div class="dialog__footer">
            <button type="button" class="button button--primary" autofocus on:click=move |_| desk.close()>"Close"</button>
        </div>
    }
    .into_any()
}

/// Why something is filled in that is not so yet.
fn because(proposal: Proposal) -> String {
    match proposal {
        Proposal::Add(Scope(resource, access)) => {
            let access = if access == Access::Read {
                "Read"
            } else {
                "Write"
            };
            format!(
                "This token lacks {} {access}. It is checked below: save to give it, if its calls need it.",
                resource.label()
            )
        }
        Proposal::Keep(_) => format!(
            "Only the scopes that calls took in the last {UNUSED_DAYS} days are checked below: save to take the others away."
        ),
        Proposal::GiveBack(_) => {
            "The scopes that were taken away are checked below: save to give them back.".into()
        }
        Proposal::Allow(address) => {
            format!("{address} is in the IP allowlist below: save to let it in once the list is enforced.")
        }
        Proposal::Nothing => {
            "The link asks for a scope that there is not. Nothing is changed below.".into()
        }
        Proposal::Enforce => {
            "The IP allowlist below is enforced once you save: calls from other addresses are refused.".into()
        }
    }
}

/// A token as it would be filled in. Scopes are chosen for Custom tokens only; the end is kept apart.
fn as_draft(token: &Token) -> CreateToken {
    CreateToken {
        name: token.name.clone(),
        description: token.description.clone(),
        kind: Some(token.kind),
        scopes: if token.kind == Kind::Custom {
            token.scopes
        } else {
            ScopeSet::default()
        },
        allowed_endpoints: token.allowed_endpoints.clone(),
        ip_allowlist: token.ip_allowlist.clone(),
        ip_allowlist_observed: token.ip_allowlist_observed,
        ..CreateToken::default()
    }
}

/// What is wanted of a token that is at hand. So whatever no company allows is said without asking.
struct Change {
    wanted: UpdateToken,
    token: Token,
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wanted.serialize(serializer)
    }
}

impl Check for Change {
    type Checked = ();

    fn check(self, now: Timestamp) -> Result<(), Invalid> {
        let wanted = self.wanted.check(now)?;
        match wanted.of(&self.token, &Policy::widest(), now) {
            Err(Refused::Invalid(invalid)) => Err(invalid),
            // Whatever else stands against it, the answer says.
            _ => Ok(()),
        }
    }
}

/// What a draft makes different about a token: only that is sent, so that nothing else is decided anew.
fn change(before: &Token, draft: CreateToken, enabled: bool) -> UpdateToken {
    let kept = as_draft(before);
    let description = draft.description.filter(|text| !text.is_empty());
    UpdateToken {
        name: Some(draft.name).filter(|name| *name != kept.name),
        description: Some(description).filter(|text| *text != kept.description),
        kind: draft.kind.filter(|kind| Some(*kind) != kept.kind),
        scopes: Some(draft.scopes)
            .filter(|scopes| draft.kind == Some(Kind::Custom) && *scopes != kept.scopes),
        allowed_endpoints: Some(draft.allowed_endpoints).filter(|prefixes| {
            draft.kind == Some(Kind::Custom) && *prefixes != kept.allowed_endpoints
        }),
        renewable_until: draft.renewable_until,
        expires_at: draft.expires_at,
        ip_allowlist: Some(draft.ip_allowlist).filter(|list| *list != kept.ip_allowlist),
        ip_allowlist_observed: Some(draft.ip_allowlist_observed)
            .filter(|observed| *observed != kept.ip_allowlist_observed),
        enabled: Some(enabled).filter(|enabled| *enabled != before.enabled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        serde_json::from_str(
            r#"{"id":"tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","owner":{"type":"user","id":"usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","name":"Ada"},
            "kind":"custom","name":"ci","description":null,"scopes":["backups:read"],"allowed_endpoints":[],"ip_allowlist":["10.0.0.0/8"],
            "ip_allowlist_observed":false,"enabled":true,"status":"active","prefix":"lkp_aaaa","last_four":"zzzz","created_at":"2026-11-22T20:01:35Z","renewable_until":"2027-02-20T20:01:35Z",
            "expires_at":null,"last_used_at":null,"last_used_ip":null,"in_grace_until":null,"revoked_at":null,"revoked_by":null,"revoke_reason":null}"#,
        )
        .unwrap()
    }

    #[test]
    fn what_is_as_it_was_is_not_sent() {
        let same = change(&token(), as_draft(&token()), true);
        assert_eq!(serde_json::to_string(&same).unwrap(), "{}");
        let mut draft = as_draft(&token());
        // A field that was entered and left again.
        draft.description = Some(String::new());
        assert_eq!(
            serde_json::to_string(&change(&token(), draft, true)).unwrap(),
            "{}"
        );
    }

    #[test]
    fn only_what_differs_is_sent_and_scopes_only_for_custom() {
        let mut draft = as_draft(&token());
        draft.kind = Some(Kind::All);
        draft.scopes = ScopeSet::default();
        draft.ip_allowlist.clear();
        assert_eq!(
            serde_json::to_string(&change(&token(), draft, false)).unwrap(),
            r#"{"kind":"all","ip_allowlist":[],"enabled":false}"#
        );
    }
}
