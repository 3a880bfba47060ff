//! Routes about the policy.

use super::{find, store};
use crate::{
    audit,
    auth::{
        Actor, Authorized, Owner,
        rights::{PreviewPolicy, ReadPolicy, UpdatePolicy},
    },
    call::Call,
    entity_tag::IfMatch,
    error::{Error, Result},
    extract::Checked,
    outbox::{Message, letters},
};
use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    notifications::Event,
    policy::{Policy, Preview},
    problem::Code,
    time::DAY,
};
use serde_json::{Map, Value, json};

/// What holds in the tenant, with its entity tag.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ReadPolicy>,
    call: Call,
) -> Result<Response> {
    let (kept, policy) = find(&call, owner.tenant()).await?;
    tagged(&call, kept.as_deref(), policy)
}

/// What another policy would touch, before anybody makes it hold.
#[worker::send]
pub async fn preview(
    Authorized { owner, .. }: Authorized<PreviewPolicy>,
    call: Call,
    Checked(policy): Checked<Policy>,
) -> Result<Json<Preview>> {
    let touched = store::touched(owner.tenant(), &policy, call.now);
    Ok(Json(call.db.first(touched).await?.unwrap_or_default()))
}

/// Replace it. What the body leaves out goes back to the product's default. With `If-Match`, only if it is still as it
/// was.
#[worker::send]
pub async fn update(
    Authorized { owner, actor, .. }: Authorized<UpdatePolicy>,
    call: Call,
    if_match: IfMatch,
    Checked(policy): Checked<Policy>,
) -> Result<Response> {
    let (kept, before) = find(&call, owner.tenant()).await?;
    if !if_match.allows(&tag(&call, kept.as_deref())?) {
        return Err(changed_meanwhile());
    }
    let changes = audit::differences(&json!(before), &json!(policy));
    if changes.is_empty() {
        return tagged(&call, kept.as_deref(), policy);
    }
    let event = audit::Event {
        action: Action::PolicyUpdated,
        target_type: "policy",
        target_id: owner.tenant().as_str(),
        target_name: "Policy",
        changes: Some(Value::Object(changes)),
    };
    let (message, touched) = notice(&call, &owner, &actor, &before, &policy).await?;
    let text = json!(policy).to_string();
    let [replaced, ..] = call
        .db
        .commit([
            store::replace(&owner, kept.as_deref(), &text, policy.mfa_required),
            audit::entry(&call, &owner, &actor, &event)?,
            message.to_people(&call, owner.tenant(), &touched),
        ])
        .await?;
    if replaced.changed() == 0 {
        return Err(changed_meanwhile());
    }
    message.send_soon(&call);
    tagged(&call, Some(&text), policy)
}

/// A policy with its entity tag (RFC 9110, 8.8.3).
fn tagged(call: &Call, kept: Option<&str>, policy: Policy) -> Result<Response> {
    Ok(([(header::ETAG, tag(call, kept)?)], Json(policy)).into_response())
}

/// Tells one state of a policy from another. It has no number of its own: what is kept is all there is to it.
fn tag(call: &Call, kept: Option<&str>) -> Result<String> {
    let digest = call.digest(kept.unwrap_or_default())?;
    let short: String = digest.as_str().chars().take(16).collect();
    Ok(format!("\"{short}\""))
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "The policy was changed elsewhere since you opened it.",
    )
}

/// What people hear whom the change touches, and who they are: a JSON array of ids.
async fn notice(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    before: &Policy,
    policy: &Policy,
) -> Result<(Message, String)> {
    let mfa = policy.mfa_required && !before.mfa_required;
    let shortened = policy.token_max_days.shorter_than(&before.token_max_days);
    let ends: Map<String, Value> = shortened
        .into_iter()
        .map(|(kind, days)| (kind.into(), json!(call.now.plus(i64::from(days) * DAY))))
        .collect();
    let mut lines = vec![];
    if mfa {
        lines.push("Everybody needs Multi-Factor Authentication to sign in from now on. If you have none yet, your next sign-in sets it up.".to_owned());
    }
    if !ends.is_empty() {
        lines.push("Access tokens may not be made to live as long as before. Those that you have keep their end, and cannot be extended beyond what is allowed now.".to_owned());
    }
    let letter = letters::policy_changed(call, lines, &actor.name)?;
    let message = Message::about(call, Event::PolicyChanged, &letter)?;
    let ends = Value::Object(ends).to_string();
    let touched = store::affected(owner, mfa, &ends);
    let touched: Vec<store::Affected> = call.db.all(touched).await?;
    let touched: Vec<_> = touched
        .into_iter()
        .map(|person| person.id)
        .filter(|id| id != owner.user())
        .collect();
    Ok((message, json!(touched).to_string()))
}
