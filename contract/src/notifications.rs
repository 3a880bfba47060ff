//! What people are told about: each event, how much it matters, and in which words.

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Somebody else may be acting, or something has stopped working.
    Critical,
    /// Something will stop working, or looks unusual.
    Warning,
    /// Good to know.
    Info,
}

/// Every event with its name, its level and its words.
macro_rules! events {
    ($($name:ident = $wire:literal, $level:ident, $words:literal;)+) => {
        /// Something that a person is told about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {$(
            #[doc = $words]
            $name,
        )+}

        impl Event {
            /// Every event.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)+}
            }

            /// How much it matters.
            pub const fn level(self) -> Level {
                match self {$(Self::$name => Level::$level,)+}
            }

            /// What happened, in words for the person whom it concerns.
            pub const fn in_words(self) -> &'static str {
                match self {$(Self::$name => $words,)+}
            }
        }
    };
}

events! {
    NewDevice = "session.new_device", Warning, "New sign-in to your account";
    PasswordChanged = "password.changed", Critical, "Your password was changed";
    PasswordReset = "password.reset", Critical, "Your password was reset";
    EmailChangeRequested = "email.change_requested", Critical, "Your email address is about to change";
    EmailChanged = "email.changed", Critical, "Your email address was changed";
    EmailRestored = "email.restored", Critical, "Your email address was changed back";
    RoleChanged = "user.role_changed", Warning, "Your role was changed";
    Deactivated = "user.deactivated", Critical, "Your account was deactivated";
    Reactivated = "user.reactivated", Info, "Your account was activated again";
    TokenEdited = "token.edited_by_other", Warning, "An access token of yours was edited by an administrator";
    TokenRevoked = "token.revoked_by_other", Warning, "Access tokens of yours were revoked by an administrator";
    CredentialLeaked = "credential.leaked", Critical, "A secret of yours was reported as leaked and ended";
    TokenReused = "token.reused", Critical, "An old refresh token was used, so its token was revoked";
    MfaEnabled = "mfa.enabled", Critical, "Multi-Factor Authentication was switched on";
    MfaDisabled = "mfa.disabled", Critical, "Multi-Factor Authentication was switched off";
    RecoveryCodesCreated = "recovery_codes.created", Critical, "Your recovery codes were replaced";
    RecoveryCodeUsed = "recovery_code.used", Critical, "A recovery code was used";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_tell_events_apart() {
        let names: BTreeSet<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
        assert_eq!(names.len(), Event::ALL.len());
    }
}
