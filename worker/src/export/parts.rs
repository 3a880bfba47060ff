//! The lists that the file is made of, each read page by page.

use super::store::{self, Placed};
use crate::{
    audit,
    auth::Owner,
    call::Call,
    error::{Error, Result},
    order::Way,
    outbox, session,
};
use contract::ids::{DeliveryId, EventId, SessionId};
use serde::{Deserialize, Serialize};

/// Rows that are read at once: a call may ask D1 a thousand times.
pub(super) const ROWS: u32 = 500;

/// Whose data it is, and on whose call.
pub(super) struct Source {
    pub call: Call,
    pub owner: Owner,
    /// The session that asks.
    pub session: SessionId,
}

/// The place of an item in its list, in the order in which it is read; the first page comes after two empty texts.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Place {
    pub place: String,
    /// Among those of one token.
    #[serde(default)]
    pub within: String,
}

/// A list in the file.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Sessions,
    Devices,
    EmailChanges,
    Tokens,
    TokenUsage,
    TokenAddresses,
    TokenRefusals,
    TokenCalls,
    ServiceAccounts,
    Deliveries,
    AuditEvents,
}

impl Part {
    /// Every list, in the order of the file.
    pub const ALL: [Self; 11] = [
        Self::Sessions,
        Self::Devices,
        Self::EmailChanges,
        Self::Tokens,
        Self::TokenUsage,
        Self::TokenAddresses,
        Self::TokenRefusals,
        Self::TokenCalls,
        Self::ServiceAccounts,
        Self::Deliveries,
        Self::AuditEvents,
    ];

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Devices => "devices",
            Self::EmailChanges => "email_changes",
            Self::Tokens => "tokens",
            Self::TokenUsage => "token_usage",
            Self::TokenAddresses => "token_addresses",
            Self::TokenRefusals => "token_refusals",
            Self::TokenCalls => "token_calls",
            Self::ServiceAccounts => "service_accounts",
            Self::Deliveries => "deliveries",
            Self::AuditEvents => "audit_events",
        }
    }

    /// Up to [`ROWS`] items after one, each with its place and as JSON.
    pub async fn page(self, source: &Source, after: &Place) -> Result<Vec<(Place, String)>> {
        let Source {
            call,
            owner,
            session,
        } = source;
        let db = &call.db;
        match self {
            Self::Sessions => {
                let before = SessionId::parse(&after.place);
                let wanted = session::Wanted {
                    way: Way::Down,
                    ip: None,
                    after: before.as_ref(),
                    rows: ROWS,
                };
                let found = session::devices(call, owner, session, &wanted).await?;
                written(&found, |device| device.id.as_str())
            }
            Self::Devices => placed(store::devices(db, owner, after).await?),
            Self::EmailChanges => placed(store::email_changes(db, owner, after, call.now).await?),
            Self::Tokens => {
                let found = store::tokens(db, owner, after, call.now).await?;
                written(&found, |token| token.id.as_str())
            }
            Self::TokenUsage => placed(store::token_usage(db, owner, after).await?),
            Self::TokenAddresses => placed(store::token_addresses(db, owner, after).await?),
            Self::TokenRefusals => placed(store::token_refusals(db, owner, after).await?),
            Self::TokenCalls => placed(store::token_calls(db, owner, after).await?),
            Self::ServiceAccounts => placed(store::service_accounts(db, owner, after).await?),
            Self::Deliveries => {
                let after = DeliveryId::parse(&after.place);
                let wanted = outbox::Wanted {
                    after: after.as_ref(),
                    rows: ROWS,
                    ..outbox::Wanted::default()
                };
                let found = outbox::list(db, owner, &wanted).await?;
                written(&found, |delivery| delivery.id.as_str())
            }
            Self::AuditEvents => {
                let after = EventId::parse(&after.place);
                let found = audit::own(db, owner, Way::Down, after.as_ref(), ROWS).await?;
                written(&found, |event| event.id.as_str())
            }
        }
    }
}

/// Items whose ids are their places.
fn written<T: Serialize>(items: &[T], id: impl Fn(&T) -> &str) -> Result<Vec<(Place, String)>> {
    let write = |item| {
        let place = Place {
            place: id(item).to_owned(),
            within: String::new(),
        };
        Ok((place, json(item)?))
    };
    items.iter().map(write).collect()
}

/// Items that came with their places.
fn placed<T: Serialize>(rows: Vec<Placed<T>>) -> Result<Vec<(Place, String)>> {
    let write = |row: Placed<T>| Ok((row.0, json(&row.1)?));
    rows.into_iter().map(write).collect()
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}
