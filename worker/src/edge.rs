//! The seam to the runtime: its requests become those of axum, and axum's responses its own.
//!
//! Each step across it costs as much as the work of a handler. So all headers cross in one text, and a body that is
//! whole crosses as bytes rather than as a stream.

use crate::error::{Error, Result};
use axum::{
    body::{Body, HttpBody},
    http::{self, HeaderMap, HeaderName, HeaderValue, Request},
    response::Response,
};
use http_body_util::BodyExt;
use js_sys::{Array, JSON, Reflect, Uint8Array};
use worker::{IntoResponse, web_sys};

/// The request as axum takes it.
pub fn request(raw: &web_sys::Request) -> Result<Request<worker::Body>> {
    // Neither a name nor a value can hold a line break (RFC 9110, 5.5).
    let lines = Array::from(&raw.headers()).flat(1).join("\n");
    let read = || {
        let mut request = Request::builder()
            .method(raw.method().as_str())
            .uri(raw.url())
            .body(
                raw.body()
                    .map_or_else(worker::Body::empty, worker::Body::new),
            )?;
        *request.headers_mut() = headers(&String::from(lines))?;
        request.extensions_mut().insert(Place(Clone::clone(raw)));
        Ok(request)
    };
    read().map_err(|error: http::Error| {
        Error::unreadable(format!("The request is malformed: {error}."))
    })
}

/// Where the client is. To ask has its cost, so only who wants to know does.
#[derive(Clone)]
pub struct Place(web_sys::Request);

impl Place {
    /// City and country, as far as the edge knows them.
    pub fn in_words(&self) -> Option<String> {
        let about = Reflect::get(&self.0, &"cf".into()).ok()?;
        let text = |name: &str| Reflect::get(&about, &name.into()).ok()?.as_string();
        let parts: Vec<_> = [text("city"), text("country")]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// The headers of names and values on alternate lines.
fn headers(lines: &str) -> Result<HeaderMap, http::Error> {
    let mut headers = HeaderMap::new();
    let mut lines = lines.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    Ok(headers)
}

/// The response as the runtime takes it.
pub async fn response(response: Response) -> worker::Result<web_sys::Response> {
    let Some(length) = response.body().size_hint().exact() else {
        return response
            .into_raw()
            .map_err(|error| error.into().to_string().into());
    };
    let (parts, body) = response.into_parts();
    let headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let init = web_sys::ResponseInit::new();
    init.set_status(parts.status.as_u16());
    init.set_headers(&JSON::parse(&serde_json::to_string(&headers)?)?);
    // Some statuses do not even bear an empty body.
    let bytes = if length == 0 {
        None
    } else {
        Some(whole(body).await?)
    };
    Ok(web_sys::Response::new_with_opt_js_u8_array_and_init(
        bytes.as_ref(),
        &init,
    )?)
}

async fn whole(body: Body) -> worker::Result<Uint8Array> {
    let body = body.collect().await.map_err(|error| error.to_string())?;
    Ok(Uint8Array::from(body.to_bytes().as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_order_and_what_is_not_a_header_is_refused() {
        let read = headers("accept\ntext/html\naccept\n\nx\na: b").unwrap();
        assert_eq!(
            read.get_all("accept").iter().collect::<Vec<_>>(),
            ["text/html", ""]
        );
        assert_eq!(read["x"], "a: b");
        assert!(headers("").unwrap().is_empty());
        assert!(headers("not a name\nvalue").is_err());
        assert!(headers("x\nbell \u{7}").is_err());
    }
}
