//! What a request says, read once and checked whole before a handler sees it.

use crate::{
    call::Call,
    edge::content_length,
    error::{Error, Result},
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use contract::{
    check::{Check, Complaint, Invalid},
    list::{DEFAULT_LIMIT, List, MAX_LIMIT},
    problem::Code,
    time::Timestamp,
};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use serde_path_to_error::Segment as Step;
use std::collections::HashMap;

/// No request of the API is longer than this: a bulk revocation of 100 ids with a reason takes 5 KiB.
const BODY_MAX: usize = 64 * 1024;
/// So many bytes beyond what may be sent are taken in and let go.
const READ_ON: usize = 16 * 1024 * 1024;
/// No request has more members than this; more are not worth naming one by one.
const MEMBERS_MAX: usize = 64;

/// A JSON body that keeps every rule of its type. The only way for JSON to reach a handler.
pub struct Checked<B: Check>(pub B::Checked);

impl<S, B> FromRequest<S> for Checked<B>
where
    S: Sync,
    B: Check + DeserializeOwned + Default,
{
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        let now = Call::of(request.extensions())?.now;
        let body = json_body(request).await?;
        Ok(Self(check_json::<B>(&body, now)?))
    }
}

/// A body that says it is JSON, and is not too long for that.
pub async fn json_body(request: Request) -> Result<Bytes> {
    is_json(request.headers())?;
    let (parts, body) = request.into_parts();
    whole(&parts.headers, body, BODY_MAX, "Send at most 64 KiB.").await
}

const CURSOR_WANTED: &str = "Use the next_cursor of the page before.";

/// Refuses a cursor whose row cannot tell where the next page begins.
pub fn bad_cursor() -> Error {
    Error::from(Invalid(vec![Complaint {
        pointer: "/cursor".into(),
        message: CURSOR_WANTED.into(),
    }]))
}

/// The whole body, unless it breaks off or has more than `max` bytes.
pub async fn whole(
    headers: &HeaderMap,
    mut body: Body,
    max: usize,
    too_large: &'static str,
) -> Result<Bytes> {
    let told = content_length(headers);
    let mut read = Vec::with_capacity(told.unwrap_or_default().min(max));
    let mut length = 0_usize;
    // Who is still sending does not hear an answer. So what is too long is read on for a while, and let go.
    while length <= max.saturating_add(READ_ON) {
        let Some(frame) = body.frame().await else {
            break;
        };
        let frame = frame.map_err(|_| broken_off())?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length <= max {
            read.extend_from_slice(&data);
        }
    }
    if length > max {
        return Err(Error::refused(Code::TooLarge, too_large));
    }
    // A runtime may end the stream of a body that broke off as if that were its end.
    if told.is_some_and(|told| told != length) {
        return Err(broken_off());
    }
    Ok(read.into())
}

fn broken_off() -> Error {
    Error::unreadable("The body broke off.")
}

/// A form of another site can send text, but not this media type without asking first. JSON is UTF-8 (RFC 8259, 8.1),
/// and what is compressed is not taken.
fn is_json(headers: &HeaderMap) -> Result<()> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let media_type = text(header::CONTENT_TYPE);
    let mut parts = media_type.split(';').map(str::trim);
    let is_json = parts.next() == Some("application/json");
    let mut charsets = parts.filter_map(|parameter| parameter.strip_prefix("charset="));
    let is_utf8 = charsets.all(|charset| charset.trim_matches('"') == "utf-8");
    let encoding = text(header::CONTENT_ENCODING);
    if is_json && is_utf8 && ["", "identity"].contains(&encoding.as_str()) {
        Ok(())
    } else {
        Err(Error::refused(
            Code::UnsupportedMediaType,
            "Send JSON in UTF-8 and not compressed, with the header Content-Type: application/json.",
        ))
    }
}

/// Reads and checks a body. Complaints about its form and about its rules come together.
pub fn check_json<B: Check + DeserializeOwned + Default>(
    body: &[u8],
    now: Timestamp,
) -> Result<B::Checked> {
    let members: Members = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            Error::from(Invalid::whole(error_text(&error)))
        } else {
            Error::unreadable(format!(
                "The body is not JSON: line {}, column {}.",
                error.line(),
                error.column()
            ))
        }
    })?;
    if let Some(name) = members.twice {
        let once = Complaint {
            pointer: format!("/{}", escaped(&name)),
            message: "Name each member once.".into(),
        };
        return Err(Invalid(vec![once]).into());
    }
    let (mut request, mut complaints, sent_at) = read::<B>(members.all);
    request.compose(&nfc);
    match request.check(now) {
        Ok(checked) if complaints.is_empty() => Ok(checked),
        // Of so many wrong members the rest was not read.
        _ if complaints.len() >= MEMBERS_MAX => Err(Invalid(complaints).into()),
        Ok(_) => Err(Invalid(complaints).into()),
        Err(Invalid(more)) => {
            // A member of the wrong form was left out; that it is missing now is no news.
            let known = |c: &Complaint| {
                complaints.iter().any(|k| {
                    k.pointer == c.pointer || k.pointer.starts_with(&format!("{}/", c.pointer))
                })
            };
            let as_sent = more.into_iter().map(|complaint| sent_at.correct(complaint));
            let more: Vec<_> = as_sent.filter(|c| !known(c)).collect();
            complaints.extend(more);
            Err(Invalid(complaints).into())
        }
    }
}

/// Unicode's normalisation form C of a text, by the runtime's tables.
#[cfg(target_arch = "wasm32")]
pub fn nfc(text: &str) -> String {
    String::from(js_sys::JsString::from(text).normalize("NFC"))
}

/// Its form KC, in which letters that only look different are the same.
#[cfg(target_arch = "wasm32")]
pub fn nfkc(text: &str) -> String {
    String::from(js_sys::JsString::from(text).normalize("NFKC"))
}

/// See [`nfc`] in unit tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn nfkc(text: &str) -> String {
    text.to_owned()
}

/// The runtime's tables are not at hand in unit tests, which use no text that they would change.
#[cfg(not(target_arch = "wasm32"))]
pub fn nfc(text: &str) -> String {
    text.to_owned()
}

/// Where each item that is left in a list was sent, by the name of the list.
#[derive(Default)]
struct SentAt(HashMap<String, Vec<usize>>);

impl SentAt {
    /// The complaint, about the item as it was sent.
    fn correct(&self, complaint: Complaint) -> Complaint {
        let place = || {
            let (member, index) = complaint.pointer.strip_prefix('/')?.split_once('/')?;
            let place = self.0.get(member)?.get(index.parse::<usize>().ok()?)?;
            Some(format!("/{member}/{place}"))
        };
        match place() {
            Some(pointer) => Complaint {
                pointer,
                ..complaint
            },
            None => complaint,
        }
    }
}

/// Fills the request, setting aside each member, or item of a list in it, that does not fit, until the rest does.
fn read<B: DeserializeOwned + Default>(
    mut members: Map<String, Value>,
) -> (B, Vec<Complaint>, SentAt) {
    let mut complaints = vec![];
    let mut sent_at = SentAt::default();
    loop {
        let error = match serde_path_to_error::deserialize(Value::Object(members.clone())) {
            Ok(request) => return (request, complaints, sent_at),
            Err(error) => error,
        };
        let message = error_text(error.inner());
        let mut path = error.path().iter();
        let member = path.next().map(ToString::to_string).unwrap_or_default();
        let mut pointer = pointer(error.path());
        let set_aside = match (path.next(), path.next(), members.get_mut(&member)) {
            (Some(Step::Seq { index }), None, Some(Value::Array(items)))
                if *index < items.len() =>
            {
                items.remove(*index);
                let left = sent_at
                    .0
                    .entry(member.clone())
                    .or_insert_with(|| (0..=items.len()).collect());
                pointer = format!("/{member}/{}", left.remove(*index));
                true
            }
            _ => members.remove(&member).is_some(),
        };
        complaints.push(Complaint { pointer, message });
        if !set_aside || complaints.len() >= MEMBERS_MAX {
            return (B::default(), complaints, sent_at);
        }
    }
}

/// The JSON pointer (RFC 6901) of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .fold(String::new(), |pointer, segment| match segment {
            Step::Seq { index } => format!("{pointer}/{index}"),
            segment => format!("{pointer}/{}", escaped(&segment.to_string())),
        })
}

/// A name as it stands in a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What to do about a value of the wrong form, from serde's words for it.
fn error_text(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    if text.starts_with("unknown field") {
        return "There is no such member; leave it out.".into();
    }
    match text.rsplit_once("expected ") {
        Some((_, "u32" | "u64")) => "Expected a whole number.".into(),
        Some((_, "string or map")) => "Expected text.".into(),
        Some((_, "a sequence")) => "Expected a list.".into(),
        Some((_, expected)) => format!("Expected {expected}."),
        None => text.to_owned(),
    }
}

/// A JSON object, and a name that stands in it twice: which of the two would count is a question that attackers like.
struct Members {
    all: Map<String, Value>,
    twice: Option<String>,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let (mut all, mut twice) = (Map::new(), None);
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if all.insert(name.clone(), value).is_some() {
                        twice = Some(name);
                    }
                }
                Ok(Members { all, twice })
            }
        }
        deserializer.deserialize_map(Once)
    }
}

/// The variable part of a path; a tuple, where there are several.
pub struct Segment<T = String>(pub T);

impl<S: Sync + Send, T: DeserializeOwned + Send> FromRequestParts<S> for Segment<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let segment = Path::<T>::from_request_parts(parts, state).await;
        segment
            .map(|Path(text)| Self(text))
            .map_err(|_| Error::not_found("path"))
    }
}

/// The query of a URL, taken apart name by name; what is left over in the end is refused.
pub struct Query {
    pairs: Vec<(String, String)>,
    complaints: Vec<Complaint>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    fn parse(query: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            complaints: vec![],
        }
    }

    fn complain(&mut self, name: &str, message: &str) {
        self.complaints.push(Complaint {
            pointer: format!("/{name}"),
            message: message.into(),
        });
    }

    /// The value of `name`, if it stands there.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let (found, rest) = std::mem::take(&mut self.pairs)
            .into_iter()
            .partition::<Vec<_>, _>(|(key, _)| key == name);
        self.pairs = rest;
        if found.len() > 1 {
            self.complain(name, "Name each parameter once.");
        }
        found.into_iter().next().map(|(_, value)| value)
    }

    /// The value of `name` as `parse` reads it, or a complaint with what it `should` be.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        should: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.complain(name, should);
        }
        parsed
    }

    /// Which page of a list is wanted. Cursors begin with an id, which is why `parse` can tell a wrong one.
    pub fn page<Id>(&mut self, parse: impl FnOnce(&str) -> Option<Id>) -> Page<Id> {
        let in_range = |text: &str| {
            text.parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        };
        let limit = self.parsed("limit", "Use a whole number from 1 to 100.", in_range);
        let cursor = |text: &str| {
            let (id, key) = match text.split_once('.') {
                None => (text, None),
                Some((id, key)) => {
                    let key = BASE64URL_NOPAD.decode(key.as_bytes()).ok()?;
                    (id, Some(String::from_utf8(key).ok()?))
                }
            };
            Some((parse(id)?, key))
        };
        let after = self.parsed("cursor", CURSOR_WANTED, cursor);
        let (after, key) = after.map_or((None, None), |(id, key)| (Some(id), key));
        Page {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            after,
            key,
        }
    }

    /// Refuses if anything was wrong or nobody asked for it.
    pub fn finish(mut self) -> Result<()> {
        for (name, _) in std::mem::take(&mut self.pairs) {
            self.complain(&name, "There is no such parameter; leave it out.");
        }
        if self.complaints.is_empty() {
            Ok(())
        } else {
            Err(Invalid(self.complaints).into())
        }
    }
}

/// Which page of a list is wanted.
pub struct Page<Id> {
    limit: u32,
    /// The last id of the page before.
    pub after: Option<Id>,
    /// What that row was ordered by, if the cursor tells.
    pub key: Option<String>,
}

impl<Id> Page<Id> {
    /// How many rows to ask for: one more than the page holds tells whether another page follows.
    pub fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// The page, made of up to [`Page::rows`] rows.
    pub fn list<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> &str) -> List<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items
            .last()
            .filter(|_| more)
            .map(|last| id(last).to_owned());
        List { items, next_cursor }
    }

    /// The same of rows that may be gone by the next page: the cursor tells what the last was ordered by, if not its id.
    pub fn list_by_keys<T>(
        &self,
        items: Vec<(Option<String>, T)>,
        id: impl Fn(&T) -> &str,
    ) -> List<T> {
        let list = self.list(items, |(_, item)| id(item));
        let key = list.items.last().and_then(|(key, _)| key.as_deref());
        let with_key = |id: String| match key {
            Some(key) => [&id, ".", &BASE64URL_NOPAD.encode(key.as_bytes())].concat(),
            None => id,
        };
        List {
            next_cursor: list.next_cursor.map(with_key),
            items: list.items.into_iter().map(|(_, item)| item).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{session::SignIn, tokens::CreateToken};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn pointers<B: Check + DeserializeOwned + Default>(body: &str) -> Vec<String> {
        match check_json::<B>(body.as_bytes(), NOW) {
            Err(Error::Refused(refusal)) => refusal.errors.into_iter().map(|c| c.pointer).collect(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => vec![],
        }
    }

    #[test]
    fn complaints_about_form_and_rules_come_together() {
        let body = r#"{"name": 5, "scopes": ["nope", "backups:read", "users:eat"], "colour": 1, "description": "ok", "renewable_until": "soon"}"#;
        assert_eq!(
            pointers::<CreateToken>(body),
            [
                "/colour",
                "/name",
                "/renewable_until",
                "/scopes/0",
                "/scopes/2"
            ]
        );
        // Items are told by where they were sent, whatever was set aside before them.
        assert_eq!(
            pointers::<CreateToken>(
                r#"{"name": "ci", "scopes": ["jobs:read"], "ip_allowlist": [1, "10.0.0.1", "x", null, "y"]}"#
            ),
            [
                "/ip_allowlist/0",
                "/ip_allowlist/3",
                "/ip_allowlist/2",
                "/ip_allowlist/4"
            ]
        );
        assert_eq!(
            pointers::<CreateToken>(r#"{"description": 1}"#),
            ["/description", "/name", "/scopes"]
        );
        assert_eq!(
            pointers::<SignIn>(r#"{"email": ["a@example.com"], "password": "x", "admin": true}"#),
            ["/admin", "/email"]
        );
    }

    #[test]
    fn what_is_not_an_object_or_names_a_member_twice_is_refused() {
        assert_eq!(pointers::<SignIn>("[]"), [""]);
        assert_eq!(
            pointers::<SignIn>(
                r#"{"email": "a@example.com", "email": "b@example.com", "password": "x"}"#
            ),
            ["/email"]
        );
    }

    #[test]
    fn what_is_not_json_is_unreadable() {
        for body in ["", "{", "{\"email\": }", "\u{FEFF}{}", "{\"limit\": 1e999}"] {
            let Err(Error::Refused(refusal)) = check_json::<SignIn>(body.as_bytes(), NOW) else {
                panic!("accepted {body}")
            };
            assert_eq!(refusal.status, 400, "{body}");
        }
    }

    #[test]
    fn a_page_knows_whether_another_follows() {
        let mut query = Query::parse("limit=2");
        let page = query.page(|text| Some(text.to_owned()));
        assert!(query.finish().is_ok());
        assert_eq!(page.rows(), 3);
        let list = page.list(vec!["c", "b", "a"], |id| id);
        assert_eq!(
            (list.items.as_slice(), list.next_cursor.as_deref()),
            (["c", "b"].as_slice(), Some("b"))
        );
        assert_eq!(page.list(vec!["b", "a"], |id| id).next_cursor, None);
    }

    #[test]
    fn a_cursor_tells_what_its_row_was_ordered_by() {
        let rows = |key: Option<&str>| vec![(key.map(str::to_owned), "b"), (None, "a")];
        for key in [Some("ada lovelace"), Some(""), None] {
            let page = Query::parse("limit=1").page(|text| Some(text.to_owned()));
            let list = page.list_by_keys(rows(key), |id| id);
            let next = ["cursor=", &list.next_cursor.unwrap()].concat();
            let page = Query::parse(&next).page(|text| Some(text.to_owned()));
            assert_eq!(
                (page.after.as_deref(), page.key.as_deref()),
                (Some("b"), key)
            );
        }
        let mut query = Query::parse("cursor=b.%21");
        query.page(|text| Some(text.to_owned()));
        assert!(query.finish().is_err());
    }

    #[test]
    fn a_wrong_repeated_or_unknown_parameter_is_refused() {
        for bad in [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=1&limit=2",
            "page=2",
            "cursor=x",
        ] {
            let mut query = Query::parse(bad);
            query.page(|_| None::<String>);
            assert!(query.finish().is_err(), "{bad}");
        }
    }
}
