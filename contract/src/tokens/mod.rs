//! Access tokens: what a person gives to a script, and a service account to a machine.

mod calls;
mod create;
mod edit;
pub mod endpoints;
mod insight;
mod kind;
mod lifetime;
mod rotate;

pub use calls::{CALLS_KEPT_DAYS, Outcome, TokenCalls};
pub use create::{CreateToken, NewToken, ip_allowlist};
pub use edit::{Edit, Refused, TokenChange, UpdateToken};
pub use insight::{
    Activity, CallsFrom, OBSERVED, OldSecret, Pair, Refusals, RemovedScopes, UNUSED_DAYS,
    unused_scopes,
};
pub use kind::Kind;
pub use lifetime::Wish;
pub(crate) use lifetime::{list, named, present};
pub use rotate::{DEFAULT_GRACE, MAX_GRACE, RenewToken, RenewedToken, RotateToken, grace};

use crate::{
    check::{Check, Checker, Invalid, plain_text},
    ids::{ServiceAccountId, TokenId, UserId},
    scopes::ScopeSet,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The signed-in person's own tokens.
pub const MY_TOKENS: &str = "/api/v1/users/me/tokens";
/// One token, by id below this path.
pub const TOKENS: &str = "/api/v1/tokens";
/// Revoke several at once.
pub const REVOKE: &str = "/api/v1/tokens/revoke";
/// The token that makes the call.
pub const SELF: &str = "/api/v1/tokens/self";
/// Renew a pair.
pub const RENEW: &str = "/api/v1/tokens/renew";

/// The most characters of a description.
pub const DESCRIPTION_MAX: usize = 200;
/// How many tokens one call may revoke.
pub const MAX_REVOKED_AT_ONCE: usize = 100;

/// Whether a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TokenStatus))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is.
    Active,
    /// It is switched off; switching it on makes it good again.
    Disabled,
    /// Its time is over; extending it makes it good again.
    Expired,
    /// It was ended for good.
    Revoked,
}

impl Status {
    /// The status at `now` of a token that is not revoked: it is good up to, not at, the instant of its end.
    pub fn at(now: Timestamp, end: Option<Timestamp>, enabled: bool) -> Self {
        match end {
            Some(end) if end <= now => Self::Expired,
            _ if !enabled => Self::Disabled,
            _ => Self::Active,
        }
    }
}

/// Who a token acts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OwnerFields", into = "OwnerFields")]
pub enum TokenOwner {
    /// A person.
    User {
        /// Their id.
        id: UserId,
        /// First and last name.
        name: String,
    },
    /// A service account.
    ServiceAccount {
        /// Its id.
        id: ServiceAccountId,
        /// Its name.
        name: String,
    },
}

impl TokenOwner {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::User { id, .. } => id.as_str(),
            Self::ServiceAccount { id, .. } => id.as_str(),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } | Self::ServiceAccount { name, .. } => name,
        }
    }
}

/// [`TokenOwner`] on the wire. `#[serde(tag)]` on the enum would say the same, but reads by way of a buffer for any
/// value, whose code the app would have to download.
#[derive(Serialize, Deserialize)]
struct OwnerFields {
    #[serde(rename = "type")]
    kind: OwnerKind,
    id: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OwnerKind {
    User,
    ServiceAccount,
}

impl TryFrom<OwnerFields> for TokenOwner {
    type Error = String;

    fn try_from(OwnerFields { kind, id, name }: OwnerFields) -> Result<Self, String> {
        Ok(match kind {
            OwnerKind::User => Self::User {
                id: id.try_into()?,
                name,
            },
            OwnerKind::ServiceAccount => Self::ServiceAccount {
                id: id.try_into()?,
                name,
            },
        })
    }
}

impl From<TokenOwner> for OwnerFields {
    fn from(owner: TokenOwner) -> Self {
        match owner {
            TokenOwner::User { id, name } => Self {
                kind: OwnerKind::User,
                id: id.into(),
                name,
            },
            TokenOwner::ServiceAccount { id, name } => Self {
                kind: OwnerKind::ServiceAccount,
                id: id.into(),
                name,
            },
        }
    }
}

/// A token as shown: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Who it acts for.
    pub owner: TokenOwner,
    /// What bounds it.
    pub kind: Kind,
    /// What it is for.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// What it may touch.
    pub scopes: ScopeSet,
    /// Path prefixes it is limited to; empty means no limit.
    pub allowed_endpoints: Vec<String>,
    /// Addresses it may be used from; empty means any.
    pub ip_allowlist: Vec<String>,
    /// Whether the list is only tried out: everybody is let in, and whom it would refuse is told.
    pub ip_allowlist_observed: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it is good.
    pub status: Status,
    /// How its secret begins.
    pub prefix: String,
    /// How its secret ends.
    pub last_four: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good, for kinds that can be renewed.
    pub renewable_until: Option<Timestamp>,
    /// Until when it is good, for kinds that cannot.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; `null` is shown as `Never`.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_used_ip: Option<String>,
    /// Until when its previous secret is still good.
    pub in_grace_until: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// By whom, in words.
    pub revoked_by: Option<String>,
    /// Why.
    pub revoke_reason: Option<String>,
}

impl Token {
    /// The end of its life.
    pub fn end(&self) -> Option<Timestamp> {
        self.renewable_until.or(self.expires_at)
    }
}

/// A new token with its secret, which is told this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token.
    pub token: Token,
    /// Its secret.
    pub secret: String,
    /// What renews it, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// A token that asks about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenSelf {
    /// The token.
    #[serde(flatten)]
    pub token: Token,
    /// The address that the call came from.
    pub client_ip: Option<String>,
}

/// Which tokens to revoke.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RevokeTokens {
    /// Their ids.
    pub ids: Vec<TokenId>,
    /// Why, in a few words.
    pub reason: Option<String>,
}

/// Tokens to revoke, each named once.
pub struct Revocation {
    /// Their ids.
    pub ids: Vec<TokenId>,
    /// Why.
    pub reason: Option<String>,
}

impl Check for RevokeTokens {
    type Checked = Revocation;

    fn check(self, _now: Timestamp) -> Result<Revocation, Invalid> {
        let mut ids = self.ids;
        ids.sort();
        ids.dedup();
        let mut checker = Checker::default();
        let ids = checker.take(
            "ids",
            match ids.len() {
                0 => Err("Select at least one token."),
                1..=MAX_REVOKED_AT_ONCE => Ok(ids),
                _ => Err("Revoke at most 100 tokens at once."),
            },
        );
        let reason = checker.take(
            "reason",
            plain_text(self.reason.as_deref().unwrap_or_default(), DESCRIPTION_MAX),
        );
        match (ids, reason) {
            (Some(ids), Some(reason)) => Ok(Revocation {
                ids,
                reason: (!reason.is_empty()).then_some(reason),
            }),
            _ => Err(checker.into_invalid()),
        }
    }
}

/// What a revocation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revoked {
    /// Ended by this call.
    pub revoked: Vec<TokenId>,
    /// Had been ended before.
    pub already_revoked: Vec<TokenId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn complaints(result: Result<impl Sized, Invalid>) -> Vec<String> {
        result
            .err()
            .map(|Invalid(list)| list.into_iter().map(|c| c.pointer).collect())
            .unwrap_or_default()
    }

    #[test]
    fn a_token_is_over_at_the_very_instant_of_its_end() {
        assert_eq!(Status::at(NOW, Some(NOW.plus(1)), true), Status::Active);
        assert_eq!(Status::at(NOW, Some(NOW), true), Status::Expired);
        assert_eq!(Status::at(NOW, None, true), Status::Active);
    }

    #[test]
    fn b_3_a_disabled_token_is_told_as_that_until_its_end() {
        assert_eq!(Status::at(NOW, None, false), Status::Disabled);
        assert_eq!(Status::at(NOW, Some(NOW), false), Status::Expired);
    }

    #[test]
    fn e_r5_revoking_nothing_is_refused_and_doubles_count_once() {
        assert_eq!(complaints(RevokeTokens::default().check(NOW)), ["/ids"]);
        let id = TokenId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF");
        let revocation = RevokeTokens {
            ids: vec![id.clone(), id.clone()],
            reason: None,
        }
        .check(NOW)
        .ok()
        .unwrap();
        assert_eq!(revocation.ids, [id]);
    }

    #[test]
    fn an_owner_reads_back_with_its_type() {
        let id = UserId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF");
        let wrong = serde_json::json!({ "type": "service_account", "id": id, "name": "x" });
        assert!(serde_json::from_value::<TokenOwner>(wrong).is_err());
        let json = serde_json::json!({ "type": "user", "id": id, "name": "Ada Lovelace" });
        let owner = TokenOwner::User {
            id,
            name: "Ada Lovelace".into(),
        };
        assert_eq!(serde_json::to_value(&owner).unwrap(), json);
        assert_eq!(serde_json::from_value::<TokenOwner>(json).unwrap(), owner);
    }
}
