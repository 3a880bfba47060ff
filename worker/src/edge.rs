//! The seam to the runtime: its requests become those of axum, and axum's responses its own.
//!
//! Each step across it costs as much as the work of a handler. So the headers of a request cross in one text, of an
//! answer only those cross that are its own, and a body that is whole crosses as bytes rather than as a stream.

use crate::{
    error::{Error, Result},
    gates::GATEWAY,
    promise::{settled, settled_within},
    respond::{Answer, Standing},
};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::{self, HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header},
    response::Response,
};
use contract::time::Timestamp;
use http_body_util::BodyExt;
use js_sys::{Array, Function, JSON, Object, Promise, Reflect, Uint8Array};
use serde::{Serialize, Serializer};
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use worker::{
    IntoResponse,
    web_sys::{self, Headers, ResponseInit},
};

/// Bodies that are said to have at most so many bytes are taken whole.
const SHORT: usize = 64 * 1024;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &web_sys::RequestInit) -> Result<Promise, JsValue>;

    /// Keeps a promise of nothing in so many milliseconds.
    #[wasm_bindgen(catch, js_namespace = scheduler)]
    fn wait(ms: u32) -> Result<Promise, JsValue>;

    type Through;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &Through) -> web_sys::ReadableStream;

    #[wasm_bindgen(method, getter)]
    fn writable(this: &Through) -> JsValue;

    /// Lets a stream of any length through.
    #[wasm_bindgen(extends = Through)]
    type IdentityTransformStream;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<IdentityTransformStream, JsValue>;

    /// Lets a stream of so many bytes through.
    #[wasm_bindgen(extends = Through)]
    type FixedLengthStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(bytes: f64) -> Result<FixedLengthStream, JsValue>;

    type Source;

    #[wasm_bindgen(method, catch, js_name = pipeTo)]
    fn pipe_to(this: &Source, writable: &JsValue) -> Result<Promise, JsValue>;

    type Each;

    #[wasm_bindgen(method, js_name = forEach)]
    fn for_each(this: &Each, callback: &Function, receiver: &Array);

    #[wasm_bindgen(thread_local_v2, js_namespace = ["Array", "prototype"], js_name = push)]
    static PUSH: Function;
}

/// Waits. `worker::Delay` expects a number from `setTimeout`, which is an object at our compatibility date, and panics.
pub async fn pause(ms: u32) -> Result<()> {
    settled(wait(ms)?).await?;
    Ok(())
}

/// An instant as clocks show it in a time zone, by the runtime's tables; `parts` are those of `Intl.DateTimeFormat`.
/// Nothing if it does not know the zone.
pub fn time_in(zone: &str, parts: &[(&str, &str)], time: Timestamp) -> Option<String> {
    let tell = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let format = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into::<Function>()?;
        let options = Object::new();
        for (name, value) in parts.iter().chain([&("timeZone", zone)]) {
            Reflect::set(&options, &(*name).into(), &(*value).into())?;
        }
        let format = Reflect::construct(&format, &Array::of2(&"en-GB".into(), &options))?;
        let tell = Reflect::get(&format, &"format".into())?.dyn_into::<Function>()?;
        #[expect(clippy::cast_precision_loss, reason = "seconds stay exact")]
        let ms = time.seconds() as f64 * 1000.0;
        tell.call1(&format, &JsValue::from_f64(ms))
    };
    tell().ok().and_then(|text| text.as_string())
}

/// The request as axum takes it. One that is to be passed on keeps its body in the runtime.
pub async fn request(raw: &web_sys::Request) -> Result<Request<Body>> {
    let read = || {
        let mut request = Request::builder()
            .method(raw.method().as_str())
            .uri(raw.url().parse::<Uri>()?)
            .body(Body::empty())?;
        *request.headers_mut() = headers(lines(&raw.headers()))?;
        request.extensions_mut().insert(Raw(Clone::clone(raw)));
        Ok(request)
    };
    let mut request = read().map_err(|error: http::Error| {
        Error::unreadable(format!("The request is malformed: {error}."))
    })?;
    let passed_on = request.uri().path().starts_with(GATEWAY);
    if !passed_on && bears_body(request.method()) {
        let length = content_length(request.headers());
        *request.body_mut() = if length.is_some_and(|length| length <= SHORT) {
            // Whoever reads one that broke off sees that it is shorter than it was said to be.
            let bytes = settled(raw.array_buffer()?).await;
            bytes.map_or_else(
                |_| Body::empty(),
                |bytes| Uint8Array::new(&bytes).to_vec().into(),
            )
        } else {
            let body = raw.body().map(worker::Body::new);
            body.map_or_else(Body::empty, Body::new)
        };
    }
    Ok(request)
}

/// Whether a request by this method can have a body at all (Fetch, 5.4): to ask for it has its cost.
fn bears_body(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// How long the body is said to be.
pub fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// The request as the runtime has it.
#[derive(Clone)]
pub struct Raw(web_sys::Request);

impl Raw {
    /// Sends it on to `url` with other headers; nothing if no answer begins within `ms` of when it has gone as a whole.
    /// Redirects are not followed: where they lead is the caller's business.
    pub async fn send_to(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        ms: u32,
    ) -> Result<Option<Forwarded>> {
        let init = serde_json::to_string(&Init {
            headers: Told(headers),
            method: method.as_str(),
            redirect: "manual",
        });
        let init = init.map_err(|error| Error::Internal(error.to_string()))?;
        let init: web_sys::RequestInit = JSON::parse(&init)?.unchecked_into();
        let body = bears_body(method).then(|| self.0.body()).flatten();
        let gone = body.map(|body| {
            let through = self.through()?;
            init.set_body(&through.readable());
            body.unchecked_ref::<Source>().pipe_to(&through.writable())
        });
        let gone = gone.transpose()?;
        let answer = settled_within(ms, fetch(url, &init)?, gone.as_ref()).await?;
        Ok(answer.dyn_into().ok().map(Forwarded))
    }

    /// What its body goes through, which keeps its length if that is known.
    fn through(&self) -> Result<Through, JsValue> {
        let length = self.0.headers().get(header::CONTENT_LENGTH.as_str())?;
        Ok(match length.and_then(|length| length.parse().ok()) {
            Some(bytes) => FixedLengthStream::new(bytes)?.into(),
            None => IdentityTransformStream::new()?.into(),
        })
    }

    /// City and country of the client, as far as the edge knows them. To ask has its cost.
    pub fn place(&self) -> Option<String> {
        let about = Reflect::get(&self.0, &"cf".into()).ok()?;
        let text = |name: &str| Reflect::get(&about, &name.into()).ok()?.as_string();
        let parts: Vec<_> = [text("city"), text("country")]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// An answer from elsewhere, whose body goes on as it comes.
#[derive(Clone)]
pub struct Forwarded(web_sys::Response);

impl Forwarded {
    /// Its status and headers; an error if they cannot be those of an answer (Fetch, 5.5).
    pub fn head(&self) -> Result<(StatusCode, HeaderMap), http::Error> {
        let status = Some(self.0.status()).filter(|status| (200..600).contains(status));
        let status = StatusCode::from_u16(status.unwrap_or_default())?;
        Ok((status, headers(lines(&self.0.headers()))?))
    }
}

/// What a request is made with. It crosses in one text: each member by itself would be a step of its own.
#[derive(Serialize)]
struct Init<'a> {
    headers: Told<'a>,
    method: &'a str,
    redirect: &'static str,
}

/// Headers as the runtime takes them: a record, which it reads several times faster than the pairs that names need which
/// come twice.
struct Told<'a>(&'a HeaderMap);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
        if self.0.keys_len() == self.0.len() {
            serializer.collect_map(pairs)
        } else {
            serializer.collect_seq(pairs)
        }
    }
}

/// The headers as lines, three for each: value, name, and what stands for all of them. Neither a name nor a value can
/// hold a line break (RFC 9110, 5.5).
fn lines(headers: &Headers) -> String {
    let list = Array::new();
    // Several times faster than to go through them by their iterator.
    PUSH.with(|push| headers.unchecked_ref::<Each>().for_each(push, &list));
    list.join("\n").into()
}

/// The headers of such lines. The values stay in the one text.
fn headers(lines: String) -> Result<HeaderMap, http::Error> {
    let text = Bytes::from(lines);
    let mut headers = HeaderMap::new();
    let mut lines = text.split(|byte| *byte == b'\n');
    while let (Some(value), Some(name), Some(_)) = (lines.next(), lines.next(), lines.next()) {
        let value = HeaderValue::from_maybe_shared(text.slice_ref(value))?;
        headers.append(HeaderName::from_bytes(name)?, value);
    }
    Ok(headers)
}

/// What a response is made with that has this status: the headers that stand on all of its kind.
fn start(standing: Standing, status: u16) -> Result<ResponseInit, JsValue> {
    thread_local! {
        /// There are few kinds and statuses.
        static STARTS: RefCell<HashMap<(Standing, u16), ResponseInit>> = RefCell::default();
    }
    STARTS.with_borrow_mut(|starts| {
        if let Some(start) = starts.get(&(standing, status)) {
            return Ok(start.clone());
        }
        let headers = Headers::new()?;
        for (name, value) in standing.headers() {
            headers.set(name.as_str(), value)?;
        }
        let start = ResponseInit::new();
        start.set_headers(&headers);
        start.set_status(status);
        starts.insert((standing, status), start.clone());
        Ok(start)
    })
}

/// The answer as the runtime takes it.
pub async fn response(answer: Answer) -> worker::Result<web_sys::Response> {
    let (parts, body) = answer.response.into_parts();
    let init = start(answer.standing, parts.status.as_u16())?;
    let raw = if let Some(Forwarded(answer)) = parts.extensions.get() {
        web_sys::Response::new_with_opt_readable_stream_and_init(answer.body().as_ref(), &init)?
    } else if let Some(length) = body.size_hint().exact() {
        // Some statuses do not even bear an empty body.
        let bytes = if length == 0 {
            None
        } else {
            Some(whole(body).await?)
        };
        web_sys::Response::new_with_opt_js_u8_array_and_init(bytes.as_ref(), &init)?
    } else {
        let stream = Response::new(body).into_raw();
        let stream = stream.map_err(|error| error.into().to_string())?;
        web_sys::Response::new_with_opt_readable_stream_and_init(stream.body().as_ref(), &init)?
    };
    let headers = raw.headers();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers.append(name.as_str(), &value)?;
    }
    Ok(raw)
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
        let read = headers("text/html\naccept\n-\n\naccept\n-\na: b\nx\n-".into()).unwrap();
        assert_eq!(
            read.get_all("accept").iter().collect::<Vec<_>>(),
            ["text/html", ""]
        );
        assert_eq!(read["x"], "a: b");
        assert!(headers(String::new()).unwrap().is_empty());
        assert!(headers("value\nnot a name\n-".into()).is_err());
        assert!(headers("bell \u{7}\nx\n-".into()).is_err());
    }
}
