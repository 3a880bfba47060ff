//! What a request brings to be known by, apart from a cookie.

use super::cookie::session_cookie;
use crate::error::{Error, Result};
use axum::http::{HeaderMap, HeaderName, header};
use contract::problem::Code;
use data_encoding::BASE64;

pub(super) const API_KEY: HeaderName = HeaderName::from_static("api-key");
const API_SECRET: HeaderName = HeaderName::from_static("api-secret");

/// A credential as a request shows it, good or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A bearer token (RFC 6750, 2.1).
    Bearer(String),
    /// The key and the secret of a service account.
    Pair(String, String),
}

impl Shown {
    /// What a request brings, if anything. Two things at once, or half of one, are refused; one beside a session's cookie, too.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>> {
        let shown = beside_a_cookie(headers)?;
        if shown.is_some() && session_cookie(headers).is_some() {
            return Err(Error::unreadable(
                "Send one credential, not a cookie and a token.",
            ));
        }
        Ok(shown)
    }
}

fn beside_a_cookie(headers: &HeaderMap) -> Result<Option<Shown>> {
    let authorization = authorization(headers)?;
    let text = |name: &HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default().to_owned())
    };
    match (authorization, text(&API_KEY), text(&API_SECRET)) {
        (shown, None, None) => Ok(shown),
        (None, Some(key), Some(secret)) => Ok(Some(Shown::Pair(key, secret))),
        (Some(_), _, _) => Err(Error::unreadable(
            "Send one credential: Authorization, or api-key and api-secret.",
        )),
        (None, _, _) => Err(Error::refused(
            Code::Unauthenticated,
            "Send both headers, api-key and api-secret.",
        )),
    }
}

fn authorization(headers: &HeaderMap) -> Result<Option<Shown>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    // The runtime joins what was sent in several headers; no credential of ours has a comma.
    if value.as_bytes().contains(&b',') {
        return Err(Error::unreadable("Send one Authorization header."));
    }
    let read = || {
        let (scheme, rest) = value.to_str().ok()?.split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Shown::Bearer(rest.to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(BASE64.decode(rest.as_bytes()).ok()?).ok()?;
        // OAuth clients escape both as in a form (RFC 6749, 2.3.1); of our characters that is the underscore only.
        let plain = |text: &str| text.replace("%5F", "_").replace("%5f", "_");
        let (key, secret) = pair.split_once(':')?;
        Some(Shown::Pair(plain(key), plain(secret)))
    };
    read().map(Some).ok_or_else(|| {
        Error::refused(
            Code::Unauthenticated,
            "Send an access token (Authorization: Bearer lkp_…), or a service account's key and secret (Basic).",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Shown>, ()> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        Shown::of(&headers).map_err(drop)
    }

    #[test]
    fn one_credential_is_taken_in_each_of_its_forms() {
        let bearer = |text: &str| Ok(Some(Shown::Bearer(text.into())));
        let pair = Ok(Some(Shown::Pair("lkk_x".into(), "lks_y".into())));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("authorization", "bearer lkp_x")]), bearer("lkp_x"));
        assert_eq!(
            read(&[("authorization", "BEARER  lkp_x ")]),
            bearer("lkp_x")
        );
        assert_eq!(read(&[("authorization", "Basic bGtrX3g6bGtzX3k=")]), pair);
        assert_eq!(
            read(&[("authorization", "Basic bGtrJTVGeDpsa3MlNWZ5")]),
            pair
        );
        assert_eq!(read(&[("api-key", "lkk_x"), ("api-secret", "lks_y")]), pair);
    }

    #[test]
    fn two_credentials_half_a_pair_and_other_schemes_are_refused() {
        let basic = ("authorization", "Basic bGtrX3g6bGtzX3k=");
        for pairs in [
            &[("authorization", "lkp_x")][..],
            &[("authorization", "Token lkp_x")],
            &[("authorization", "Bearer lkp_x, Bearer lkp_y")],
            &[("authorization", "Basic nonsense!")],
            &[("authorization", "Basic bm9jb2xvbg==")],
            &[("api-key", "lkk_x")],
            &[("api-secret", "lks_y")],
            &[basic, ("api-key", "lkk_x"), ("api-secret", "lks_y")],
            &[basic, ("api-key", "lkk_x")],
        ] {
            assert_eq!(read(pairs), Err(()), "{pairs:?}");
        }
    }
}
