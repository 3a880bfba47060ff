//! `GET /forward-auth`: a reverse proxy asks before it passes a call on (nginx `auth_request`, Traefik, Caddy, Envoy).

use super::{Wanted, identity, pass};
use crate::{
    call::{self, Call},
    error::{Error, Refusal, Result},
    respond,
};
use axum::{
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Response},
};
use contract::{allowlist::Allowlist, problem::Code};
use std::{net::IpAddr, sync::OnceLock};

const FORWARD_AUTH: &str = "/forward-auth";
/// The header that a question of Envoy's carries, which its callers cannot take away.
const ASKS: &str = "x-latchkey-asks";
const METHOD: &str = "x-forwarded-method";
const URI: &str = "x-forwarded-uri";
const CLIENT: &str = "x-forwarded-for";
/// The code of the problem, for proxies that pass on headers of a refusal but not its body.
const ERROR: HeaderName = HeaderName::from_static("x-latchkey-error");

/// Whether the call that the headers describe may pass: 204 with who it is, or 401 or 403. Proxies know no other refusal,
/// so every other kind comes as one of these two.
#[worker::send]
pub async fn show(call: Call, headers: HeaderMap) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let described = text(METHOD)
        .zip(text(URI))
        .ok_or_else(|| denied("The proxy must send X-Forwarded-Method and X-Forwarded-Uri."));
    let answer = match described {
        Ok((method, uri)) => answer(&call, &headers, method, uri).await,
        Err(error) => Err(error),
    };
    as_proxies_know_it(answer)
}

/// The same for Envoy, which asks with the method of the call and puts its path behind ours. It takes no answer but 200
/// for a permission, and any 200 for one: so each question says that it is one, by [`ASKS`].
#[worker::send]
pub async fn show_below(call: Call, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().strip_prefix(FORWARD_AUTH).unwrap_or_default();
    let answer = if headers.contains_key(ASKS) {
        answer(&call, &headers, method.as_str(), path).await
    } else {
        Err(denied("The proxy must send X-Latchkey-Asks: envoy."))
    };
    let mut response = as_proxies_know_it(answer);
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// Refuses a question of Envoy's whose path has left the one below which questions are answered: `/..` in the path of the
/// call behind it leads out, and what is answered there is no permission.
pub fn refuse_strays(parts: &Parts) -> Option<Response> {
    let below = parts.uri.path().strip_prefix(FORWARD_AUTH);
    let strayed = below.is_none_or(|rest| !rest.starts_with('/'));
    (parts.headers.contains_key(ASKS) && strayed)
        .then(|| as_proxies_know_it(Err(denied("The path must be free of detours."))))
}

fn as_proxies_know_it(answer: Result<Response>) -> Response {
    match answer {
        Ok(response) => response,
        Err(Error::Refused(refusal)) => {
            let code = refusal.code.as_str();
            let status = if refusal.status == 401 { 401 } else { 403 };
            let mut response = Error::from(Refusal { status, ..*refusal }).into_response();
            respond::set(response.headers_mut(), ERROR, code);
            response
        }
        Err(error) => error.into_response(),
    }
}

async fn answer(call: &Call, headers: &HeaderMap, method: &str, uri: &str) -> Result<Response> {
    let path = uri.split_once('?').map_or(uri, |(path, _)| path);
    // RFC 9110, 9.1: a token, and case matters.
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
        return Err(denied("The method must be one, such as GET."));
    }
    let wanted = Wanted { method, path };
    let caller = pass(call, headers, client(call, headers)?, &wanted, || {
        Refusal::new(
            Code::Forbidden,
            "The path must begin with a resource, such as /backups, and be free of detours.",
        )
    });
    let caller = caller.await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in identity(call, &caller) {
        respond::set(response.headers_mut(), name, &value);
    }
    Ok(response)
}

fn denied(detail: &str) -> Error {
    Error::refused(Code::Forbidden, detail)
}

/// The addresses of proxies that the operator trusts, if all of the list are addresses.
pub fn trusted(list: &str) -> Option<Allowlist> {
    let entries = list.split([',', ' ']).filter(|entry| !entry.is_empty());
    Some(Allowlist::read(entries).ok()?.0)
}

/// The address of the client. Only a proxy whose own address the operator has named in `TRUSTED_PROXIES` is believed when
/// it tells another: the last one of the list, which it has seen itself.
fn client(call: &Call, headers: &HeaderMap) -> Result<Option<IpAddr>> {
    static TRUSTED: OnceLock<Option<Allowlist>> = OnceLock::new();
    let read = || {
        let list = call.env().var("TRUSTED_PROXIES");
        trusted(&list.map(|list| list.to_string()).unwrap_or_default())
    };
    let trusted = TRUSTED
        .get_or_init(read)
        .as_ref()
        .ok_or_else(|| Error::Internal("the variable TRUSTED_PROXIES holds no addresses".into()))?;
    let is_trusted = !trusted.is_empty() && trusted.allows(call.address());
    let told = headers.get(CLIENT).filter(|_| is_trusted);
    Ok(match told.and_then(|told| told.to_str().ok()) {
        Some(told) => told.rsplit(',').next().and_then(call::address),
        None => call.address(),
    })
}
