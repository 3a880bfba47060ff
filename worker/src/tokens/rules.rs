//! What a new token is.

use crate::{auth::Owner, secret::Secret};
use contract::{
    ids::TokenId,
    time::Timestamp,
    tokens::{Kind, NewToken, Status, Token, TokenOwner},
};

/// A token made at `now`, good until `end`.
pub(super) fn issue(
    new: NewToken,
    id: TokenId,
    secret: &Secret,
    owner: &Owner,
    owner_name: &str,
    now: Timestamp,
    end: Timestamp,
) -> Token {
    Token {
        id,
        owner: TokenOwner::User {
            id: owner.user().clone(),
            name: owner_name.into(),
        },
        kind: Kind::Custom,
        name: new.name,
        description: new.description,
        scopes: new.scopes,
        allowed_endpoints: vec![],
        ip_allowlist: vec![],
        status: Status::at(now, Some(end), None),
        prefix: secret.prefix().into(),
        last_four: secret.last_four().into(),
        created_at: now,
        renewable_until: Some(end),
        expires_at: None,
        last_used_at: None,
        last_used_ip: None,
        in_grace_until: None,
        revoked_at: None,
        revoked_by: None,
        revoke_reason: None,
    }
}
