//! The last step of every answer: problems get their body, and everything its headers.

use crate::{
    error::{Error, Refusal},
    log,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use contract::problem::{Code, MEDIA_TYPE, Problem};
use std::sync::Arc;

/// The one page: scripts and styles of its own, WebAssembly, and Trusted Types, so that text never becomes markup.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; object-src 'none'; \
     form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";
/// Data: should a browser ever take it for a page, it can do nothing.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// On every answer, whatever it is.
const ALWAYS: [(HeaderName, &str); 7] = [
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), clipboard-write=(self)",
    ),
];

/// An answer, with what stands on all of its kind.
pub struct Answer {
    /// Its status, body and other headers.
    pub response: Response,
    /// The headers that it has besides.
    pub standing: Standing,
}

/// The headers of an answer that are the same for all of its kind, so that the edge makes them up once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    policy: &'static str,
    caching: &'static str,
}

impl Standing {
    /// All of them. What a handler or an upstream says of these does not count.
    pub fn headers(self) -> impl Iterator<Item = (HeaderName, &'static str)> {
        ALWAYS.into_iter().chain([
            (header::CONTENT_SECURITY_POLICY, self.policy),
            (header::CACHE_CONTROL, self.caching),
        ])
    }
}

/// What is being answered, which decides on policy and caching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// JSON of the API.
    Data,
    /// JSON of a route of OAuth, which has its own form of error.
    OAuth,
    /// The page or a file that changes with a deployment.
    Page,
    /// A file whose path names its content.
    Immutable,
}

impl Content {
    /// Whether it is of the API, in whatever form.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Data | Self::OAuth)
    }
}

/// How long the browser that asked may keep an answer of the API; a handler puts it into the answer's extensions.
/// Without one, and with every refusal, nothing is kept. What a session was needed for is never kept on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Its address names its content.
    Forever,
    /// Until it turns out to be another; the answer has an entity tag to ask by.
    UntilChanged,
}

impl Keep {
    const fn caching(self) -> &'static str {
        match self {
            Self::Forever => "private, max-age=31536000, immutable",
            Self::UntilChanged => "private, no-cache",
        }
    }
}

/// Gives the answer its headers and, if it is an error, its body.
pub fn finish(mut response: Response, content: Content, request_id: &str) -> Answer {
    let keep = response.extensions_mut().remove::<Keep>();
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        problem(&mut response, &error, content, request_id);
    }
    let (policy, caching) = match content {
        _ if !response.status().is_success() && response.status() != StatusCode::NOT_MODIFIED => {
            let is_page = !content.is_data() && !is_problem(response.headers());
            (if is_page { PAGE_POLICY } else { DATA_POLICY }, "no-store")
        }
        Content::Data | Content::OAuth => (DATA_POLICY, keep.map_or("no-store", Keep::caching)),
        Content::Page => (PAGE_POLICY, "no-cache"),
        Content::Immutable => (PAGE_POLICY, "public, max-age=31536000, immutable"),
    };
    let standing = Standing { policy, caching };
    let has_no_body = response.status() == StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    // RFC 9110, 8.6: not even that of an empty one.
    if has_no_body {
        headers.remove(header::CONTENT_LENGTH);
    }
    for (name, _) in standing.headers() {
        headers.remove(name);
    }
    set(headers, HeaderName::from_static("x-request-id"), request_id);
    Answer { response, standing }
}

/// The code of the problem that an answer is going to be, if it is one.
pub fn refused(response: &Response) -> Option<Code> {
    let error = response.extensions().get::<Arc<Error>>()?;
    Some(match error.as_ref() {
        Error::Refused(refusal) => refusal.code,
        Error::Taken(_) | Error::Internal(_) => Code::Internal,
    })
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == MEDIA_TYPE)
}

/// Sets a header to a value of visible ASCII.
pub fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn problem(response: &mut Response, error: &Error, content: Content, request_id: &str) {
    let refusal = match error {
        Error::Refused(refusal) => refusal.as_ref().clone(),
        Error::Taken(_) | Error::Internal(_) => {
            log::failure(error, request_id);
            Refusal::new(
                Code::Internal,
                "Something went wrong on our side. Try again; if it stays, quote the request id.",
            )
        }
    };
    if content == Content::OAuth {
        return oauth_error(response, &refusal);
    }
    *response.status_mut() =
        StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(challenge) = challenge(&refusal) {
        set(headers, header::WWW_AUTHENTICATE, &challenge);
    }
    if let Some(seconds) = refusal.retry_after {
        set(headers, header::RETRY_AFTER, &seconds.to_string());
    }
    for (name, value) in refusal.limit.as_deref().into_iter().flatten() {
        set(headers, name.clone(), value);
    }
    if let Some(repair) = &refusal.repair {
        set(headers, header::LINK, &format!("<{repair}>; rel=\"help\""));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    let problem = Problem {
        kind: format!("/problems/{}", refusal.code.as_str()),
        title: refusal.code.title().into(),
        status: refusal.status,
        detail: refusal.detail,
        code: refusal.code,
        request_id: request_id.into(),
        errors: refusal.errors,
        required_scopes: refusal.required_scope.into_iter().collect(),
        repair_url: refusal.repair,
    };
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
}

/// A refusal in the form of RFC 6749, 5.2.
fn oauth_error(response: &mut Response, refusal: &Refusal) {
    let (status, name) = match (refusal.oauth, refusal.code) {
        (Some(name), _) => (refusal.status, name),
        (None, code) if code.status() == 401 => (401, "invalid_client"),
        (None, Code::RateLimited) => (429, "temporarily_unavailable"),
        (None, Code::Internal) => (500, "server_error"),
        (None, code) if code.status() == 403 => (403, "unauthorized_client"),
        (None, _) => (refusal.status, "invalid_request"),
    };
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let headers = response.headers_mut();
    if status == 401 {
        set(
            headers,
            header::WWW_AUTHENTICATE,
            "Basic realm=\"Latchkey\", charset=\"UTF-8\"",
        );
    }
    if let Some(seconds) = refusal.retry_after {
        set(headers, header::RETRY_AFTER, &seconds.to_string());
    }
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    let body = serde_json::json!({"error": name, "error_description": refusal.detail});
    *response.body_mut() = Body::from(body.to_string());
}

/// How to authenticate (RFC 9110, 11.6.1), and for a bearer token what was wrong with it (RFC 6750, section 3).
fn challenge(refusal: &Refusal) -> Option<String> {
    let bearer = "Bearer realm=\"Latchkey\"";
    match (refusal.code, refusal.required_scope) {
        (Code::InsufficientScope, Some(scope)) => Some(format!(
            "{bearer}, error=\"insufficient_scope\", scope=\"{scope}\""
        )),
        (
            Code::TokenExpired | Code::TokenDisabled | Code::TokenRevoked | Code::TokenGraceEnded,
            _,
        ) => Some(format!("{bearer}, error=\"invalid_token\"")),
        _ if refusal.unknown_token => Some(format!("{bearer}, error=\"invalid_token\"")),
        _ if refusal.status == 401 => Some(bearer.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use contract::scopes::{Access, Resource, Scope};

    /// All headers of an answer.
    fn headers(answer: &Answer) -> HeaderMap {
        let mut headers = answer.response.headers().clone();
        for (name, value) in answer.standing.headers() {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_missing_scope_is_named_in_header_and_status() {
        let scope = Scope(Resource::Users, Access::Read);
        let refusal = Refusal {
            required_scope: Some(scope),
            ..Refusal::new(Code::InsufficientScope, "No.")
        };
        let answer = finish(Error::from(refusal).into_response(), Content::Data, "req_1");
        assert_eq!(answer.response.status(), 403);
        let headers = headers(&answer);
        assert_eq!(
            headers["www-authenticate"],
            "Bearer realm=\"Latchkey\", error=\"insufficient_scope\", scope=\"users:read\""
        );
        assert_eq!(headers["content-type"], MEDIA_TYPE);
        assert_eq!(headers["x-request-id"], "req_1");
        assert_eq!(headers["cache-control"], "no-store");
    }

    #[test]
    fn every_kind_of_answer_carries_the_security_headers() {
        for content in [
            Content::Data,
            Content::OAuth,
            Content::Page,
            Content::Immutable,
        ] {
            let mut response = Response::default();
            set(response.headers_mut(), header::X_FRAME_OPTIONS, "ALLOWALL");
            let headers = headers(&finish(response, content, "req_1"));
            for (name, value) in ALWAYS {
                // What a handler or an upstream says of these does not count.
                assert_eq!(headers.get_all(&name).iter().count(), 1, "{name}");
                assert_eq!(headers[name], value);
            }
            let policy = &headers[header::CONTENT_SECURITY_POLICY];
            assert!(
                [PAGE_POLICY, DATA_POLICY]
                    .iter()
                    .any(|known| policy == known)
            );
        }
    }

    #[test]
    fn an_answer_of_the_api_is_kept_only_if_its_handler_says_so_and_it_is_no_refusal() {
        let caching = |status: u16, keep: Option<Keep>| {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if let Some(keep) = keep {
                response.extensions_mut().insert(keep);
            }
            let answer = finish(response, Content::Data, "req_1");
            headers(&answer)[header::CACHE_CONTROL].clone()
        };
        assert_eq!(caching(200, None), "no-store");
        assert_eq!(
            caching(200, Some(Keep::Forever)),
            "private, max-age=31536000, immutable"
        );
        assert_eq!(caching(304, Some(Keep::UntilChanged)), "private, no-cache");
        assert_eq!(caching(404, Some(Keep::Forever)), "no-store");
    }
}
