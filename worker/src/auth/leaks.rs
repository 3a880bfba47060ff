//! What secrets open that somebody found: whoever shows one has as much right to end it as to use it.

use super::{Holder, Owner, Tenant, store};
use crate::{
    call::Call,
    error::Result,
    secret::{Prefix, is_well_formed},
};
use contract::{
    ids::{ServiceAccountId, SessionId, TokenId},
    tokens::TokenOwner,
};
use serde_json::json;
use std::collections::BTreeSet;

/// Something that a secret opens.
pub enum Leaked {
    /// A token: by its access token or refresh token.
    Token(Holder, LeakedToken),
    /// A service account: by the secret of its pair.
    Account(Holder, ServiceAccountId),
    /// What a service account can do for an hour: by OAuth tokens, whose digests are among these, a JSON array.
    OAuth(Holder, ServiceAccountId, String),
    /// A session of a person.
    Session(Owner, SessionId),
}

/// A token that was found.
pub struct LeakedToken {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
}

/// What these secrets open at this moment, each once. Texts that are no secrets of ours cost nothing.
pub async fn leaked(call: &Call, secrets: &[String]) -> Result<Vec<Leaked>> {
    const KINDS: [Prefix; 5] = [
        Prefix::AccessToken,
        Prefix::RefreshToken,
        Prefix::ApiSecret,
        Prefix::OAuthToken,
        Prefix::Session,
    ];
    let digests = secrets
        .iter()
        // As they come from a file or a log.
        .map(|secret| secret.trim())
        .filter(|secret| KINDS.iter().any(|kind| is_well_formed(*kind, secret)))
        .map(|secret| Ok([Some(call.digest(secret)?), call.previous_digest(secret)?]))
        .collect::<Result<Vec<_>>>()?;
    let digests: Vec<_> = digests.iter().flatten().flatten().collect();
    if digests.is_empty() {
        return Ok(vec![]);
    }
    let digests: Vec<_> = digests.iter().map(|digest| digest.as_str()).collect();
    let digests = json!(digests).to_string();
    let [tokens, accounts, sessions] = call
        .db
        .commit(store::find_leaked(&digests, call.now))
        .await?;
    let mut found = vec![];
    for row in tokens.rows::<store::LeakedTokenRow>()? {
        let owner = row.owner()?;
        let token = LeakedToken {
            id: row.id,
            name: row.name,
        };
        let tenant = Tenant::new(row.tenant_id);
        found.push(Leaked::Token(Holder::of_token(&tenant, &owner), token));
    }
    let mut known = BTreeSet::new();
    for row in accounts.rows::<store::LeakedAccountRow>()? {
        // The account itself comes before what it brought forth.
        if known.insert(row.id.clone()) {
            let owner = TokenOwner::ServiceAccount {
                id: row.id.clone(),
                name: row.name,
            };
            let tenant = Tenant::new(row.tenant_id);
            let holder = Holder::of_token(&tenant, &owner);
            found.push(match row.by_pair {
                1 => Leaked::Account(holder, row.id),
                _ => Leaked::OAuth(holder, row.id, digests.clone()),
            });
        }
    }
    for row in sessions.rows::<store::LeakedSessionRow>()? {
        found.push(Leaked::Session(
            Owner::new(row.tenant_id, row.user_id),
            row.id,
        ));
    }
    Ok(found)
}
