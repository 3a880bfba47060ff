//! Routes about the policy.

use super::{find, store};
use crate::{
    audit,
    auth::{
        Actor, Authorized, Owner,
        rights::{ReadPolicy, UpdatePolicy},
    },
    call::Call,
    error::{Error, Result},
    extract::Checked,
    outbox::{Message, letters},
};
use axum::Json;
use contract::{audit::Action, notifications::Event, policy::Policy, problem::Code, time::DAY};
use serde_json::{Map, Value, json};

/// What holds in the tenant.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ReadPolicy>,
    call: Call,
) -> Result<Json<Policy>> {
    Ok(Json(find(&call, owner.tenant()).await?.1))
}

/// Replace it. What the body leaves out goes back to the product's default.
#[worker::send]
pub async fn update(
    Authorized { owner, actor, .. }: Authorized<UpdatePolicy>,
    call: Call,
    Checked(policy): Checked<Policy>,
) -> Result<Json<Policy>> {
    let (kept, before) = find(&call, owner.tenant()).await?;
    let changes = audit::differences(&json!(before), &json!(policy));
    if changes.is_empty() {
        return Ok(Json(policy));
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
        return Err(Error::refused(
            Code::Conflict,
            "The policy was changed elsewhere a moment ago. Read it again.",
        ));
    }
    message.send_soon(&call);
    Ok(Json(policy))
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
    let touched = store::touched(owner, mfa, &ends);
    let touched: Vec<store::Touched> = call.db.all(touched).await?;
    let touched: Vec<_> = touched
        .into_iter()
        .map(|person| person.id)
        .filter(|id| id != owner.user())
        .collect();
    Ok((message, json!(touched).to_string()))
}
