//! Changing one's e-mail address: the new one must be shown to work, and the old one can take the change back.

use crate::{
    check::{Check, Invalid},
    time::{DAY, Timestamp},
    users,
};
use serde::{Deserialize, Serialize};

/// The signed-in person's address: read it, ask for another, or give that up.
pub const MY_EMAIL: &str = "/api/v1/users/me/email";
/// Follow a link that was mailed; its token below this path.
pub const EMAIL_CONFIRMATIONS: &str = "/api/v1/email-confirmations";
/// The page that such a link opens.
pub const CONFIRM_EMAIL_PAGE: &str = "/confirm-email";

/// How the secret of a link begins that takes a change back.
pub const UNDO_LINK: &str = "lku_";

/// How many seconds the link to the new address works.
pub const CONFIRM_SECONDS: i64 = DAY;
/// How many seconds the old address can take the change back.
pub const UNDO_SECONDS: i64 = 7 * DAY;

/// What a person types to change their address.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChangeEmail {
    /// The address they want.
    pub email: String,
}

impl Check for ChangeEmail {
    type Checked = String;

    fn check(self, _now: Timestamp) -> Result<String, Invalid> {
        users::email(&self.email).map_err(|message| Invalid::one("email", message))
    }
}

/// One's address, and the one that is to take its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnEmail {
    /// The address of the account.
    pub email: String,
    /// The change that was asked for, as long as its link works.
    pub pending: Option<PendingEmail>,
}

/// An address whose link was not followed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingEmail {
    /// The address that is wanted.
    pub email: String,
    /// Until when its link works.
    pub expires_at: Timestamp,
}

/// What a link did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmailOutcome {
    /// The new address is in place.
    Confirmed,
    /// The old address is in place, or stays.
    Undone,
}

/// The answer to a link that was followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailConfirmed {
    /// What it did.
    pub status: EmailOutcome,
    /// The address that is in place now.
    pub email: String,
}
