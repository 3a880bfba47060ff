//! Routes about the policy.

use super::{find, store};
use crate::{
    audit,
    auth::{
        Authorized,
        rights::{ReadPolicy, UpdatePolicy},
    },
    call::Call,
    error::{Error, Result},
    extract::Checked,
};
use axum::Json;
use contract::{audit::Action, policy::Policy, problem::Code};
use serde_json::{Value, json};

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
    let text = json!(policy).to_string();
    let [replaced, _] = call
        .db
        .commit([
            store::replace(&owner, kept.as_deref(), &text, policy.mfa_required),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await?;
    if replaced.changed() == 0 {
        return Err(Error::refused(
            Code::Conflict,
            "The policy was changed elsewhere a moment ago. Read it again.",
        ));
    }
    Ok(Json(policy))
}
