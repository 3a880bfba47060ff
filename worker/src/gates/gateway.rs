//! `ANY /gateway/{resource}/…`: the call is passed on to the company's API, with who makes it and without their
//! credential.

use super::{IDENTITY, Wanted, identity, pass};
use crate::{
    call::{Call, base_url},
    edge::Raw,
    error::{Error, Refusal, Result},
    log::trouble,
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use contract::problem::Code;
use std::sync::OnceLock;

/// The path below which calls are passed on.
pub const GATEWAY: &str = "/gateway";
/// How long the upstream may take, once it has the whole call, until it begins to answer.
const TIMEOUT_MS: u32 = 30_000;

/// Headers that belong to one connection only (RFC 9110, 7.6.1), apart from those that `Connection` names.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What does not go on, by its name, by how that begins and by how it ends.
struct KeptBack {
    names: &'static [&'static str],
    from: &'static [&'static str],
    to: &'static str,
}

/// Of a request: credentials, and what clients may not tell the API about themselves.
const OF_REQUEST: KeptBack = KeptBack {
    names: &[
        "authorization",
        "api-key",
        "api-secret",
        "cookie",
        "host",
        "content-length",
        "expect",
        "forwarded",
        "latchkey-user",
        "client-ip",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-real-ip",
        "x-rewrite-url",
    ],
    from: &["x-forwarded", "x-original-"],
    to: "-client-ip",
};
/// Of an answer: what would act on this origin, where people are signed in, and what would have it kept on the way
/// (RFC 9213).
const OF_ANSWER: KeptBack = KeptBack {
    names: &[
        "accept-ch",
        "activate-storage-access",
        "age",
        "alt-svc",
        "clear-site-data",
        "content-security-policy-report-only",
        "critical-ch",
        "expires",
        "nel",
        "observe-browsing-topics",
        "origin-agent-cluster",
        "pragma",
        "refresh",
        "report-to",
        "reporting-endpoints",
        "service-worker-allowed",
        "set-cookie",
        "set-cookie2",
        "set-login",
        "speculation-rules",
        "surrogate-control",
        "use-as-dictionary",
    ],
    from: &["access-control-"],
    to: "cdn-cache-control",
};

/// The usual methods, of those that are passed on.
const PASSED_ON: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// Passes a call on, its body and the answer's as they come.
#[worker::send]
pub async fn forward(call: Call, request: Request) -> Result<Response> {
    let headers = request.headers();
    if headers.contains_key(header::UPGRADE) {
        return Err(Error::unreadable(
            "WebSockets and other upgrades are not passed on. Call by HTTP.",
        ));
    }
    // It would show the API behind, and whoever called, what Latchkey adds to a call (RFC 9110, 9.3.8).
    if request.method() == Method::TRACE {
        let refusal = Error::refused(Code::MethodNotAllowed, "TRACE is not passed on.");
        return Ok(([(header::ALLOW, PASSED_ON)], refusal).into_response());
    }
    let path = request.uri().path().strip_prefix(GATEWAY);
    let path = path.unwrap_or_default();
    let method = request.method().as_str();
    let wanted = Wanted { method, path };
    let caller = pass(&call, headers, call.address(), &wanted, || {
        Refusal::new(Code::NotFound, "There is no such resource.")
    });
    let caller = caller.await?;
    /// Asked for once: it stays the same as long as the isolate lives.
    static UPSTREAM: OnceLock<Option<String>> = OnceLock::new();
    let upstream = UPSTREAM
        .get_or_init(|| base_url(call.env(), "UPSTREAM_URL"))
        .as_deref()
        .ok_or_else(|| {
            Error::gone("This deployment passes no calls on: it has no UPSTREAM_URL.")
        })?;
    let query = request.uri().query();
    let url = [
        upstream,
        path,
        query.map_or("", |_| "?"),
        query.unwrap_or_default(),
    ]
    .concat();

    let mut passed_on = onward(headers, &OF_REQUEST);
    for (name, value) in identity(&call, &caller) {
        crate::respond::set(&mut passed_on, name, &value);
    }
    if let Some(ip) = &call.ip {
        let name = HeaderName::from_static("x-forwarded-for");
        crate::respond::set(&mut passed_on, name, ip);
    }
    let raw = request
        .extensions()
        .get::<Raw>()
        .ok_or_else(|| Error::Internal("a request without the runtime's own".into()))?;
    let answer = raw
        .send_to(request.method(), &url, &passed_on, TIMEOUT_MS)
        .await;
    let answer = answer.map_err(|error| {
        // The runtime quotes the URL, and paths are not logged.
        let why = format!("{error:?}").replace(&url, "…");
        trouble("upstream", &why, &call.request_id);
        failed(502, "The API behind this gateway cannot be reached.")
    })?;
    let answer = answer.ok_or_else(|| {
        trouble("upstream", "no answer in time", &call.request_id);
        failed(504, "The API behind this gateway did not answer in time.")
    })?;
    let (status, headers) = answer.head().map_err(|error| {
        trouble("upstream", &error.to_string(), &call.request_id);
        failed(
            502,
            "The API behind this gateway answered with what is no valid HTTP.",
        )
    })?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = onward(&headers, &OF_ANSWER);
    response.extensions_mut().insert(answer);
    Ok(response)
}

fn failed(status: u16, detail: &str) -> Error {
    Refusal {
        status,
        ..Refusal::new(Code::Upstream, detail)
    }
    .into()
}

/// The headers that go on to the other side.
fn onward(headers: &HeaderMap, kept: &KeptBack) -> HeaderMap {
    let named: Vec<_> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let stays = |name: &HeaderName| {
        // Servers of the CGI kind read `X_Real_Ip` and `X-Real-Ip` as one.
        let name = name.as_str().replace('_', "-");
        HOP_BY_HOP.contains(&name.as_str())
            || kept.names.contains(&name.as_str())
            || kept.from.iter().any(|from| name.starts_with(from))
            || name.ends_with(kept.to)
            || name.starts_with(IDENTITY)
            || name.starts_with("cf-")
            || named.contains(&name)
    };
    headers
        .iter()
        .filter(|(name, _)| !stays(name))
        .map(|(name, value)| (name.clone(), HeaderValue::clone(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_headers_of_one_connection_stay_and_the_rest_goes_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer lkp_x"),
            ("cookie", "__Host-session=lkn_x"),
            ("api-key", "lkk_x"),
            ("connection", "close, X-Only-Here"),
            ("x-only-here", "1"),
            ("te", "trailers"),
            ("x-latchkey-owner", "usr_faked"),
            ("cf-connecting-ip", "192.0.2.1"),
            ("x-forwarded-for", "192.0.2.9"),
            ("x_latchkey_owner", "usr_faked"),
            ("x-forwarded-proto", "https"),
            ("x_forwarded_prefix", "/admin"),
            ("x-original-url", "/admin"),
            ("x-rewrite-url", "/admin"),
            ("x-http-method-override", "DELETE"),
            ("fastly-client-ip", "192.0.2.9"),
            ("accept", "text/plain"),
            ("accept", "application/json"),
            ("idempotency-key", "k1"),
        ] {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        let gone_on = onward(&headers, &OF_REQUEST);
        let names: Vec<_> = gone_on.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["accept", "accept", "idempotency-key"]);
    }
}
