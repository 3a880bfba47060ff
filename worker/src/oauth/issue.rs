//! `POST /oauth2/token`: a service account gets an access token by its pair.

use super::{LIFETIME, form::Form, refused, store};
use crate::{
    audit,
    auth::{
        gate,
        machine::{self, By},
        shown::Shown,
    },
    call::{self, Call},
    error::{Error, Refusal, Result},
    secret::Prefix,
    usage::Visit,
};
use axum::{Json, http::HeaderMap};
use contract::{audit::Action, problem::Code, scopes::ScopeSet, tokens::TokenOwner};
use serde_json::{Value, json};

/// Issues a token with the scopes that are asked for, or all that the account has.
#[worker::send]
pub async fn issue(call: Call, headers: HeaderMap, form: Form) -> Result<Json<Value>> {
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(refused(
                "unsupported_grant_type",
                "Only client_credentials is known.",
            ));
        }
        None => return Err(refused("invalid_request", "Send grant_type.")),
    }
    let visit = Visit::at(&call, "POST /oauth2/token");
    let shown = client(&headers, &form)?;
    let caller = machine::identify(&call, &visit, &shown).await?;
    let TokenOwner::ServiceAccount { id, name } = &caller.owner else {
        return Err(not_a_client());
    };
    caller.pass_for_itself(&call, &visit)?;
    let held = gate::effective_scopes(&caller.credential);
    if held.is_empty() {
        return Err(Error::refused(
            Code::RoleNoApiAccess,
            "The role of this service account has no API access.",
        ));
    }
    let scopes = match form.get("scope") {
        None => held,
        Some(text) => ScopeSet::parse(text)
            .ok()
            .filter(|wanted| !wanted.is_empty() && wanted.intersection(held) == *wanted)
            .ok_or_else(|| {
                refused(
                    "invalid_scope",
                    "Ask for scopes that there are and that the role of this service account has.",
                )
            })?,
    };
    let secret = call::secret(Prefix::OAuthToken)?;
    let (By::Pair(old_until), Shown::Pair(api_key, _)) = (&caller.by, &shown) else {
        return Err(not_a_client());
    };
    // A pair that was replaced brings forth nothing that outlives it.
    let expires_at = old_until.map_or(call.now.plus(LIFETIME), |until| {
        until.min(call.now.plus(LIFETIME))
    });
    let event = audit::Event {
        action: Action::OAuthTokenCreated,
        target_type: "service_account",
        target_id: id.as_str(),
        target_name: name,
        changes: Some(json!({"scopes": scopes, "expires_at": expires_at})),
    };
    let digest = call.digest(secret.as_str())?;
    let new = store::NewToken {
        digest: &digest,
        account: id,
        api_key,
        scopes,
        expires_at,
        now: call.now,
    };
    let [issued, _] = call
        .db
        .commit([
            store::insert(&caller.tenant, &new),
            audit::entry(&call, &caller.tenant, &caller.actor, &event)?,
        ])
        .await?;
    if issued.changed() == 0 {
        return Err(not_a_client());
    }
    Ok(Json(json!({
        "access_token": secret.expose(),
        "token_type": "Bearer",
        "expires_in": expires_at.seconds() - call.now.seconds(),
        "scope": scopes.to_string(),
    })))
}

/// The pair, by HTTP Basic or in the form (RFC 6749, 2.3.1). Never in two ways at once.
fn client(headers: &HeaderMap, form: &Form) -> Result<Shown> {
    let shown = Shown::of(headers)?;
    let in_form = form.get("client_id").zip(form.get("client_secret"));
    let named = form.get("client_id");
    match (shown, in_form) {
        (Some(Shown::Pair(key, _)), None) if named.is_some_and(|named| named != key) => {
            Err(refused(
                "invalid_request",
                "The client_id is not the one whose credentials were sent.",
            ))
        }
        (Some(shown @ Shown::Pair(..)), None) => Ok(shown),
        (None, Some((key, secret))) => Ok(Shown::Pair(key.into(), secret.into())),
        (Some(_), Some(_)) => Err(refused(
            "invalid_request",
            "Send the client's credentials in one way only.",
        )),
        (Some(Shown::Bearer(_)) | None, None) => Err(not_a_client()),
    }
}

fn not_a_client() -> Error {
    Refusal::new(
        Code::Unauthenticated,
        "Send the key and the secret of a service account by HTTP Basic.",
    )
    .into()
}
