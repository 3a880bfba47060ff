//! Statements about what people want to hear of.

use crate::{auth::Owner, db::Statement};
use contract::notifications::{Channel, Notifications};
use serde::Deserialize;
use serde_json::json;

/// What somebody chose, as it is kept.
#[derive(Deserialize)]
pub(super) struct PreferencesRow {
    pub preferences: String,
    /// How often they were changed.
    pub version: u32,
}

/// How often they were changed.
#[derive(Deserialize)]
pub(super) struct VersionRow {
    pub version: u32,
}

pub(super) fn find(owner: &Owner) -> Statement {
    Statement::new(
        "SELECT preferences, version FROM notification_preferences WHERE user_id = ?1 AND tenant_id = ?2",
        [owner.user(), owner.tenant()],
    )
}

/// Replaces what somebody chose, if it is still at `version`; whatever it is at, if that does not matter.
pub(super) fn replace(owner: &Owner, chosen: &Notifications, version: Option<u32>) -> Statement {
    let muted = |channel| json!(chosen.muted(channel)).to_string();
    Statement::new(
        "INSERT INTO notification_preferences (user_id, tenant_id, preferences, not_by_email, not_by_slack)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (user_id) DO UPDATE SET preferences = excluded.preferences,
             not_by_email = excluded.not_by_email, not_by_slack = excluded.not_by_slack, version = version + 1
         WHERE ?6 IS NULL OR version = ?6
         RETURNING version",
        [
            owner.user(),
            owner.tenant(),
            &json!(chosen).to_string(),
            &muted(Channel::Email),
            &muted(Channel::Slack),
            &version,
        ],
    )
}
