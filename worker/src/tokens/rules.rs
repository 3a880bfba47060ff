//! What a new token is, and what a new secret makes of one.

use crate::{auth::Holder, secret::Secret};
use contract::{
    ids::TokenId,
    time::{DAY, Timestamp},
    tokens::{NewToken, Status, Token},
};

/// How many seconds after its end the secret of a pair can still be renewed.
pub const RENEWAL_WINDOW: i64 = 14 * DAY;

/// A token made at `now`, good until `end`.
pub(super) fn issue(
    new: NewToken,
    end: Option<Timestamp>,
    id: TokenId,
    secret: &Secret,
    holder: &Holder,
    now: Timestamp,
) -> Token {
    Token {
        id,
        owner: holder.owner().clone(),
        kind: new.kind,
        name: new.name,
        description: new.description,
        scopes: new.scopes,
        allowed_endpoints: new.allowed_endpoints,
        ip_allowlist: new.ip_allowlist.entries(),
        ip_allowlist_observed: new.ip_allowlist_observed,
        enabled: true,
        status: Status::at(now, end, true),
        prefix: secret.prefix().into(),
        last_four: secret.last_four().into(),
        created_at: now,
        renewable_until: end.filter(|_| new.kind.is_renewable()),
        expires_at: end.filter(|_| !new.kind.is_renewable()),
        last_used_at: None,
        last_used_ip: None,
        in_grace_until: None,
        revoked_at: None,
        revoked_by: None,
        revoke_reason: None,
    }
}

/// When the secret of a pair is over that is made at `now`: after so many minutes, but never after the token.
pub(super) fn access_until(minutes: u32, end: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let own = now.plus(i64::from(minutes) * 60);
    end.map_or(own, |end| own.min(end))
}

/// When a secret stops working that is replaced at `now`: after the grace, but never after the token.
pub(super) fn grace_until(grace: u32, end: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let own = now.plus(i64::from(grace));
    end.map_or(own, |end| own.min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    #[test]
    fn d_3_an_old_secret_never_outlives_its_token() {
        assert_eq!(grace_until(3600, None, NOW), NOW.plus(3600));
        assert_eq!(grace_until(3600, Some(NOW.plus(60)), NOW), NOW.plus(60));
        assert_eq!(grace_until(0, Some(NOW.plus(60)), NOW), NOW);
    }

    #[test]
    fn the_secret_of_a_pair_never_outlives_its_token() {
        assert_eq!(access_until(30, None, NOW), NOW.plus(1800));
        assert_eq!(access_until(30, Some(NOW.plus(60)), NOW), NOW.plus(60));
    }
}
