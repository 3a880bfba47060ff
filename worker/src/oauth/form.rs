//! Forms, as OAuth sends its requests.

use super::refused;
use crate::{
    error::{Error, Result},
    extract,
};
use axum::{
    extract::{FromRequest, Request},
    http::header,
};
use contract::problem::Code;
use std::collections::BTreeMap;

/// The longest form.
const MAX: usize = 16 * 1024;

/// A form whose fields all have names of their own (RFC 6749, 3.2). Fields that nobody asks for are ignored, as OAuth
/// wants it.
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// A field that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    fn parse(body: &[u8]) -> Result<Self> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return Err(refused("invalid_request", "Send each field once."));
            }
        }
        Ok(Self(fields))
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        let media_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Error::refused(
                Code::UnsupportedMediaType,
                "Send a form: Content-Type: application/x-www-form-urlencoded.",
            ));
        }
        let (parts, body) = request.into_parts();
        let body = extract::whole(&parts.headers, body, MAX, "Send at most 16 KiB.").await?;
        Self::parse(&body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_none_comes_twice() {
        let form = Form::parse(b"token=lkp_x&scope=backups%3Aread+jobs%3Aread&empty=").ok();
        let get = |name| form.as_ref().and_then(|form| form.get(name));
        assert_eq!(get("token"), Some("lkp_x"));
        assert_eq!(get("scope"), Some("backups:read jobs:read"));
        assert_eq!((get("empty"), get("none")), (None, None));
        assert!(Form::parse(b"token=a&token=b").is_err());
    }
}
