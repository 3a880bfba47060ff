//! Calls with the credentials of a program, and the one place that talks to the server.

use crate::{
    error::{Error, Result},
    server,
    session::Session,
};
use contract::{
    list::{List, MAX_LIMIT},
    problem::{MEDIA_TYPE, Problem},
    roles::{ROLES, Role},
    session::SignIn,
    statistics::{STATISTICS, Statistics},
    tokens::{CreatedToken, RotateToken, SELF, TokenSelf},
    usage::{USAGE, Usage},
    users::{USERS, User},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, time::Duration};
use ureq::{
    Agent, Body, Proxy, RequestBuilder,
    http::{Response, header},
};

const TIMEOUT: Duration = Duration::from_secs(30);
/// Far above the largest page of a list: what is longer does not come from Latchkey.
const MAX_ANSWER: u64 = 8 << 20;

/// Who calls.
pub enum Credentials {
    /// An access token, `lkp_…` or `lka_…`.
    Token(String),
    /// A service account, for reading.
    ServiceAccount {
        /// Its API key, `lkk_…`.
        key: String,
        /// Its API secret, `lks_…`.
        secret: String,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::ServiceAccount { .. } => "ServiceAccount { … }",
        })
    }
}

/// A server, and who calls it. Redirects are not followed, so that credentials go nowhere else.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    origin: String,
    /// By which the server knows who calls.
    headers: Vec<(&'static str, String)>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Client({})", self.origin)
    }
}

impl Client {
    /// A client of the server at `url`, as nobody in particular. Another machine is reached over https only.
    pub fn new(url: &str) -> Result<Self> {
        let origin = server::origin(url)?;
        // What goes unencrypted to this machine must not leave it by way of a proxy.
        let proxy = Proxy::try_from_env().filter(|_| origin.starts_with("https:"));
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(proxy)
            .user_agent(concat!("latchkey-cli/", env!("CARGO_PKG_VERSION")));
        Ok(Self {
            agent: config.build().new_agent(),
            origin,
            headers: vec![],
        })
    }

    /// The same server, called with these credentials.
    #[must_use]
    pub fn with(self, credentials: Credentials) -> Self {
        self.with_headers(match credentials {
            Credentials::Token(secret) => vec![("authorization", format!("Bearer {secret}"))],
            Credentials::ServiceAccount { key, secret } => {
                vec![("api-key", key), ("api-secret", secret)]
            }
        })
    }

    /// The same server, called in the session whose cookie it is.
    pub(crate) fn in_session(&self, cookie: String) -> Self {
        let origin = ("origin", self.origin.clone());
        self.clone().with_headers(vec![("cookie", cookie), origin])
    }

    fn with_headers(mut self, headers: Vec<(&'static str, String)>) -> Self {
        self.headers = headers;
        self
    }

    /// What the token is, and the address that it calls from.
    pub fn whoami(&self) -> Result<TokenSelf> {
        self.get(SELF, &[])
    }

    /// Gives the token a new secret. The old one goes on working for the grace.
    pub fn rotate(&self, rotation: &RotateToken) -> Result<CreatedToken> {
        self.post(&format!("{SELF}/rotate"), rotation, &[])
    }

    /// Ends the token for good.
    pub fn revoke(&self) -> Result<()> {
        self.delete(SELF)
    }

    /// Everybody in the company.
    pub fn users(&self) -> Result<Vec<User>> {
        self.list(USERS, &[])
    }

    /// Every role of the company.
    pub fn roles(&self) -> Result<Vec<Role>> {
        self.list(ROLES, &[])
    }

    /// How much the API was called.
    pub fn usage(&self) -> Result<Usage> {
        self.get(USAGE, &[])
    }

    /// How many of what there are.
    pub fn statistics(&self) -> Result<Statistics> {
        self.get(STATISTICS, &[])
    }

    /// Signs a person in, in memory only. `code` is asked for the second factor where one is needed.
    pub fn sign_in<E: From<Error>>(
        &self,
        person: &SignIn,
        code: impl FnOnce() -> std::result::Result<String, E>,
    ) -> std::result::Result<Session, E> {
        Session::begin(self, person, code)
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let request = self.agent.get(self.url(path));
        let request = self.dressed(request).query_pairs(query.iter().copied());
        json(&answer(request.call())?.1)
    }

    /// The items of all pages.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<T>> {
        let limit = MAX_LIMIT.to_string();
        let mut items = vec![];
        let mut cursor: Option<String> = None;
        loop {
            let mut query = query.to_vec();
            query.push(("limit", &limit));
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page: List<T> = self.get(path, &query)?;
            items.extend(page.items);
            if page.next_cursor.is_none() {
                return Ok(items);
            }
            if page.next_cursor == cursor {
                return Err(strange("It gave the same page of a list again."));
            }
            cursor = page.next_cursor;
        }
    }

    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        headers: &[(&str, &str)],
    ) -> Result<T> {
        Ok(self.post_for_cookies(path, body, headers)?.0)
    }

    /// The answer, and the cookies that came along.
    pub(crate) fn post_for_cookies<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        headers: &[(&str, &str)],
    ) -> Result<(T, Vec<String>)> {
        let body = serde_json::to_vec(body)
            .map_err(|_| Error::Failed("What is to be sent cannot be written as JSON.".into()))?;
        let mut request = self.dressed(self.agent.post(self.url(path)));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (response, answer) = answer(request.content_type("application/json").send(body))?;
        let cookies = response.headers().get_all(header::SET_COOKIE);
        let cookies = cookies.iter().filter_map(|cookie| cookie.to_str().ok());
        Ok((json(&answer)?, cookies.map(str::to_owned).collect()))
    }

    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        answer(self.dressed(self.agent.delete(self.url(path))).call()).map(|_| ())
    }

    fn url(&self, path: &str) -> String {
        [&self.origin, path].concat()
    }

    fn dressed<B>(&self, mut request: RequestBuilder<B>) -> RequestBuilder<B> {
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }
}

/// The head and the body of an answer that is none of refusal.
fn answer(
    outcome: std::result::Result<Response<Body>, ureq::Error>,
) -> Result<(Response<Body>, Vec<u8>)> {
    let mut response = outcome.map_err(|error| unreachable(&error))?;
    let body = response.body_mut().with_config().limit(MAX_ANSWER);
    let body = body.read_to_vec().map_err(|error| unreachable(&error))?;
    if response.status().is_success() {
        return Ok((response, body));
    }
    let header = |name| response.headers().get(name)?.to_str().ok();
    let is_problem = header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with(MEDIA_TYPE));
    let problem: Option<Problem> = serde_json::from_slice(&body).ok().filter(|_| is_problem);
    Err(match problem {
        Some(problem) => Error::Refused {
            problem: Box::new(problem),
            retry_after: header(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
        },
        None if response.status().is_redirection() => {
            strange("It sends callers elsewhere, which is not followed.")
        }
        None => strange(&format!("It answered {}.", response.status().as_u16())),
    })
}

/// Reads an answer. What does not fit is not told: it may hold a secret.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|_| strange("Its answer does not read."))
}

fn strange(what: &str) -> Error {
    Error::Failed(format!(
        "The server does not answer as Latchkey does. {what}"
    ))
}

/// Why there was no answer. The library's own words are told only where they cannot quote what was sent.
fn unreachable(error: &ureq::Error) -> Error {
    let why = match error {
        ureq::Error::Timeout(_) => "It did not answer within 30 seconds.".into(),
        ureq::Error::HostNotFound => "There is no such host.".into(),
        ureq::Error::Io(error) => format!("{error}."),
        ureq::Error::Rustls(error) => format!("{error}."),
        ureq::Error::Http(_) => {
            return Error::Failed("The credentials hold characters that cannot be sent.".into());
        }
        _ => "The connection failed.".into(),
    };
    Error::Failed(format!("The server cannot be reached. {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_told_by_debug() {
        let pair = Credentials::ServiceAccount {
            key: "lkk_x".into(),
            secret: "lks_x".into(),
        };
        let token = Credentials::Token("lkp_x".into());
        let client = Client::new("https://console.example").unwrap();
        let client = client.with(Credentials::Token("lkp_x".into()));
        assert_eq!(
            format!("{pair:?} {token:?} {client:?}"),
            "ServiceAccount { … } Token(…) Client(https://console.example)"
        );
    }

    #[test]
    fn a_credential_that_no_header_can_carry_is_refused_without_being_told() {
        let client = Client::new("http://127.0.0.1:9").unwrap();
        let client = client.with(Credentials::Token("lkp_x\r\nHost: y".into()));
        assert_eq!(
            client.whoami().unwrap_err().to_string(),
            "The credentials hold characters that cannot be sent."
        );
    }
}
