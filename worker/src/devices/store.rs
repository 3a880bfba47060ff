//! Statements about browsers.

use super::{Device, FORGOTTEN_AFTER};
use crate::{auth::Owner, call::Call, db::Statement, limits::Limit, secret::Digest};
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

/// Counts a try: of two counters, those of the person and of the browser, the second where the person knows the browser.
pub(super) fn take(
    owner: &Owner,
    device: &Device,
    [person, browser]: [&str; 2],
    limit: &Limit,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO limits (key, count, ends_at)
         SELECT CASE WHEN EXISTS (SELECT 1 FROM devices WHERE user_id = ?1 AND tenant_id = ?2 AND digest = ?3)
                     THEN ?5 ELSE ?4 END, 1, ?7 WHERE true
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN ends_at <= ?6 THEN 1 ELSE count + 1 END,
             ends_at = CASE WHEN ends_at <= ?6 THEN ?7 ELSE ends_at END
         RETURNING key, count, ends_at",
        [
            owner.user(),
            owner.tenant(),
            device.digest(),
            &person,
            &browser,
            &now,
            &now.plus(limit.seconds),
        ],
    )
}

/// Forgets browsers that were not used for long.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM devices WHERE last_seen_at <= ?1",
        [&now.plus(-FORGOTTEN_AFTER)],
    )
}
