//! `POST /oauth2/introspect`: whether a token is good, for those who must decide about a call with it.

use super::form::Form;
use crate::{
    auth::{
        MachineCaller, gate,
        machine::{self, By},
    },
    call::Call,
    error::{Error, Result},
    usage::{self, Visit},
};
use axum::{Json, http::HeaderMap};
use contract::{problem::Code, roles::Permission, scopes::ScopeSet};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// What is told of a token that is good, and of every other only that it is not (RFC 7662, 2.2).
#[worker::send]
pub async fn introspect(call: Call, headers: HeaderMap, form: Form) -> Result<Json<Value>> {
    let visit = Visit {
        ip: call.ip.clone(),
        route: "POST /oauth2/introspect".into(),
        scopes: Some(ScopeSet::default()),
    };
    let shown = machine::shown(&headers)?.ok_or_else(|| {
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
        // Without it the caller does not vouch for any address, so a token with an allowlist is not good. What is none is
        // not kept as one.
        ip: form
            .get("client_ip")
            .and_then(|text| text.parse::<IpAddr>().ok())
            .map(|ip| ip.to_string()),
        scopes: form
            .get("scope")
            .and_then(|text| ScopeSet::parse(text).ok())
            // To name none says no more than to say nothing.
            .filter(|scopes| !scopes.is_empty()),
        ..visit
    };
    let good = found.filter(|found| is_good(&call, found, &visit, form.get("scope")));
    Ok(Json(good.map_or_else(
        || json!({"active": false}),
        |about| described(&call, &about),
    )))
}

/// Whether a token is good at this moment, from there and for these scopes.
fn is_good(call: &Call, found: &MachineCaller, visit: &Visit, scope: Option<&str>) -> bool {
    if let Err(refusal) = gate::admit(&found.credential, visit.address()) {
        usage::refused(call, found, visit, &refusal);
        return false;
    }
    if found.is_used_too_often(call) {
        usage::visited(call, found, visit, Some(Code::RateLimited));
        return false;
    }
    let held = gate::effective_scopes(&found.credential);
    let wanted = scope.map_or(Ok(ScopeSet::default()), ScopeSet::parse);
    let is_good =
        !held.is_empty() && wanted.is_ok_and(|wanted| wanted.intersection(held) == wanted);
    if is_good {
        usage::record(call, found, visit);
    } else {
        usage::visited(call, found, visit, Some(Code::InsufficientScope));
    }
    is_good
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
