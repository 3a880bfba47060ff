//! The connection of a person to their Slack workspace.

use crate::{
    check::{Check, Invalid},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Begin to connect (POST), see how it stands (GET), choose where messages go (PATCH), disconnect (DELETE).
pub const CONNECTION: &str = "/api/v1/slack/connection";
/// Where Slack sends people back to.
pub const CALLBACK: &str = "/api/v1/slack/callback";
/// Have a message sent by the same way as every other (POST).
pub const TEST: &str = "/api/v1/slack/test";

/// Where to give one's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizeUrl {
    /// A page of Slack, to be opened in a tab of its own.
    pub authorize_url: String,
}

/// How it stands between a person and Slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// The deployment has no Slack app.
    Unavailable,
    /// Nothing was connected.
    Disconnected,
    /// Messages arrive.
    Connected,
    /// Slack does not take messages any more, until it is connected anew.
    ReconnectNeeded,
}

/// Where messages go in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// To the person's own direct messages.
    Direct,
    /// To the channel that they chose.
    Channel,
}

impl Via {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Channel => "channel",
        }
    }
}

/// What a person changes about their connection.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateSlackConnection {
    /// Where messages are to go.
    #[cfg_attr(feature = "openapi", schema(required, nullable = false))]
    pub via: Option<Via>,
}

impl Check for UpdateSlackConnection {
    type Checked = Via;

    fn check(self, _now: Timestamp) -> Result<Via, Invalid> {
        self.via
            .ok_or_else(|| Invalid::one("via", "Choose direct or channel."))
    }
}

/// The workspace that a person connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workspace {
    /// Its name.
    pub team: String,
    /// Slack's id of the person who gave the consent.
    pub member: String,
    /// Where messages go in it.
    pub via: Via,
    /// Whether they may go to the person.
    pub direct: bool,
    /// The name of the channel that was chosen in Slack, where they can go as well.
    pub channel: Option<String>,
    /// Since when.
    pub connected_at: Timestamp,
    /// When Slack took a message last; shown as `Never`.
    pub last_delivered_at: Option<Timestamp>,
    /// Slack's own word for why it takes none any more.
    pub broken_why: Option<String>,
    /// Since when it takes none.
    pub broken_at: Option<Timestamp>,
}

/// The connection of a person to Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlackConnection {
    /// How it stands.
    pub state: ConnectionState,
    /// What is connected.
    pub workspace: Option<Workspace>,
}
