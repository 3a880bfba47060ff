//! What happened: one event for each write.

/// What an event says was done, as `noun.verb` in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A tenant came into being.
    TenantCreated,
    /// A person joined.
    UserCreated,
    /// Somebody signed in.
    SessionCreated,
    /// A sign-in was refused.
    SessionRefused,
    /// A session was confirmed with the password.
    SessionSteppedUp,
    /// A confirmation was refused.
    SessionStepUpRefused,
    /// A session was ended.
    SessionRevoked,
    /// A token was made.
    TokenCreated,
    /// A token was ended.
    TokenRevoked,
}

impl Action {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TenantCreated => "tenant.created",
            Self::UserCreated => "user.created",
            Self::SessionCreated => "session.created",
            Self::SessionRefused => "session.refused",
            Self::SessionSteppedUp => "session.stepped_up",
            Self::SessionStepUpRefused => "session.step_up_refused",
            Self::SessionRevoked => "session.revoked",
            Self::TokenCreated => "token.created",
            Self::TokenRevoked => "token.revoked",
        }
    }
}
