//! What a pair of tokens proves: that whoever shows it was given it, now or before.

use super::{Actor, Holder, Tenant, store};
use crate::{
    call::Call,
    error::Result,
    rekey,
    secret::{Prefix, is_well_formed},
};
use contract::{
    allowlist::Allowlist,
    time::Timestamp,
    tokens::{RenewToken, Token},
};
use std::sync::Arc;

/// A token that is or once was renewed by the pair shown.
pub struct Renewal {
    /// The key to it.
    pub holder: Holder,
    /// For the audit trail.
    pub actor: Actor,
    /// The token.
    pub token: Token,
    /// How often it was changed.
    pub version: u32,
    /// Whether its owner is active or enabled.
    pub owner_on: bool,
    /// Whether the pair is the present one.
    pub present: bool,
    /// When its access token is over; nothing if the token has no pair any more.
    pub access_until: Option<Timestamp>,
    /// The addresses that it may be used from: its own, and those of the service account that has it.
    pub allowlists: [Arc<Allowlist>; 2],
}

/// The token that a pair renews, or renewed before; nothing if the two do not belong together.
pub async fn renewal(call: &Call, pair: &RenewToken) -> Result<Option<Renewal>> {
    if !is_well_formed(Prefix::RefreshToken, &pair.refresh_token)
        || !is_well_formed(Prefix::AccessToken, &pair.access_token)
    {
        return Ok(None);
    }
    let (refresh, access) = (
        call.digest(&pair.refresh_token)?,
        call.digest(&pair.access_token)?,
    );
    let find = async || {
        let statement = store::find_renewable(&refresh, &access);
        call.db.first::<store::RenewableRow>(statement).await
    };
    // The one was moved by a call with it, perhaps; the other is where it was until now.
    let find = async || rekey::found(call, Prefix::AccessToken, &pair.access_token, &find).await;
    let row = rekey::found(call, Prefix::RefreshToken, &pair.refresh_token, find).await?;
    let Some(row) = row.filter(|row| row.access_fits == 1) else {
        return Ok(None);
    };
    let (own, _) = store::own_allowlist(&row.token)?;
    let allowlists = [own, store::allowlist(&row.account_ip_allowlist)?];
    let version = row.token.version;
    let token = row.token.read(call.now)?;
    Ok(Some(Renewal {
        holder: Holder::of_token(&Tenant::new(row.tenant_id), &token.owner),
        actor: Actor::machine(&token.owner, token.id.as_str()),
        version,
        owner_on: row.owner_on == 1,
        present: row.present == 1,
        access_until: row.access_until,
        allowlists,
        token,
    }))
}
