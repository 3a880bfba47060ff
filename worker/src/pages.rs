//! Everything that is not the API: the page of the app and the files that it loads.

use crate::{
    call::Call,
    error::{Error, Result},
    respond::{Content, Keep},
};
use axum::{
    Extension,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use contract::{pages, problem::Code};
use worker::send::SendFuture;

/// Paths below these roots are data, whatever follows.
const DATA_ROOTS: [&str; 5] = ["/api", "/.well-known", "/gateway", "/forward-auth", "/scim"];
/// Below this one errors have OAuth's own form.
const OAUTH_ROOT: &str = "/oauth2";
/// Files below this path carry a hash of their content in it.
const HASHED: &str = "/a/";

/// What a path is about.
pub fn content(path: &str) -> Content {
    let below = |root: &&str| {
        path.strip_prefix(*root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if below(&OAUTH_ROOT) {
        Content::OAuth
    } else if path != pages::REFERENCE && DATA_ROOTS.iter().any(below) {
        Content::Data
    } else if path.starts_with(HASHED) {
        Content::Immutable
    } else {
        Content::Page
    }
}

/// Answers with a file, or with the page for every path that it knows; the page also tells what is not found.
pub async fn serve(call: &Call, parts: &Parts) -> Result<Response> {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        let mut response = Error::refused(Code::MethodNotAllowed, "Pages and files are only read.")
            .into_response();
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Ok(response);
    }
    let path = parts.uri.path();
    if pages::page(path).is_some() {
        return asset(call, &parts.headers, "/index.html").await;
    }
    if let Some(meant) = meant(path) {
        let query = parts.uri.query().map(|query| ["?", query].concat());
        let there = [meant, &query.unwrap_or_default()].concat();
        return Ok(Redirect::temporary(&there).into_response());
    }
    let file = if path == "/index.html" {
        None
    } else {
        Some(asset(call, &parts.headers, path).await?)
    };
    match file {
        Some(file) if file.status() != StatusCode::NOT_FOUND => Ok(file),
        _ if wants_page(&parts.headers) => {
            let mut page = asset(call, &parts.headers, "/index.html").await?;
            *page.status_mut() = StatusCode::NOT_FOUND;
            page.headers_mut().remove(header::ETAG);
            Ok(page)
        }
        _ => Err(Error::not_found("file")),
    }
}

/// The page that somebody meant who cut an address short, or put a slash at its end.
fn meant(path: &str) -> Option<&str> {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    match trimmed {
        "/settings" => Some("/settings/profile"),
        _ if trimmed != path && pages::page(trimmed).is_some() => Some(trimmed),
        _ => None,
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The document of the API, a file like the others: what it says was settled when it was built.
#[worker::send]
pub async fn openapi(call: Call, headers: HeaderMap) -> Result<impl IntoResponse> {
    let document = asset(&call, &headers, "/api/openapi.json").await?;
    Ok((Extension(Keep::UntilChanged), document))
}

/// Asks the assets of the deployment for one file, unless the browser has it already.
async fn asset(call: &Call, headers: &HeaderMap, path: &str) -> Result<Response> {
    let assets = call.env().assets("ASSETS")?;
    let mut request = Request::get(format!("https://assets.invalid{path}"));
    if let Some(known) = headers.get(header::IF_NONE_MATCH) {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let request = request
        .body(worker::Body::empty())
        .map_err(|error| Error::Internal(error.to_string()))?;
    let response = SendFuture::new(async move { assets.fetch_request(request).await }).await?;
    let mut response = response.map(Body::new);
    // The local runtime's note to itself.
    response.headers_mut().remove("cf-cache-status");
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_or_a_long_address_leads_to_the_page_and_nowhere_else() {
        assert_eq!(meant("/settings/api-access/"), Some("/settings/api-access"));
        assert_eq!(meant("/settings"), Some("/settings/profile"));
        assert_eq!(meant("/settings/"), Some("/settings/profile"));
        for path in ["/", "//evil.example/", "/settings/api-access", "/nonsense/"] {
            assert_eq!(meant(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_is_data_only_below_a_root_of_the_api() {
        for path in [
            "/api",
            "/api/v1/session",
            "/api/nonsense",
            "/scim/v2/Users",
            "/forward-auth",
        ] {
            assert_eq!(content(path), Content::Data, "{path}");
        }
        assert_eq!(content("/oauth2/token"), Content::OAuth);
        for path in [
            "/",
            "/apiary",
            "/settings/api-access",
            "/scimitar",
            "/api/docs",
            "/oauth2x",
        ] {
            assert_eq!(content(path), Content::Page, "{path}");
        }
        assert_eq!(content("/a/0123/app.js"), Content::Immutable);
    }
}
