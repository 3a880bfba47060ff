//! What happened: one event for each write.

use crate::{ids::EventId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The trail; one's own part of it with `?actor=me`.
pub const AUDIT_EVENTS: &str = "/api/v1/audit-events";

/// Every deed with its name, as `noun.verb` in the past, and its words.
macro_rules! actions {
    ($($name:ident = $wire:literal, $words:literal;)+) => {
        /// What an event says was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {$(
            #[doc = $words]
            $name,
        )+}

        impl Action {
            /// Every deed.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)+}
            }

            /// What was done, in words.
            pub const fn in_words(self) -> &'static str {
                match self {$(Self::$name => $words,)+}
            }
        }
    };
}

actions! {
    TenantCreated = "tenant.created", "Company signed up";
    UserCreated = "user.created", "Account made";
    UserUpdated = "user.updated", "Profile changed";
    UserInvited = "user.invited", "Somebody invited";
    UserRoleChanged = "user.role_changed", "Role of a person changed";
    UserDeactivated = "user.deactivated", "Person deactivated";
    UserReactivated = "user.reactivated", "Person reactivated";
    UserDeleted = "user.deleted", "Person removed";
    InvitationResent = "invitation.resent", "Invitation sent again";
    InvitationCancelled = "invitation.cancelled", "Invitation cancelled";
    RoleCreated = "role.created", "Role made";
    RoleUpdated = "role.updated", "Role edited";
    RoleDeleted = "role.deleted", "Role deleted";
    UserPhotoChanged = "user.photo_changed", "Photo changed";
    UserPhotoRemoved = "user.photo_removed", "Photo removed";
    PasswordChanged = "password.changed", "Password changed";
    PasswordResetRequested = "password.reset_requested", "Link to reset the password sent";
    PasswordReset = "password.reset", "Password reset";
    PasswordChangeRefused = "password.change_refused", "Change of password refused";
    EmailChangeRequested = "email.change_requested", "Change of email requested";
    EmailChanged = "email.changed", "Email changed";
    EmailRestored = "email.restored", "Change of email taken back";
    MfaEnabled = "mfa.enabled", "Multi-Factor Authentication switched on";
    MfaDisabled = "mfa.disabled", "Multi-Factor Authentication switched off";
    MfaUsed = "mfa.used", "Second factor given";
    MfaRefused = "mfa.refused", "Second factor refused";
    RecoveryCodesCreated = "recovery_codes.created", "Recovery codes replaced";
    RecoveryCodeUsed = "recovery_code.used", "Recovery code used";
    SessionBegun = "session.begun", "Password given, second factor awaited";
    SessionCreated = "session.created", "Signed in";
    SessionRefused = "session.refused", "Sign-in refused";
    SessionLimited = "session.limited", "Sign-in stopped after too many tries";
    SessionSteppedUp = "session.stepped_up", "Identity confirmed";
    SessionStepUpRefused = "session.step_up_refused", "Confirmation of identity refused";
    SessionRevoked = "session.revoked", "Session ended";
    PolicyUpdated = "policy.updated", "Policy changed";
    ServiceAccountCreated = "service_account.created", "Service account made";
    ServiceAccountUpdated = "service_account.updated", "Service account edited";
    ServiceAccountDeleted = "service_account.deleted", "Service account deleted";
    CredentialsReset = "service_account.credentials_reset", "Credentials of a service account replaced";
    CredentialsRevoked = "service_account.credentials_revoked", "Credentials of a service account revoked";
    OAuthTokenCreated = "oauth_token.created", "OAuth token issued to a service account";
    OAuthTokenRevoked = "oauth_token.revoked", "OAuth tokens of a service account revoked";
    TokenCreated = "token.created", "Access token made";
    TokenUpdated = "token.updated", "Access token edited";
    TokenExtended = "token.extended", "Access token extended";
    TokenRotated = "token.rotated", "Secret of an access token replaced";
    TokenGraceEnded = "token.grace_ended", "Old secret of an access token retired";
    TokenRenewed = "token.renewed", "Access token renewed";
    TokenRevoked = "token.revoked", "Access token revoked";
}

/// Somebody or something in an event, as it was named at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// What it is: `user`, `token`, `session`…
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id; of nobody signed in there is none.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
}

/// One event of the trail. `Changes` is what the reader makes of them: the app does without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEvent<Changes> {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Party,
    /// The id of the session or token they did it with.
    pub credential: Option<String>,
    /// What was done; see [`Action::as_str`].
    pub action: String,
    /// To what.
    pub target: Party,
    /// From which address.
    pub ip: Option<String>,
    /// The call's id in the log.
    pub request_id: String,
    /// What became different.
    pub changes: Option<Changes>,
}

impl<Changes> AuditEvent<Changes> {
    /// What was done, in words. A deed that a newer version has added keeps its name.
    pub fn in_words(&self) -> &str {
        Action::ALL
            .iter()
            .find(|action| action.as_str() == self.action)
            .map_or(&self.action, |action| action.in_words())
    }
}
