//! What people are told about: each event, how much it matters, in which words, and who wants to hear of it where.

use crate::{
    check::{Check, Checker, Invalid},
    ids::DeliveryId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one is told about, and where (GET, PUT).
pub const NOTIFICATIONS: &str = "/api/v1/users/me/notifications";
/// What became of each message to oneself (GET); below `/{id}/retry`, another try (POST).
pub const DELIVERIES: &str = "/api/v1/users/me/deliveries";
/// What a critical event needs.
pub const NEEDS_A_CHANNEL: &str = "Critical events need a channel: choose email or Slack.";

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Somebody else may be acting, or something has stopped working. Never to be muted everywhere.
    Critical,
    /// Something will stop working, or looks unusual.
    Warning,
    /// Good to know.
    Info,
}

impl Level {
    /// Every level, what matters most first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Info];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// The name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::Warning => "Warning",
            Self::Info => "Info",
        }
    }
}

/// The way that a message takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// To the person's address.
    Email,
    /// To the person's workspace.
    Slack,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Email, Self::Slack];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Slack => "slack",
        }
    }

    /// The channel of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == text)
    }
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
    NewDevice = "session.new_device", Critical, "New sign-in to your account";
    PasswordChanged = "password.changed", Critical, "Your password was changed";
    PasswordReset = "password.reset", Critical, "Your password was reset";
    EmailChangeRequested = "email.change_requested", Critical, "Your email address is about to change";
    EmailChanged = "email.changed", Critical, "Your email address was changed";
    EmailRestored = "email.restored", Critical, "Your email address was changed back";
    Deactivated = "user.deactivated", Critical, "Your account was deactivated";
    MfaEnabled = "mfa.enabled", Critical, "Multi-Factor Authentication was switched on";
    MfaDisabled = "mfa.disabled", Critical, "Multi-Factor Authentication was switched off";
    MfaReplaced = "mfa.replaced", Critical, "The authenticator app of your account was replaced";
    RecoveryCodesCreated = "recovery_codes.created", Critical, "Your recovery codes were replaced";
    RecoveryCodeUsed = "recovery_code.used", Critical, "A recovery code was used";
    SecondFactorGuessed = "second_factor.guessed", Critical, "Wrong second factors were given for your account";
    CredentialLeaked = "credential.leaked", Critical, "A secret of yours was reported as leaked and ended";
    TokenReused = "token.reused", Critical, "An old refresh token was used, so its token was revoked";
    TokenExpired = "token.expired", Warning, "Access tokens of yours have expired";
    TokenExpiring = "token.expiring", Warning, "Access tokens of yours will expire soon";
    TokenRefused = "token.refused", Warning, "An access token of yours is being refused";
    TokenNewNetwork = "token.new_network", Warning, "An access token of yours was used from a new network";
    TokenEditedByOther = "token.edited_by_other", Warning, "An access token of yours was edited by an administrator";
    TokenRevokedByOther = "token.revoked_by_other", Warning, "Access tokens of yours were revoked by an administrator";
    CredentialsReset = "service_account.credentials_reset", Warning, "The credentials of a service account were replaced";
    RoleChanged = "user.role_changed", Warning, "Your role was changed";
    PolicyChanged = "policy.changed", Warning, "A change of policy affects you";
    SlackBroken = "slack.broken", Warning, "Slack does not take your notifications any more";
    TokenCreated = "token.created", Info, "An access token was made";
    TokenEdited = "token.edited", Info, "An access token was edited";
    TokenRotated = "token.rotated", Info, "The secret of an access token was replaced";
    TokenRevoked = "token.revoked", Info, "Access tokens were revoked";
    InvitationAccepted = "invitation.accepted", Info, "Somebody whom you invited has joined";
    Reactivated = "user.reactivated", Info, "Your account was activated again";
}

impl Event {
    /// The event with this name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|event| event.as_str() == name)
    }
}

/// Which levels somebody wants to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Levels {
    /// Whether critical events go there.
    pub critical: bool,
    /// Whether warnings go there.
    pub warning: bool,
    /// Whether everything else goes there.
    pub info: bool,
}

impl Levels {
    /// Whether this one is among them.
    pub const fn has(self, level: Level) -> bool {
        match level {
            Level::Critical => self.critical,
            Level::Warning => self.warning,
            Level::Info => self.info,
        }
    }

    /// Puts one in or takes it out.
    pub const fn set(&mut self, level: Level, on: bool) {
        match level {
            Level::Critical => self.critical = on,
            Level::Warning => self.warning = on,
            Level::Info => self.info = on,
        }
    }
}

impl Default for Levels {
    /// What holds for somebody who never chose: everything but what is merely good to know.
    fn default() -> Self {
        Self {
            critical: true,
            warning: true,
            info: false,
        }
    }
}

/// Where somebody wants to hear of one event, whatever its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// By email.
    pub email: bool,
    /// In Slack.
    pub slack: bool,
}

impl Choice {
    /// Whether it includes this channel.
    pub const fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email,
            Channel::Slack => self.slack,
        }
    }
}

/// What somebody is told about, and where. What is answered can be sent back as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Notifications {
    /// The levels that go to their address.
    pub email: Levels,
    /// The levels that go to their workspace, while one is connected.
    pub slack: Levels,
    /// The events that differ from their level, by name.
    pub events: BTreeMap<String, Choice>,
}

impl Notifications {
    /// Where this event goes.
    pub fn choice(&self, event: Event) -> Choice {
        let by_level = Choice {
            email: self.email.has(event.level()),
            slack: self.slack.has(event.level()),
        };
        self.events.get(event.as_str()).copied().unwrap_or(by_level)
    }

    /// The names of the events that do not go to `channel`.
    pub fn muted(&self, channel: Channel) -> Vec<&'static str> {
        let all = Event::ALL.iter();
        all.filter(|event| !self.choice(**event).has(channel))
            .map(|event| event.as_str())
            .collect()
    }
}

impl Check for Notifications {
    type Checked = Self;

    fn check(mut self, _now: Timestamp) -> Result<Self, Invalid> {
        let mut checker = Checker::default();
        let critical = || {
            Event::ALL
                .iter()
                .filter(|event| event.level() == Level::Critical)
        };
        let mut by_level = critical().filter(|event| !self.events.contains_key(event.as_str()));
        if !self.email.critical && !self.slack.critical && by_level.next().is_some() {
            checker.take("email/critical", Err::<(), _>(NEEDS_A_CHANNEL));
        }
        for (name, choice) in &self.events {
            let heard = choice.email || choice.slack;
            let outcome = match Event::parse(name) {
                None => Err("There is no such event; leave it out."),
                Some(event) if event.level() == Level::Critical && !heard => Err(NEEDS_A_CHANNEL),
                Some(_) => Ok(()),
            };
            let field = format!("events/{}", name.replace('~', "~0").replace('/', "~1"));
            checker.take(&field, outcome);
        }
        if !checker.is_content() {
            return Err(checker.into_invalid());
        }
        // An event that its level decides alike needs no line of its own.
        let bare = Self {
            events: BTreeMap::new(),
            ..self.clone()
        };
        self.events.retain(|name, choice| {
            Event::parse(name).is_none_or(|event| bare.choice(event) != *choice)
        });
        Ok(self)
    }
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way.
    Queued,
    /// Taken by the mail service or by Slack.
    Sent,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A message to somebody, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What it is about, such as `token.expiring`.
    pub event: String,
    /// Which way it takes.
    pub channel: Channel,
    /// To which address, or to whom or which channel in Slack.
    pub recipient: String,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// What went wrong at the last try.
    pub last_error: Option<String>,
    /// How many more of the same kind it stands for.
    pub folded: u32,
    /// When it was written.
    pub at: Timestamp,
    /// When it was sent or given up.
    pub done_at: Option<Timestamp>,
}

impl Delivery {
    /// Whether a mail takes its place once it is given up: of all that goes to Slack but the test of it.
    pub fn goes_by_email_instead(&self) -> bool {
        self.channel == Channel::Slack && self.event != "slack.test"
    }

    /// What it is about, in words. What is no notification, and what a newer version has added, keeps its name.
    pub fn in_words(&self) -> &str {
        match self.event.as_str() {
            "slack.test" => "Test message",
            "password.reset_requested" => "Link to set a new password",
            "email.confirmation" => "Link to confirm an email address",
            "user.invited" => "Your invitation to somebody",
            "user.deleted" => "Word to somebody who was removed",
            "notifications.redirected" => "Where your notices go was changed",
            name => Event::parse(name).map_or(name, |event| event.in_words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);
    const NONE: Levels = Levels {
        critical: false,
        warning: false,
        info: false,
    };

    fn pointers(notifications: Notifications) -> Vec<String> {
        match notifications.check(NOW) {
            Ok(_) => vec![],
            Err(Invalid(complaints)) => complaints.into_iter().map(|c| c.pointer).collect(),
        }
    }

    fn with(name: &str, email: bool, slack: bool) -> Notifications {
        Notifications {
            events: [(name.to_owned(), Choice { email, slack })].into(),
            ..Notifications::default()
        }
    }

    #[test]
    fn names_tell_events_apart() {
        let names: BTreeSet<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
        assert_eq!(names.len(), Event::ALL.len());
        for event in Event::ALL {
            assert_eq!(Event::parse(event.as_str()), Some(*event));
        }
    }

    #[test]
    fn an_event_goes_where_its_level_goes_unless_it_has_a_choice_of_its_own() {
        let mut chosen = with("token.created", true, false);
        chosen.slack = NONE;
        let choice = |event| {
            let Choice { email, slack } = chosen.choice(event);
            (email, slack)
        };
        assert_eq!(choice(Event::TokenCreated), (true, false));
        assert_eq!(choice(Event::TokenEdited), (false, false));
        assert_eq!(choice(Event::PasswordChanged), (true, false));
        assert!(chosen.muted(Channel::Slack).contains(&"token.created"));
        assert!(!chosen.muted(Channel::Email).contains(&"token.created"));
    }

    #[test]
    fn critical_events_cannot_be_muted_everywhere() {
        assert_eq!(
            pointers(Notifications {
                email: NONE,
                slack: NONE,
                ..Notifications::default()
            }),
            ["/email/critical"]
        );
        for one in [
            Notifications {
                email: NONE,
                ..Notifications::default()
            },
            Notifications {
                slack: NONE,
                ..Notifications::default()
            },
        ] {
            assert_eq!(pointers(one), Vec::<String>::new());
        }
        assert_eq!(
            pointers(with("mfa.disabled", false, false)),
            ["/events/mfa.disabled"]
        );
        assert_eq!(
            pointers(with("token.expiring", false, false)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_event_that_is_none_is_refused_and_one_like_its_level_is_dropped() {
        assert_eq!(pointers(with("a/b~c", true, true)), ["/events/a~1b~0c"]);
        let kept = with("token.created", false, false).check(NOW).unwrap();
        assert_eq!(kept, Notifications::default());
        let kept = with("token.created", true, false).check(NOW).unwrap();
        assert_eq!(kept.events.len(), 1);
    }
}
