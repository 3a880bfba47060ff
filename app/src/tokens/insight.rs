//! Who uses a token, and who could not: a dialog, and what the row of a token tells of its old secret.

use super::{
    Desk, Dialog, Proposal,
    ending::{Act, Ending, RETIRE, UNDO},
    recent::recent_calls,
    routes::calls,
};
use crate::{
    api::{Api, Failure},
    clock::Clock,
    dom,
    page::look,
    ui::{
        dialog::Dialog as Modal, failed::Failed, notice, skeleton::skeleton_card,
        time_ago::time_ago,
    },
};
use contract::{
    scopes::{Scope, ScopeSet},
    time::Timestamp,
    tokens::{
        Activity, CallsFrom, Kind, OldSecret, Pair, Refusals, RemovedScopes, Status, TOKENS, Token,
        UNUSED_DAYS,
    },
    usage::TokenUsage,
};
use leptos::{prelude::*, task::spawn_local};

/// What a row is to tell, or else the dialog.
pub fn render() -> AnyView {
    let desk = Desk::in_use();
    if let Some(token) = desk.in_row.try_update_value(Option::take).flatten() {
        return in_row(desk, &token);
    }
    let token = desk.dialog.with_untracked(|dialog| match dialog {
        Dialog::Insight(token) => Some((**token).clone()),
        _ => None,
    });
    token
        .map(|token| view! { <Insight token /> }.into_any())
        .into_any()
}

type Known = (TokenUsage, Activity);

#[component]
fn Insight(
    /// The token.
    token: Token,
) -> impl IntoView {
    let (api, desk) = (Api::in_use(), Desk::in_use());
    let known = RwSignal::new(None::<Result<Known, Failure>>);
    let id = StoredValue::new(token.id.as_str().to_owned());
    let fetch = move || {
        let path = [TOKENS, "/", &id.get_value()].concat();
        spawn_local(async move {
            let both = async {
                let usage = api
                    .get::<TokenUsage>(&[&path, "/usage?days=30"].concat())
                    .await?;
                let activity = api.get::<Activity>(&[&path, "/activity"].concat()).await?;
                Ok((usage, activity))
            };
            let _ = known.try_set(Some(both.await));
        });
    };
    fetch();
    // What was clicked goes with what was known.
    let again = Callback::new(move |()| {
        fetch();
        dom::focus_soon("dialog[open] .dialog__footer button");
    });
    let trouble = RwSignal::new(None);
    let over = Callback::new(move |_| again.run(()));
    let ending = Ending::of(desk, &token, Some(trouble), over);
    let question = ending.clone().question();
    let name = token.name.clone();
    let token = StoredValue::new(token);
    let content = move || {
        known.with(|known| match known {
            None => skeleton_card(),
            Some(Ok(known)) => token.with_value(|token| told(desk, token, known, &ending)),
            Some(Err(failure)) => {
                view! { <Failed message=failure.message() retry=again /> }.into_any()
            }
        })
    };
    let close = Callback::new(move |()| desk.close());
    view! {
        <Modal id="insight-title" title="Token activity" on_close=close>
            <link rel="stylesheet" href=look("/token_dialogs.css") />
            <div class="dialog__body">
                <p class="table__title">{name}</p>
                {notice::alert(move || trouble.get())}
                {content}
                {question}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--primary" on:click=move |_| close.run(())>"Close"</button>
            </div>
        </Modal>
    }
}

fn told(desk: Desk, token: &Token, (usage, activity): &Known, ending: &Ending) -> AnyView {
    let now = crate::clock::now();
    let old = activity
        .old_secret
        .clone()
        .filter(|old| old.until > now && token.status != Status::Revoked);
    view! {
        {activity.pair.as_ref().filter(|_| token.status != Status::Revoked).map(|pair| renewed(pair, now))}
        {old.map(|old| old_secret(old, activity.can_undo_rotation, ending))}
        <section class="subsection" aria-labelledby="calls">
            <h3 class="field__label" id="calls">"Calls in the last 30 days"</h3>
            {calls(usage)}
        </section>
        {activity.unused_scopes.as_deref().and_then(|unused| unused_scopes(desk, token, unused))}
        {activity.removed_scopes.as_ref().and_then(|removed| removed_scopes(desk, token, removed))}
        <section class="subsection" aria-labelledby="used-from">
            <h3 class="field__label" id="used-from">"Used from"</h3>
            {used_from(token, &activity.calls, activity.tracked_since)}
        </section>
        {would_refuse(desk, token, &activity.would_refuse)}
        <section class="subsection" aria-labelledby="refused">
            <h3 class="field__label" id="refused">"Why is my token failing?"</h3>
            {refused(desk, token, &activity.refusals)}
        </section>
        {recent_calls(token.id.as_str())}
    }
    .into_any()
}

/// How it stands with the refresh token.
fn renewed(pair: &Pair, now: Timestamp) -> AnyView {
    let (access, last) = (
        crate::clock::in_words(pair.access_until),
        crate::clock::in_words(pair.renewable_until),
    );
    if pair.renewable_until <= now {
        return notice::warning_of(format!(
            "This token was not renewed by {last}, so its refresh token is over. Rotate its secret, or add a new token."
        ));
    }
    let words = if pair.access_until <= now {
        "This token waits to be renewed: its secret worked until "
    } else {
        "Its secret works until "
    };
    view! { <p>{words} {access} ". The refresh token brings a new one until " {last} "."</p> }
        .into_any()
}

/// The scopes that it had, and can have again.
fn removed_scopes(desk: Desk, token: &Token, removed: &RemovedScopes) -> Option<AnyView> {
    let id = token.id.as_str().to_owned();
    let scopes: ScopeSet = removed.scopes.iter().copied().collect();
    let give_back = move |_| {
        desk.dialog
            .set(Dialog::Edit(id.clone(), Some(Proposal::GiveBack(scopes))));
    };
    (token.status != Status::Revoked).then(|| {
        view! {
            <section class="subsection" aria-labelledby="removed">
                <h3 class="field__label" id="removed">"Scopes taken away"</h3>
                <p><code class="mono">{names(&removed.scopes)}</code> ", held until " {time_ago(Some(removed.at), "")} "."</p>
                <div class="cluster"><button type="button" class="button button--secondary button--small" on:click=give_back>"Give them back…"</button></div>
            </section>
        }
        .into_any()
    })
}

fn names(scopes: &[Scope]) -> String {
    let names: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// The scopes that it could do without.
fn unused_scopes(desk: Desk, token: &Token, unused: &[Scope]) -> Option<AnyView> {
    if unused.is_empty() || token.status == Status::Revoked {
        return None;
    }
    let id = token.id.as_str().to_owned();
    let used: ScopeSet = token
        .scopes
        .iter()
        .filter(|scope| !unused.contains(scope))
        .collect();
    let shrink = move |_| {
        desk.dialog
            .set(Dialog::Edit(id.clone(), Some(Proposal::Keep(used))));
    };
    let content = if used.is_empty() {
        view! { <p class="muted">"No call took any of its scopes. If nobody needs it, revoke it, or disable it for a while to be sure."</p> }.into_any()
    } else {
        view! {
            <p>"No call took " <code class="mono">{names(unused)}</code> "."</p>
            <div class="cluster"><button type="button" class="button button--secondary button--small" on:click=shrink>"Take them away…"</button></div>
        }
        .into_any()
    };
    Some(
        view! {
            <section class="subsection" aria-labelledby="unused">
                <h3 class="field__label" id="unused">"Scopes not used in the last " {UNUSED_DAYS} " days"</h3>
                {content}
            </section>
        }
        .into_any(),
    )
}

/// That the secret before works still, who uses it, and the way to end that.
fn in_row(desk: Desk, token: &Token) -> AnyView {
    let api = Api::in_use();
    let clock = expect_context::<Clock>();
    let activity = [TOKENS, "/", token.id.as_str(), "/activity"].concat();
    let old = RwSignal::new(None::<OldSecret>);
    spawn_local(async move {
        if let Ok(known) = api.get::<Activity>(&activity).await {
            let _ = old.try_set(known.old_secret);
        }
    });
    let token = StoredValue::new(token.clone());
    let over = Callback::new(move |done| {
        // The button is gone, so whoever used it goes on at the menu of the row, which is made anew at once.
        if done && let Some(mut now) = token.try_get_value() {
            let menu = ["actions-", now.id.as_str(), "-button"].concat();
            now.in_grace_until = None;
            desk.note(now);
            request_animation_frame(move || dom::focus(&menu));
        }
    });
    let ending = token.with_value(|token| Ending::of(desk, token, None, over));
    let question = ending.clone().question();
    let told = move || {
        let old = old.get()?;
        let (ending, pending) = (ending.clone(), ending.pending);
        let used = old_used(&old);
        Some(view! {
            <span class="table__sub">{used}</span>
            <button type="button" class="link table__sub" aria-disabled=move || pending.get().then_some("true") on:click=move |_| ending.begin(RETIRE, &old)>
                {move || if pending.get() { "Retiring…" } else { "Retire now" }}
            </button>
        })
    };
    let until = token.with_value(|token| token.in_grace_until);
    let open = move |_| {
        desk.dialog
            .set(Dialog::Insight(Box::new(token.get_value())));
    };
    view! {
        <div hidden=move || until.is_none_or(|until| until <= clock.get())>
            <button type="button" class="link table__sub" on:click=open>"Old secret works"</button>
            {told}
        </div>
        {question}
    }
    .into_any()
}

/// Who uses a secret that was replaced.
fn old_used(old: &OldSecret) -> AnyView {
    match old.last_used_at.filter(|_| old.is_in_use()) {
        Some(at) => used_by(
            "Still in use: ",
            at,
            [old.last_used_ip.clone(), old.last_used_agent.clone()],
        ),
        // Whoever calls once a day has used neither yet.
        None if old.new_used_at.is_none() => {
            "Nobody has used it since it was replaced, nor the new one yet.".into_any()
        }
        None => "Nobody has used it since it was replaced: it is safe to retire.".into_any(),
    }
}

/// The secret before, while it works, and whether it `can_undo` that it was replaced.
fn old_secret(old: OldSecret, can_undo: bool, ending: &Ending) -> AnyView {
    let pending = ending.pending;
    let used = old_used(&old);
    let new_used = old.new_used_at.map(|at| {
        let by = [old.new_used_ip.clone(), old.new_used_agent.clone()];
        used_by("The new one was used ", at, by)
    });
    let (last_four, until) = (old.last_four.clone(), crate::clock::in_words(old.until));
    let button = move |label: &'static str, act: Act| {
        let (ending, old) = (ending.clone(), old.clone());
        view! {
            <button
                type="button"
                class="button button--secondary button--small"
                aria-disabled=move || pending.get().then_some("true")
                aria-busy=move || pending.get().then_some("true")
                on:click=move |_| ending.begin(act, &old)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="notice notice--warning">
            <div class="notice__body">
                <p class="notice__title">"The old secret …" {last_four} " works until " {until}</p>
                <p>{used} " " {new_used}</p>
                <div class="cluster">
                    {button("Retire now", RETIRE)}
                    {can_undo.then(|| button("Undo rotation", UNDO))}
                </div>
            </div>
        </div>
    }
    .into_any()
}

pub(super) fn used_by(words: &'static str, at: Timestamp, by: [Option<String>; 2]) -> AnyView {
    let by = by.into_iter().flatten().collect::<Vec<_>>();
    view! { {words} {time_ago(Some(at), "")} {(!by.is_empty()).then(|| format!(", by {}", by.join(", ")))} "." }.into_any()
}

fn used_from(token: &Token, calls: &[CallsFrom], since: Timestamp) -> AnyView {
    if calls.is_empty() && token.last_used_at.is_some() {
        return view! { <p class="muted">"Last used " {time_ago(token.last_used_at, "")} ". From where is known for a while only, and that is over."</p> }.into_any();
    }
    if calls.is_empty() {
        return view! { <p class="muted">"Never used. Every use since " {crate::clock::in_words(since)} " would be told here."</p> }.into_any();
    }
    let rows = calls.iter().cloned().map(|from| {
        let place = from.place.into_iter().chain(from.agent).collect::<Vec<_>>().join(" · ");
        view! {
            <tr>
                <th scope="row"><code class="mono">{known_address(from.ip)}</code><span class="table__sub">{place}</span></th>
                <td>{from.call}</td>
                <td>{from.calls}</td>
                <td>{time_ago(Some(from.at), "")}</td>
            </tr>
        }
    });
    table("used-from", "Address", rows.collect_view().into_any())
}

/// Whom the IP allowlist would refuse, while it is observed only.
fn would_refuse(desk: Desk, token: &Token, calls: &[Refusals]) -> Option<AnyView> {
    if !token.ip_allowlist_observed
        || token.ip_allowlist.is_empty()
        || token.status == Status::Revoked
    {
        return None;
    }
    let id = token.id.as_str().to_owned();
    let propose = move |proposal| {
        let id = id.clone();
        move |_| desk.dialog.set(Dialog::Edit(id.clone(), Some(proposal)))
    };
    let enforce = propose(Proposal::Enforce);
    let rows = calls.iter().cloned().map(|call| {
        let allow = call.ip.parse().ok().map(|address| {
            view! { <button type="button" class="link" on:click=propose(Proposal::Allow(address))>"Allow it"</button> }
        });
        view! {
            <tr>
                <th scope="row"><code class="mono">{known_address(call.ip)}</code> " " {allow}<span class="table__sub">{call.agent}</span></th>
                <td>{call.call}</td>
                <td>{call.calls}</td>
                <td>{time_ago(Some(call.at), "")}</td>
            </tr>
        }
    });
    let content = if calls.is_empty() {
        view! { <p class="muted">"Every call since it was edited came from an address that it has."</p> }.into_any()
    } else {
        table("would-refuse", "Address", rows.collect_view().into_any())
    };
    Some(
        view! {
            <section class="subsection" aria-labelledby="would-refuse">
                <h3 class="field__label" id="would-refuse">"What the IP allowlist would refuse"</h3>
                {content}
                <div class="cluster"><button type="button" class="button button--secondary button--small" on:click=enforce>"Enforce…"</button></div>
            </section>
        }
        .into_any(),
    )
}

fn refused(desk: Desk, token: &Token, refusals: &[Refusals]) -> AnyView {
    if refusals.is_empty() {
        return view! { <p class="muted">"No call with this token was refused."</p> }.into_any();
    }
    let rows = refusals.iter().cloned().map(|refusal| {
        let missing = refusal.missing.as_deref().and_then(|scope| scope.parse::<Scope>().ok());
        let can_add = token.status == Status::Active && token.kind == Kind::Custom;
        let editing = token.id.as_str().to_owned();
        let add = missing.filter(|scope| can_add && !token.scopes.contains(*scope)).map(|scope| {
            view! {
                <button type="button" class="link" on:click=move |_| desk.dialog.set(Dialog::Edit(editing.clone(), Some(Proposal::Add(scope))))>
                    "Add " {scope.to_string()}
                </button>
            }
        });
        let from = [known_address(refusal.ip)].into_iter().chain(refusal.agent).collect::<Vec<_>>().join(" · ");
        view! {
            <tr>
                <th scope="row">{reason(&refusal.reason, refusal.missing.as_deref())} " " {add}<span class="table__sub">{from}</span></th>
                <td>{refusal.call}</td>
                <td>{refusal.calls}</td>
                <td>{time_ago(Some(refusal.at), "")}</td>
            </tr>
        }
    });
    table("refused", "Reason", rows.collect_view().into_any())
}

/// Calls, each with what it is told by first.
fn table(labelled_by: &'static str, first: &'static str, rows: AnyView) -> AnyView {
    view! {
        <div class="scroll" tabindex="0" role="group" aria-labelledby=labelled_by>
            <table class="facts">
                <thead><tr><th scope="col">{first}</th><th scope="col">"Last call"</th><th scope="col">"Calls"</th><th scope="col">"Last"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The address, if one is known.
pub fn known_address(ip: String) -> String {
    if ip.is_empty() {
        "Unknown address".into()
    } else {
        ip
    }
}

/// Why a call was refused, in words. A reason that a newer version has added keeps its name.
fn reason(code: &str, missing: Option<&str>) -> String {
    let words = match (code, missing) {
        ("insufficient_scope", Some(scope)) => return ["It lacks ", scope, "."].concat(),
        ("token_expired", _) => "It had expired, or waited to be renewed.",
        ("token_disabled", _) => "It was disabled.",
        ("token_revoked", _) => "It had been revoked.",
        ("token_grace_ended", _) => "An old secret was used after its time.",
        ("ip_not_allowed", _) => "The address is not in its IP allowlist.",
        ("forbidden", _) => "It is not for this path.",
        ("role_no_api_access", _) => "The role of its owner has no API access.",
        ("rate_limited", _) => "It was used too often.",
        ("unauthenticated", _) => "The account of its owner was not active.",
        ("not_found", _) => "There is no such resource.",
        (other, _) => other,
    };
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_in_words() {
        assert_eq!(
            reason("insufficient_scope", Some("jobs:read")),
            "It lacks jobs:read."
        );
        assert_eq!(
            reason("token_expired", None),
            "It had expired, or waited to be renewed."
        );
        assert_eq!(reason("something_new", None), "something_new");
    }
}
