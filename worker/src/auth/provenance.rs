//! Which site a call comes from: browsers send a person's cookie along with calls that other sites make.

use super::{cookie::session_cookie, shown::API_KEY};
use crate::error::{Error, Result};
use axum::http::{HeaderName, Method, header, request::Parts, uri::Authority};
use contract::{problem::Code, slack::CALLBACK};

/// Refuses calls that another site makes with a person's cookie, or to sign them in.
///
/// Browsers say where a call comes from by `Sec-Fetch-Site` or, older ones, by `Origin`; a call that changes something
/// with a cookie and says neither is refused too. A call with `Authorization` or `api-key` cannot be made by another site
/// without a permission that Latchkey never gives.
pub fn refuse_other_sites(parts: &Parts) -> Result<()> {
    let headers = &parts.headers;
    // What Slack sends people back with proves by itself that they went there from here, in this session.
    let comes_back = parts.method == Method::GET && parts.uri.path() == CALLBACK;
    let is_machine = headers.contains_key(header::AUTHORIZATION) || headers.contains_key(API_KEY);
    if is_machine || comes_back {
        return Ok(());
    }
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host = text(header::HOST).or_else(|| parts.uri.authority().map(Authority::as_str));
    let call = Provenance {
        changes: !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS),
        has_cookie: session_cookie(headers).is_some(),
        site: text(HeaderName::from_static("sec-fetch-site")),
        origin: text(header::ORIGIN),
        scheme: parts.uri.scheme_str(),
        host,
    };
    if call.is_ours() {
        Ok(())
    } else {
        Err(Error::refused(
            Code::CrossSite,
            "This call did not come from this site.",
        ))
    }
}

/// What a request tells about where it comes from.
struct Provenance<'a> {
    changes: bool,
    has_cookie: bool,
    site: Option<&'a str>,
    origin: Option<&'a str>,
    scheme: Option<&'a str>,
    host: Option<&'a str>,
}

impl Provenance<'_> {
    fn is_ours(&self) -> bool {
        if !self.changes {
            return !self.has_cookie || self.site != Some("cross-site");
        }
        match (self.site, self.origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => self.is_own(origin),
            (None, None) => !self.has_cookie,
        }
    }

    /// Whether a page of this origin is one of ours. One that came without encryption may be anybody's, but for those of
    /// this machine, where no more than a proxy lies in between.
    fn is_own(&self, origin: &str) -> bool {
        let Some((scheme, host)) = origin.split_once("://") else {
            return false;
        };
        Some(host) == self.host && (Some(scheme) == self.scheme || is_local(host))
    }
}

/// Whether a host, perhaps with a port, is this very machine.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Provenance = Provenance {
        changes: true,
        has_cookie: true,
        site: Some("same-origin"),
        origin: None,
        scheme: Some("https"),
        host: Some("console.example"),
    };

    #[test]
    fn a_change_needs_a_sign_that_it_comes_from_this_site() {
        assert!(OURS.is_ours());
        assert!(
            Provenance {
                site: Some("none"),
                ..OURS
            }
            .is_ours()
        );
        assert!(
            Provenance {
                site: None,
                origin: Some("https://console.example"),
                ..OURS
            }
            .is_ours()
        );
        assert!(!Provenance { site: None, ..OURS }.is_ours());
    }

    #[test]
    fn other_sites_are_refused_with_and_without_a_cookie() {
        for has_cookie in [true, false] {
            for site in ["cross-site", "same-site", "nonsense"] {
                assert!(
                    !Provenance {
                        has_cookie,
                        site: Some(site),
                        ..OURS
                    }
                    .is_ours(),
                    "{site}"
                );
            }
            for origin in [
                "null",
                "https://evil.example",
                "https://console.example.evil.example",
                "https://evilconsole.example",
                "https://console.example:8443",
                "http://console.example",
                "console.example",
                "",
            ] {
                assert!(
                    !Provenance {
                        has_cookie,
                        site: None,
                        origin: Some(origin),
                        ..OURS
                    }
                    .is_ours(),
                    "{origin}"
                );
            }
        }
    }

    // Only here: the proxy of the local runtime rewrites the scheme in `Origin`.
    #[test]
    fn the_scheme_tells_sites_apart_but_on_this_machine() {
        let ours = |scheme: &'static str, host: &'static str, origin: &'static str| {
            Provenance {
                site: None,
                scheme: Some(scheme),
                host: Some(host),
                origin: Some(origin),
                ..OURS
            }
            .is_ours()
        };
        for host in [
            "localhost:8787",
            "latchkey.localhost",
            "127.0.0.1:8787",
            "[::1]:8787",
            "[::1]",
        ] {
            for scheme in ["http", "https"] {
                let origin = [scheme, "://", host].concat();
                assert!(ours("http", host, origin.leak()), "{host}");
            }
        }
        assert!(ours("http", "intranet.example", "http://intranet.example"));
        assert!(!ours(
            "http",
            "intranet.example",
            "https://intranet.example"
        ));
        for host in ["localhost.example", "notlocalhost", "127.0.0.1.example"] {
            assert!(
                !ours("https", host, ["http://", host].concat().leak()),
                "{host}"
            );
        }
        assert!(!ours("http", "localhost:8787", "http://localhost:8788"));
    }

    #[test]
    fn a_script_without_a_cookie_may_sign_in_and_anybody_may_read() {
        assert!(
            Provenance {
                has_cookie: false,
                site: None,
                ..OURS
            }
            .is_ours()
        );
        assert!(
            Provenance {
                changes: false,
                has_cookie: false,
                site: Some("cross-site"),
                ..OURS
            }
            .is_ours()
        );
        assert!(
            !Provenance {
                changes: false,
                site: Some("cross-site"),
                ..OURS
            }
            .is_ours()
        );
    }
}
