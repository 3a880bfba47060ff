//! What a new token is.

use crate::{auth::Owner, secret::Secret};
use contract::{
    ids::TokenId,
    time::Timestamp,
    tokens::{Kind, NewToken, Status, Token, TokenOwner},
};

/// A token made at `now`.
pub(super) fn issue(
    new: NewToken,
    id: TokenId,
    secret: &Secret,
    owner: &Owner,
    owner_name: &str,
    now: Timestamp,
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
        status: Status::at(now, Some(new.renewable_until), None),
        prefix: secret.prefix().into(),
        last_four: secret.last_four().into(),
        created_at: now,
        renewable_until: Some(new.renewable_until),
        expires_at: None,
        last_used_at: None,
        last_used_ip: None,
        in_grace_until: None,
        revoked_at: None,
        revoked_by: None,
        revoke_reason: None,
    }
}
