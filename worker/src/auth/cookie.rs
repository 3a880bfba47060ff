//! The session's cookie, and how cookies are found in a request.

use axum::http::{HeaderMap, header};
use contract::session::ABSOLUTE_SECONDS;

/// The cookie of a session. The prefix makes browsers insist on `Secure`, on `Path=/` and on this very host.
pub const SESSION_COOKIE: &str = "__Host-session";

/// The value of the session cookie, if one was sent.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION_COOKIE)
}

/// The value of a cookie, if it was sent.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // In bytes: another cookie beside ours may be in any script.
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .find_map(|pair| {
            pair.trim_ascii()
                .strip_prefix(name.as_bytes())?
                .strip_prefix(b"=")
        })
        .and_then(|value| std::str::from_utf8(value).ok())
}

/// The `Set-Cookie` that starts a session, or ends it when there is no `secret`.
pub fn set_session_cookie(secret: Option<&str>) -> String {
    let (value, age) = secret.map_or(("", 0), |secret| (secret, ABSOLUTE_SECONDS));
    format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={age}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let found = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, line.parse().unwrap());
            session_cookie(&headers).map(str::to_owned)
        };
        for line in [
            "a=1; __Host-session=lkn_x; b=2",
            "greeting=h\u{e9}llo; __Host-session=lkn_x",
        ] {
            assert_eq!(found(line).as_deref(), Some("lkn_x"), "{line}");
        }
        assert_eq!(found("x__Host-session=lkn_x"), None);
        assert_eq!(found("__Host-session2=lkn_x"), None);
    }
}
