//! What only a person may do: signed in, with a session that lives in memory and ends with this value.

use crate::{
    client::Client,
    error::{Error, Result},
};
use contract::{
    mfa::{SESSION_MFA, SecondFactorCode},
    session::{SESSION, SignIn, SignInAnswer},
    tokens::{CreateToken, CreatedToken, MY_TOKENS, REVOKE, RevokeTokens, Revoked, Token},
};

const COOKIE: &str = "__Host-session=";

/// A signed-in person. Dropping it signs out, and [`Session::sign_out`] also tells whether that worked.
#[derive(Debug)]
pub struct Session {
    client: Client,
    is_over: bool,
}

impl Session {
    /// Signs in; `code` gives the second factor if it is needed.
    pub(crate) fn begin<E: From<Error>>(
        client: &Client,
        person: &SignIn,
        code: impl FnOnce() -> std::result::Result<String, E>,
    ) -> std::result::Result<Self, E> {
        let (answer, cookies) = client.post_for_cookies(SESSION, person, &[])?;
        let mut session = Self {
            client: client.in_session(cookie(&cookies)?),
            is_over: false,
        };
        if matches!(answer, SignInAnswer::MfaRequired) {
            let code = SecondFactorCode { code: code()? };
            let answer = session.client.post_for_cookies(SESSION_MFA, &code, &[]);
            let (SignInAnswer::SignedIn { .. }, cookies) = answer? else {
                let why = "The server goes on asking for the second factor.";
                return Err(Error::Failed(why.into()).into());
            };
            session.client = client.in_session(cookie(&cookies)?);
        }
        Ok(session)
    }

    /// Their tokens that were not revoked, or else those that were, whose names hold `search`.
    pub fn tokens(&self, revoked: bool, search: &str) -> Result<Vec<Token>> {
        let state = if revoked { "revoked" } else { "current" };
        self.client
            .list(MY_TOKENS, &[("state", state), ("search", search)])
    }

    /// Makes a token.
    pub fn create_token(&self, new: &CreateToken) -> Result<CreatedToken> {
        let key = idempotency_key()?;
        let headers = [("idempotency-key", key.as_str())];
        self.client.post(MY_TOKENS, new, &headers)
    }

    /// Ends tokens for good: all of them, or none.
    pub fn revoke_tokens(&self, which: &RevokeTokens) -> Result<Revoked> {
        self.client.post(REVOKE, which, &[])
    }

    /// Signs out.
    pub fn sign_out(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        self.is_over = true;
        self.client.delete(SESSION)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_over {
            // Whatever made it end early is told already.
            let _ = self.end();
        }
    }
}

/// What to send back of the cookies that came.
fn cookie(cookies: &[String]) -> Result<String> {
    let mut sent_back = cookies.iter().filter_map(|cookie| cookie.split(';').next());
    let session = sent_back.find(|cookie| cookie.starts_with(COOKIE));
    session
        .map(str::to_owned)
        .ok_or_else(|| Error::Failed("The server gave no session.".into()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "here is no Worker whose chance it could be"
)]
fn idempotency_key() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Failed(format!("There are no random numbers: {error}.")))?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cookie_of_the_session_goes_back() {
        let set = |cookies: &[&str]| {
            let cookies: Vec<_> = cookies.iter().map(ToString::to_string).collect();
            cookie(&cookies).ok()
        };
        let both = [
            "__Host-device=d; Path=/",
            "__Host-session=s; Path=/; Secure",
        ];
        assert_eq!(set(&both).as_deref(), Some("__Host-session=s"));
        assert_eq!(set(&["x=__Host-session=s"]), None);
    }

    #[test]
    fn each_attempt_has_a_key_of_its_own() {
        let (one, other) = (idempotency_key().unwrap(), idempotency_key().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
