//! Entity tags (RFC 9110, 8.8.3): which state of a thing was read, and whether it still is what a call means to change.

use crate::error::Error;
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::convert::Infallible;

/// What stands around the members of a list (RFC 9110, 5.6.3).
const BLANKS: [char; 2] = [' ', '\t'];

/// The states in which a call will have what it changes: its `If-Match` (RFC 9110, 13.1.1).
#[derive(Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Whichever it is in.
    Any,
    /// Those with one of these tags. Where none can be read, it is none.
    Only(Vec<String>),
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

impl IfMatch {
    fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(header::IF_MATCH) {
            return Self::Any;
        }
        let lines = headers.get_all(header::IF_MATCH).iter();
        let lines: Option<Vec<_>> = lines.map(|line| line.to_str().ok()).collect();
        match lines.map(|lines| lines.join(",")) {
            Some(list) if list.trim_matches(BLANKS) == "*" => Self::Any,
            list => Self::Only(list.as_deref().and_then(strong_tags).unwrap_or_default()),
        }
    }

    /// Whether what has the tag `tag` may be changed.
    pub fn allows(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(tags) => tags.iter().any(|known| known == tag),
        }
    }

    /// Refuses as `changed` says unless what is at `version` may be changed.
    pub fn check(&self, version: u32, changed: fn() -> Error) -> Result<(), Error> {
        if self.allows(&tag(version)) {
            Ok(())
        } else {
            Err(changed())
        }
    }
}

/// The strong tags in a list, with their quotes; weak ones stand for no state exactly. A comma in quotes parts nothing.
fn strong_tags(list: &str) -> Option<Vec<String>> {
    let mut tags = vec![];
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches(BLANKS);
        // A member may be empty (RFC 9110, 5.6.1.2).
        if let Some(next) = rest.strip_prefix(',') {
            rest = next;
            continue;
        }
        if rest.is_empty() {
            return Some(tags);
        }
        let weak = rest.strip_prefix("W/");
        let (opaque, after) = weak.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        if weak.is_none() {
            tags.push(["\"", opaque, "\""].concat());
        }
        rest = after.trim_start_matches(BLANKS);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// The entity tag of what was changed so often.
pub fn tag(version: u32) -> String {
    format!("\"{version}\"")
}

/// What is at `version`, as JSON with its entity tag.
pub fn tagged(version: u32, body: impl Serialize) -> Response {
    ([(header::ETAG, tag(version))], Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_strong_tag_of_a_list_is_enough_and_weak_ones_never_are() {
        for (sent, allowed) in [
            ("\"1\"", true),
            ("*", true),
            (" * ", true),
            ("\"1\", \"2\"", true),
            ("\"2\",\"1\"", true),
            ("\"2\" ,\t\"1\" ", true),
            (", \"2\",, \"1\",", true),
            ("W/\"2\", \"1\"", true),
            ("\"a,b\", \"1\"", true),
            ("", false),
            ("\"2\"", false),
            ("\"12\"", false),
            ("\"2\", \"3\"", false),
            ("W/\"1\"", false),
            ("w/\"1\"", false),
            ("W/\"1\", \"2\"", false),
            ("1", false),
            ("\"1", false),
            ("\"\"1\"\"", false),
            ("\"2,\"1\"", false),
            ("\"1\" \"2\"", false),
            ("\"1\", 2", false),
            ("*, \"1\"", false),
            ("\"1\", *", false),
        ] {
            let value = HeaderValue::from_static(sent);
            let headers = HeaderMap::from_iter([(header::IF_MATCH, value)]);
            assert_eq!(IfMatch::of(&headers).allows(&tag(1)), allowed, "{sent}");
        }
    }

    #[test]
    fn what_says_nothing_about_the_state_goes_for_every_one() {
        assert_eq!(IfMatch::of(&HeaderMap::new()), IfMatch::Any);
    }

    #[test]
    fn several_lines_are_one_list_and_what_is_no_text_names_no_state() {
        let headers = |values: &[&[u8]]| {
            let value = |bytes: &&[u8]| HeaderValue::from_bytes(bytes).unwrap();
            values
                .iter()
                .map(|bytes| (header::IF_MATCH, value(bytes)))
                .fold(HeaderMap::new(), |mut headers, (name, value)| {
                    headers.append(name, value);
                    headers
                })
        };
        assert!(IfMatch::of(&headers(&[b"\"2\"", b"\"1\""])).allows(&tag(1)));
        assert!(!IfMatch::of(&headers(&[b"\"1\"", b"*"])).allows(&tag(1)));
        assert!(!IfMatch::of(&headers(&[b"\"1\"", b"\"\xff\""])).allows(&tag(1)));
    }
}
