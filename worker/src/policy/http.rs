//! Routes about the policy.

use super::{find, read, store};
use crate::{
    audit,
    auth::{
        Authorized,
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
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    let [kept, touched] = call
        .db
        .commit([
            store::find(owner.tenant()),
            store::whom(owner.tenant(), &policy, call.now),
        ])
        .await?;
    let (kept, before) = read(kept.row()?)?;
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
    let told = news(&before, &policy);
    let by: Vec<_> = told.iter().map(|(by, _)| *by).collect();
    let mut people: Vec<_> = touched.rows::<store::Touched>()?;
    people.retain(|person| by.contains(&person.why.as_str()) && person.id != *owner.user());
    let people: BTreeSet<_> = people.iter().map(|person| person.id.as_str()).collect();
    let mut lines: Vec<_> = told.into_iter().map(|(_, line)| line).collect();
    lines.dedup();
    let letter = letters::policy_changed(&call, lines, &actor.name)?;
    let message = Message::about(&call, Event::PolicyChanged, &letter)?;
    let text = json!(policy).to_string();
    let [replaced, ..] = call
        .db
        .commit([
            store::replace(&owner, kept.as_deref(), &text, policy.mfa_required),
            audit::entry(&call, &owner, &actor, &event)?,
            message.to_people(&call, owner.tenant(), &json!(people).to_string()),
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

/// What is asked for that was not before: by what it touches people, and what they hear of it.
fn news(before: &Policy, now: &Policy) -> Vec<(&'static str, String)> {
    let mut news = vec![];
    if now.mfa_required && !before.mfa_required {
        news.push(("mfa", "Everybody needs Multi-Factor Authentication to sign in from now on. If you have none yet, your next sign-in sets it up.".to_owned()));
    }
    for (kind, _) in now.token_max_days.shorter_than(&before.token_max_days) {
        news.push((kind, "Access tokens may not be made to live as long as before. Those that you have keep their end, and cannot be extended beyond what is allowed now.".to_owned()));
    }
    if before.forever_allowed && !now.forever_allowed {
        news.push(("forever", "Access tokens need an end from now on. Those that you have without one go on, and get one when they are edited.".to_owned()));
    }
    let most = now.max_live_tokens;
    if most < before.max_live_tokens {
        let unit = if most == 1 { "token" } else { "tokens" };
        news.push(("live", format!("Nobody may have more than {most} live access {unit} from now on. Those that you have go on; you can add another once you have fewer.")));
    }
    news
}
