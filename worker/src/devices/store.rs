//! Statements about browsers.

use super::{Device, FORGOTTEN_AFTER};
use crate::{auth::Owner, call::Call, db::Statement, secret::Digest};
use contract::time::Timestamp;
use serde::Deserialize;

/// How well a person knows the browser that makes a call.
#[derive(Deserialize)]
pub struct Familiarity {
    /// When they last signed in with it.
    pub device_seen_at: Option<Timestamp>,
    /// Whether they are signed in from the same address by something that calls itself the same.
    pub same_place: u8,
}

/// The [`Familiarity`] of a person with a browser.
pub(super) fn find(call: &Call, owner: &Owner, device: &Device) -> Statement {
    Statement::new(
        "SELECT (SELECT max(last_seen_at) FROM devices
                 WHERE user_id = ?1 AND digest IN (?3, ?6) AND tenant_id = ?2) AS device_seen_at,
                EXISTS (SELECT 1 FROM sessions WHERE user_id = ?1 AND tenant_id = ?2 AND half = 0
                                                 AND ip IS ?4 AND user_agent IS ?5) AS same_place",
        [
            owner.user(),
            owner.tenant(),
            device.digest(),
            &call.ip,
            &call.user_agent,
            &device.previous_digest(),
        ],
    )
}

pub(super) fn seen(owner: &Owner, device: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO devices (user_id, tenant_id, digest, last_seen_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user_id, digest) DO UPDATE SET last_seen_at = excluded.last_seen_at",
        [owner.user(), owner.tenant(), device, &now],
    )
}

/// Forgets browsers that were not used for long.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM devices WHERE last_seen_at <= ?1",
        [&now.plus(-FORGOTTEN_AFTER)],
    )
}
