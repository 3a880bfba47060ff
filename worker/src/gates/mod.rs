//! The gates in front of the company's own API: a gateway asks whether a caller may pass, or has Latchkey pass the call on.

mod forward_auth;
mod gateway;

pub use forward_auth::{
    refuse_strays, show as forward_auth, show_below as forward_auth_below, trusted,
};
pub use gateway::{GATEWAY, forward};

use crate::{
    auth::{
        MachineCaller, gate,
        machine::{self, By},
        shown::Shown,
    },
    call::Call,
    error::{Error, Refusal, Result},
    usage::Visit,
};
use axum::http::{HeaderMap, HeaderName};
use contract::{
    problem::Code,
    scopes::{Access, Resource, Scope, ScopeSet},
    tokens::endpoints,
};
use std::net::IpAddr;

/// What every header that tells of the caller begins with. Nobody else's are passed on.
const IDENTITY: &str = "x-latchkey-";

/// What a caller asks for.
struct Wanted<'a> {
    method: &'a str,
    /// The path, beginning at the resource.
    path: &'a str,
}

/// Lets a machine pass, or says why not: as `astray` does if the path leads to no resource. A cookie is no credential here:
/// a person in a browser does not call the API.
async fn pass(
    call: &Call,
    headers: &HeaderMap,
    ip: Option<IpAddr>,
    wanted: &Wanted<'_>,
    astray: fn() -> Refusal,
) -> Result<MachineCaller> {
    let shown = Shown::of(headers)?.ok_or_else(|| {
        Error::refused(
            Code::Unauthenticated,
            "Send an access token: Authorization: Bearer lkp_…",
        )
    })?;
    let resource = endpoints::resource(wanted.path);
    let scope = resource.map(|resource| Scope(resource, Access::of_method(wanted.method)));
    let visit = Visit {
        ip,
        route: [
            counted_as(wanted.method),
            " ",
            resource.map_or("(no resource)", |_| "/"),
            resource.map_or("", Resource::as_str),
        ]
        .concat(),
        scopes: Some(scope.map(ScopeSet::from).unwrap_or_default()),
        is_told: false,
    };
    let caller = machine::identify(call, &visit, &shown).await?;
    match scope {
        Some(scope) => caller.pass(call, &visit, wanted.path, scope)?,
        None => return Err(caller.refuse(call, &visit, astray())),
    }
    Ok(caller)
}

/// The method as calls are counted by it: callers make up as many as they like, and a row is kept for each.
fn counted_as(method: &str) -> &str {
    match method {
        "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE" => method,
        _ => "OTHER",
    }
}

/// What the headers are called that tell who passed.
const TOLD: [HeaderName; 5] = [
    HeaderName::from_static("x-latchkey-tenant"),
    HeaderName::from_static("x-latchkey-owner"),
    HeaderName::from_static("x-latchkey-credential"),
    HeaderName::from_static("x-latchkey-scopes"),
    HeaderName::from_static("x-latchkey-request-id"),
];

/// Who passed, for the API behind the gate.
fn identity(call: &Call, caller: &MachineCaller) -> impl Iterator<Item = (HeaderName, String)> {
    let credential = match &caller.by {
        By::Token(token, _) => token.id.as_str(),
        By::Pair(_) => "api_key",
        By::OAuth => "oauth",
    };
    let values = [
        caller.tenant.as_str().to_owned(),
        caller.owner.id().to_owned(),
        credential.to_owned(),
        gate::effective_scopes(&caller.credential).to_string(),
        call.request_id.clone(),
    ];
    TOLD.into_iter().zip(values)
}
