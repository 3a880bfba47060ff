//! How often a credential may call, a session among them, and how often an address may try one that is none of ours.
//! Each isolate counts in its own memory, so a limit is exact within one and approximate over all of them; it keeps a
//! runaway script from harming others, and is no means of accounting.

use crate::{call::Call, limits};
use axum::http::HeaderName;
use contract::time::Timestamp;
use std::{cell::RefCell, collections::HashMap, sync::OnceLock};

/// Calls per credential and minute, unless the variable `CALLS_PER_MINUTE` says otherwise.
const DEFAULT_LIMIT: u32 = 6_000;
/// The length of a window in seconds.
const WINDOW: i64 = 60;

thread_local! {
    static CALLS: RefCell<Calls> = RefCell::default();
}

/// Calls by credential within the present window.
#[derive(Default)]
struct Calls {
    window: i64,
    by_credential: HashMap<String, u32>,
}

impl Calls {
    fn take(&mut self, credential: &str, limit: u32, now: Timestamp) -> Rate {
        let window = now.seconds().div_euclid(WINDOW);
        if self.window != window {
            self.window = window;
            self.by_credential.clear();
        }
        let taken = if let Some(taken) = self.by_credential.get_mut(credential) {
            *taken = taken.saturating_add(1);
            *taken
        } else {
            self.by_credential.insert(credential.to_owned(), 1);
            1
        };
        Rate {
            limit,
            left: limit.checked_sub(taken),
            resets_in: WINDOW - now.seconds().rem_euclid(WINDOW),
        }
    }
}

/// How a credential stands with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    limit: u32,
    /// Calls that are left; `None` if this one was too many.
    left: Option<u32>,
    /// Seconds until the next window.
    resets_in: i64,
}

/// Counts a call with a credential that nobody has, by its address.
pub fn take_of_address(call: &Call) -> Rate {
    take(
        call,
        &limits::network(call.ip.as_deref().unwrap_or_default()),
    )
}

/// Counts a call of a credential.
pub fn take(call: &Call, credential: &str) -> Rate {
    static LIMIT: OnceLock<u32> = OnceLock::new();
    let limit = *LIMIT.get_or_init(|| {
        let named = call.env().var("CALLS_PER_MINUTE");
        let named = named.ok().and_then(|text| text.to_string().parse().ok());
        named.unwrap_or(DEFAULT_LIMIT)
    });
    CALLS.with_borrow_mut(|calls| calls.take(credential, limit, call.now))
}

impl Rate {
    /// Seconds until the credential may be used again, if it was used too often.
    pub fn too_often(&self) -> Option<i64> {
        self.left.is_none().then_some(self.resets_in)
    }

    /// The headers that tell of it; `of` is what the limit is on.
    pub fn headers(&self, of: &str) -> [(HeaderName, String); 2] {
        let left = self.left.unwrap_or_default();
        headers(of, self.limit, WINDOW, left, self.resets_in)
    }
}

/// The headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): `count` in so many
/// `seconds`, and what is `left` until the window ends.
pub fn headers(
    name: &str,
    count: u32,
    seconds: i64,
    left: u32,
    resets_in: i64,
) -> [(HeaderName, String); 2] {
    [
        (
            HeaderName::from_static("ratelimit-policy"),
            format!("\"{name}\";q={count};w={seconds}"),
        ),
        (
            HeaderName::from_static("ratelimit"),
            format!("\"{name}\";r={left};t={resets_in}"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_its_limit_in_each_window_and_others_have_theirs() {
        let mut calls = Calls::default();
        let at = Timestamp::from_seconds(WINDOW * 1_000 + 50);
        let left: Vec<_> = (0..3).map(|_| calls.take("tok_1", 2, at).left).collect();
        assert_eq!(left, [Some(1), Some(0), None]);
        assert_eq!(calls.take("tok_1", 2, at).too_often(), Some(10));
        assert_eq!(calls.take("tok_2", 2, at).left, Some(1));
        assert_eq!(calls.take("tok_1", 2, at.plus(10)).left, Some(1));
    }
}
