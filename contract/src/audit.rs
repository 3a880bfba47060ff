//! What happened: one event for each write.

use crate::{ids::EventId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The trail; one's own part of it with `?actor=me`.
pub const AUDIT_EVENTS: &str = "/api/v1/audit-events";

/// Every deed with its name, as `noun.verb` in the past, its words, and how a sentence about somebody goes on.
macro_rules! actions {
    ($($name:ident = $wire:literal, $words:literal, $deed:literal;)+) => {
        /// What an event says was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {$(
            #[doc = $words]
            $name,
        )+}

        impl Action {
            /// Every deed.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The deed of this name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.as_str() == text)
            }

            /// The name on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)+}
            }

            /// What was done, in words.
            pub const fn in_words(self) -> &'static str {
                match self {$(Self::$name => $words,)+}
            }

            /// What somebody did, as it follows their name; `{}` stands for what they did it to.
            pub const fn deed(self) -> &'static str {
                match self {$(Self::$name => $deed,)+}
            }
        }
    };
}

actions! {
    TenantCreated = "tenant.created", "Company signed up", "signed up the company {}";
    UserCreated = "user.created", "Account made", "made the account of {}";
    UserUpdated = "user.updated", "Profile changed", "changed the profile of {}";
    UserInvited = "user.invited", "Somebody invited", "invited {}";
    UserRoleChanged = "user.role_changed", "Role of a person changed", "gave {} another role";
    UserDeactivated = "user.deactivated", "Person deactivated", "deactivated {}";
    UserReactivated = "user.reactivated", "Person reactivated", "reactivated {}";
    UserDeleted = "user.deleted", "Person removed", "removed {}";
    UserExported = "user.exported", "Data exported", "exported what is kept about {}";
    InvitationResent = "invitation.resent", "Invitation sent again", "sent the invitation of {} again";
    InvitationCancelled = "invitation.cancelled", "Invitation cancelled", "cancelled the invitation of {}";
    RoleCreated = "role.created", "Role made", "made the role {}";
    RoleUpdated = "role.updated", "Role edited", "edited the role {}";
    RoleDeleted = "role.deleted", "Role deleted", "deleted the role {}";
    UserPhotoChanged = "user.photo_changed", "Photo changed", "changed the photo of {}";
    UserPhotoRemoved = "user.photo_removed", "Photo removed", "removed the photo of {}";
    PasswordChanged = "password.changed", "Password changed", "changed the password of {}";
    PasswordResetRequested = "password.reset_requested", "Link to reset the password sent", "asked for a link to reset the password of {}";
    PasswordReset = "password.reset", "Password reset", "reset the password of {}";
    PasswordChangeRefused = "password.change_refused", "Change of password refused", "gave a wrong password to change that of {}";
    EmailChangeRequested = "email.change_requested", "Change of email requested", "asked to change the email of {}";
    EmailChanged = "email.changed", "Email changed", "changed the email of {}";
    EmailChangeWithdrawn = "email.change_withdrawn", "Change of email given up", "gave up the change of email of {}";
    EmailRestored = "email.restored", "Change of email taken back", "took back the change of email of {}";
    MfaEnabled = "mfa.enabled", "Multi-Factor Authentication switched on", "switched Multi-Factor Authentication on for {}";
    MfaDisabled = "mfa.disabled", "Multi-Factor Authentication switched off", "switched Multi-Factor Authentication off for {}";
    MfaReplaced = "mfa.replaced", "Authenticator app replaced", "replaced the authenticator app of {}";
    MfaUsed = "mfa.used", "Second factor given", "gave the second factor of {}";
    MfaRefused = "mfa.refused", "Second factor refused", "gave a wrong second factor for {}";
    RecoveryCodesCreated = "recovery_codes.created", "Recovery codes replaced", "replaced the recovery codes of {}";
    RecoveryCodeUsed = "recovery_code.used", "Recovery code used", "used a recovery code of {}";
    SessionBegun = "session.begun", "Password given, second factor awaited", "gave the right password and was asked for the second factor";
    SessionCreated = "session.created", "Signed in", "signed in";
    SessionRefused = "session.refused", "Sign-in refused", "failed to sign in as {}";
    SessionLimited = "session.limited", "Sign-in stopped after too many tries", "was stopped after too many tries to sign in as {}";
    SessionSteppedUp = "session.stepped_up", "Identity confirmed", "confirmed that it was them";
    SessionStepUpRefused = "session.step_up_refused", "Confirmation of identity refused", "failed to confirm that it was them";
    SessionRevoked = "session.revoked", "Session ended", "ended a session";
    PolicyUpdated = "policy.updated", "Policy changed", "changed the policy";
    ServiceAccountCreated = "service_account.created", "Service account made", "made the service account {}";
    ServiceAccountUpdated = "service_account.updated", "Service account edited", "edited the service account {}";
    ServiceAccountDeleted = "service_account.deleted", "Service account deleted", "deleted the service account {}";
    CredentialsReset = "service_account.credentials_reset", "Credentials of a service account replaced", "replaced key and secret of the service account {}";
    CredentialsRevoked = "service_account.credentials_revoked", "Credentials of a service account revoked", "revoked the secret of the service account {}";
    OAuthTokenCreated = "oauth_token.created", "OAuth token issued to a service account", "got an OAuth token for {}";
    OAuthTokenRevoked = "oauth_token.revoked", "OAuth tokens of a service account revoked", "revoked the OAuth tokens of {}";
    NotificationsUpdated = "notifications.updated", "Choice of notifications changed", "changed what {} is told about";
    DeliveryRetried = "delivery.retried", "Message tried again", "had a message sent again";
    SlackRequested = "slack.requested", "Connection to Slack begun", "began to connect {} to Slack";
    SlackConnected = "slack.connected", "Slack connected", "connected {} to Slack";
    SlackUpdated = "slack.updated", "Place of messages in Slack changed", "changed where messages to {} go in Slack";
    SlackDisconnected = "slack.disconnected", "Slack disconnected", "disconnected {} from Slack";
    SlackTested = "slack.tested", "Test message sent to Slack", "sent a test message to Slack";
    TokenCreated = "token.created", "Access token made", "made the access token {}";
    TokenUpdated = "token.updated", "Access token edited", "edited the access token {}";
    TokenExtended = "token.extended", "Access token extended", "extended the access token {}";
    TokenDisabled = "token.disabled", "Access token disabled", "disabled the access token {}";
    TokenEnabled = "token.enabled", "Access token enabled", "enabled the access token {}";
    TokenRotated = "token.rotated", "Secret of an access token replaced", "replaced the secret of the access token {}";
    TokenRotationUndone = "token.rotation_undone", "New secret of an access token taken back", "took back the new secret of the access token {}";
    TokenGraceEnded = "token.grace_ended", "Old secret of an access token retired", "retired the old secret of the access token {}";
    TokenRenewed = "token.renewed", "Access token renewed", "renewed the access token {}";
    TokenRevoked = "token.revoked", "Access token revoked", "revoked the access token {}";
}

/// Somebody or something in an event, as it was named at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Party {
    /// What it is: `user`, `token`, `session`…
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id; of nobody signed in there is none.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
}

// `Changes` is what the reader makes of them: the app does without.
/// One event of the trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEvent<Changes> {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Party,
    /// The id of the session or token they did it with.
    pub credential: Option<String>,
    /// What was done, as `noun.verb` in the past.
    pub action: String,
    /// To what.
    pub target: Party,
    /// From which address.
    pub ip: Option<String>,
    /// Browser and system in words, such as `Firefox on Linux`, as far as they are known.
    pub device: Option<String>,
    /// The call's id in the log.
    pub request_id: String,
    /// What became different.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub changes: Option<Changes>,
}

impl<Changes> AuditEvent<Changes> {
    /// The deed, unless a newer version has added it.
    pub fn known(&self) -> Option<Action> {
        Action::parse(&self.action)
    }

    /// What was done, in words. A deed that a newer version has added keeps its name.
    pub fn in_words(&self) -> &str {
        self.known()
            .map_or(&self.action, |action| action.in_words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_noun_and_verb_and_each_stands_for_one_deed() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
            assert_eq!(action.as_str().split('.').count(), 2);
            assert!(action.deed().matches("{}").count() <= 1);
        }
        assert_eq!(Action::parse("token.eaten"), None);
    }
}
