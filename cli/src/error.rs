//! What can go wrong, in words for whoever reads the terminal.

use contract::{check::is_unprintable, problem::Problem};
use std::fmt;

/// What a call comes to.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no result. Nothing here holds a secret.
#[derive(Debug)]
pub enum Error {
    /// The address of the server is none, or a credential could be read on the way there.
    Address(String),
    /// Latchkey refused.
    Refused {
        /// Why.
        problem: Box<Problem>,
        /// After how many seconds it may be tried again, where the server says so.
        retry_after: Option<u64>,
    },
    /// The server was not reached, or did not answer as Latchkey does.
    Failed(String),
}

impl fmt::Display for Error {
    /// The first line says what happened, each further one a detail.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (problem, retry_after) = match self {
            Self::Address(text) | Self::Failed(text) => return f.write_str(&plain(text)),
            Self::Refused {
                problem,
                retry_after,
            } => (problem, retry_after),
        };
        f.write_str(&plain(&problem.detail))?;
        for complaint in &problem.errors {
            let (pointer, message) = (plain(&complaint.pointer), plain(&complaint.message));
            write!(f, "\n  {pointer}: {message}")?;
        }
        if !problem.required_scopes.is_empty() {
            f.write_str("\n  required scopes:")?;
            for scope in &problem.required_scopes {
                write!(f, " {scope}")?;
            }
        }
        if let Some(url) = &problem.repair_url {
            write!(f, "\n  add them at: {}", plain(url))?;
        }
        if let Some(seconds) = retry_after {
            write!(f, "\n  try again after {seconds} seconds")?;
        }
        write!(f, "\n  request id: {}", plain(&problem.request_id))
    }
}

impl std::error::Error for Error {}

/// The text with everything escaped that could steer a terminal, or hide what stands beside it.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unprintable(c) {
            plain.extend(c.escape_unicode());
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(change: serde_json::Value, retry_after: Option<u64>) -> String {
        let mut problem = json!({"type": "/problems/x", "title": "X", "status": 422, "detail": "It breaks a rule.", "code": "invalid", "request_id": "req_1"});
        let change: serde_json::Map<_, _> = serde_json::from_value(change).unwrap();
        problem.as_object_mut().unwrap().extend(change);
        let problem = serde_json::from_value(problem).unwrap();
        Error::Refused {
            problem,
            retry_after,
        }
        .to_string()
    }

    #[test]
    fn a_refusal_tells_all_that_the_server_told() {
        assert_eq!(
            refused(json!({}), None),
            "It breaks a rule.\n  request id: req_1"
        );
        let complaints = json!({"errors": [{"pointer": "/name", "message": "Enter a name."}, {"pointer": "/scopes", "message": "Select one."}]});
        assert_eq!(
            refused(complaints, None),
            "It breaks a rule.\n  /name: Enter a name.\n  /scopes: Select one.\n  request id: req_1"
        );
        let scopes = json!({"code": "insufficient_scope", "required_scopes": ["users:read", "roles:read"], "repair_url": "https://x.example/?a"});
        assert_eq!(
            refused(scopes, None),
            "It breaks a rule.\n  required scopes: users:read roles:read\n  add them at: https://x.example/?a\n  request id: req_1"
        );
        assert_eq!(
            refused(json!({"code": "rate_limited"}), Some(12)),
            "It breaks a rule.\n  try again after 12 seconds\n  request id: req_1"
        );
    }

    #[test]
    fn what_the_server_says_cannot_steer_the_terminal_nor_make_up_lines() {
        let told = refused(
            json!({"detail": "a\u{1b}[2J\nerror: b\r\u{9b}1m\u{202e}", "request_id": "\u{7}"}),
            None,
        );
        assert_eq!(
            told,
            "a\\u{1b}[2J\\u{a}error: b\\u{d}\\u{9b}1m\\u{202e}\n  request id: \\u{7}"
        );
        assert_eq!(plain("Żółć 東京 · ok"), "Żółć 東京 · ok");
    }
}
