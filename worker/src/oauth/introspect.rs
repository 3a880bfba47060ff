//! `POST /oauth2/introspect`: whether a token is good, for those who must decide about a call with it.

use super::form::Form;
use crate::{
    auth::{
        MachineCaller, gate,
        machine::{self, By},
        shown::Shown,
    },
    call::{self, Call},
    error::{Error, Refusal, Result},
    usage::{self, Visit},
};
use axum::{Json, http::HeaderMap};
use contract::{problem::Code, roles::Permission, scopes::ScopeSet};
use serde_json::{Map, Value, json};

/// What is told of a token that is good, and of every other only that it is not (RFC 7662, 2.2).
#[worker::send]
pub async fn introspect(call: Call, headers: HeaderMap, form: Form) -> Result<Json<Value>> {
    let visit = Visit::at(&call, "POST /oauth2/introspect");
    let shown = Shown::of(&headers)?.ok_or_else(|| {
        Error::refused(
            Code::Unauthenticated,
            "Authenticate as a service account, by HTTP Basic or by its OAuth token.",
        )
    })?;
    let token = form.get("token").unwrap_or_default();
    let (caller, asked_of) = machine::identify_with(&call, &visit, &shown, token).await?;
    let may = caller
        .credential
        .grant
        .permissions
        .contains(&Permission::Introspect);
    if matches!(caller.by, By::Token(..)) || !may {
        return Err(Error::refused(
            Code::Forbidden,
            "Only service accounts whose role has the permission to introspect tokens may ask.",
        ));
    }
    caller.pass_for_itself(&call, &visit)?;
    gate::must_have_api_access(&caller.credential)?;
    if token.is_empty() {
        return Err(super::refused("invalid_request", "Send the token."));
    }
    let found = match asked_of {
        Ok(found) if found.tenant == caller.tenant => Some(found),
        Ok(_) | Err(Error::Refused(_)) => None,
        Err(error) => return Err(error),
    };
    let visit = Visit {
        // Without it the caller does not vouch for any address, so a token with an allowlist is not good.
        ip: form.get("client_ip").and_then(call::address),
        scopes: form
            .get("scope")
            .and_then(|text| ScopeSet::parse(text).ok())
            // To name none says no more than to say nothing.
            .filter(|scopes| !scopes.is_empty()),
        is_told: true,
        ..visit
    };
    let good = found.filter(|found| is_good(&call, found, &visit, form.get("scope")));
    Ok(Json(good.map_or_else(
        || json!({"active": false}),
        |about| described(&call, &about),
    )))
}

/// Whether a token is good at this moment, from there and for these scopes. The owner is told why if not.
fn is_good(call: &Call, found: &MachineCaller, visit: &Visit, scope: Option<&str>) -> bool {
    let decided = decide(call, found, visit, scope);
    match &decided {
        Ok(()) => usage::record(call, found, visit),
        Err(refusal) => found.was_refused(call, visit, refusal),
    }
    decided.is_ok()
}

fn decide(
    call: &Call,
    found: &MachineCaller,
    visit: &Visit,
    scope: Option<&str>,
) -> Result<(), Refusal> {
    gate::admit(&found.credential, visit.ip)?;
    gate::in_rate(found.count_use(call))?;
    let wanted = ScopeSet::parse(scope.unwrap_or_default())
        .map_err(|unknown| Refusal::new(Code::InsufficientScope, unknown))?;
    gate::must_hold(&found.credential, wanted)
}

fn described(call: &Call, about: &MachineCaller) -> Value {
    let scopes = gate::effective_scopes(&about.credential);
    let mut members = Map::new();
    let mut tell = |name: &str, value: Value| drop(members.insert(name.into(), value));
    tell("active", json!(true));
    tell("scope", json!(scopes.to_string()));
    tell("token_type", json!("Bearer"));
    tell("sub", json!(about.owner.id()));
    tell("username", json!(about.owner.name()));
    if let Ok(issuer) = call.url("") {
        tell("iss", json!(issuer));
    }
    if let Some(end) = about.expires_at {
        tell("exp", json!(end.seconds()));
    }
    if let By::Token(token, _) = &about.by {
        tell("jti", json!(token.id));
        tell("iat", json!(token.created_at.seconds()));
    }
    // Whoever asks knows the path of the call, so they have to hold it against these.
    if !about.credential.endpoints.is_empty() {
        tell("allowed_endpoints", json!(about.credential.endpoints));
    }
    Value::Object(members)
}
