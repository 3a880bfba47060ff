//! Routes about access tokens.

use super::{rules, store};
use crate::{
    audit,
    auth::{
        Actor, Authorized, ByToken, Owner,
        rights::{CreateTokens, ReadOwnTokens, RevokeTokens},
    },
    call::{self, Call},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    secret::Prefix,
};
use axum::{Json, http::StatusCode};
use contract::{
    audit::Action,
    ids::{EventId, TokenId},
    list::List,
    problem::Code,
    tokens::{
        self as wire, CreateToken, CreatedToken, MAX_LIVE, Revocation, Revoked, Token, TokenSelf,
    },
};
use serde_json::json;

/// One's own tokens, the newest first.
#[worker::send]
pub async fn list(
    Authorized { owner, .. }: Authorized<ReadOwnTokens>,
    call: Call,
    Segment(user): Segment,
    mut query: Query,
) -> Result<Json<List<Token>>> {
    refuse_other_people(&owner, &user)?;
    let state = query
        .parsed("state", "Use current or revoked.", store::State::parse)
        .unwrap_or(store::State::Current);
    let search = query.take("search").unwrap_or_default();
    let page = query.page(TokenId::parse);
    query.finish()?;
    let tokens = store::list(
        &call.db,
        &owner,
        state,
        &search,
        page.after.as_ref(),
        page.rows(),
        call.now,
    )
    .await?;
    Ok(Json(page.list(tokens, |token| token.id.as_str())))
}

/// Makes a token. This answer is the only one that ever tells its secret.
#[worker::send]
pub async fn create(
    Authorized { owner, actor, .. }: Authorized<CreateTokens>,
    call: Call,
    Segment(user): Segment,
    Checked(new): Checked<CreateToken>,
) -> Result<(StatusCode, Json<CreatedToken>)> {
    refuse_other_people(&owner, &user)?;
    let secret = call::secret(Prefix::AccessToken)?;
    let token = rules::issue(
        new,
        TokenId::from_ulid(&call.ulid()?),
        &secret,
        &owner,
        &actor.name,
        call.now,
    );
    let changes = json!({"scopes": token.scopes, "renewable_until": token.renewable_until});
    let event = audit::Event {
        action: Action::TokenCreated,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(changes),
    };
    let outcome = call
        .db
        .commit([
            store::insert(&owner, &token, &call.digest(secret.as_str())?),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await;
    let [inserted, _] = outcome.map_err(|error| {
        error.when_taken(
            "tokens.user_id, tokens.name",
            "name",
            "You have a token with this name. Choose another.",
        )
    })?;
    if inserted.changed()? == 0 {
        return Err(Error::refused(
            Code::Conflict,
            format!("You have {MAX_LIVE} tokens, which is the most. Revoke one first."),
        ));
    }
    Ok((
        StatusCode::CREATED,
        Json(CreatedToken {
            token,
            secret: secret.expose(),
        }),
    ))
}

/// One of one's own tokens.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ReadOwnTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Token>> {
    let id = TokenId::parse(&id).ok_or_else(|| Error::not_found("token"))?;
    store::find(&call.db, &owner, &id, call.now)
        .await?
        .map(Json)
        .ok_or_else(|| Error::not_found("token"))
}

/// Ends one of one's own tokens.
#[worker::send]
pub async fn revoke(
    Authorized { owner, actor, .. }: Authorized<RevokeTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let id = TokenId::parse(&id).ok_or_else(|| Error::not_found("token"))?;
    end(
        &call,
        &owner,
        &actor,
        Revocation {
            ids: vec![id],
            reason: None,
        },
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends several of one's own tokens: all of them, or none.
#[worker::send]
pub async fn revoke_all(
    Authorized { owner, actor, .. }: Authorized<RevokeTokens>,
    call: Call,
    Checked(revocation): Checked<wire::RevokeTokens>,
) -> Result<Json<Revoked>> {
    Ok(Json(end(&call, &owner, &actor, revocation).await?))
}

/// What am I, and am I good?
pub async fn show_self(ByToken(caller): ByToken, call: Call) -> Json<TokenSelf> {
    Json(TokenSelf {
        token: caller.token,
        client_ip: call.ip.clone(),
    })
}

/// End myself.
#[worker::send]
pub async fn revoke_self(ByToken(caller): ByToken, call: Call) -> Result<StatusCode> {
    let revocation = Revocation {
        ids: vec![caller.token.id.clone()],
        reason: Some("Revoked by the token itself".into()),
    };
    end(&call, &caller.owner, &caller.actor(), revocation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends tokens of one owner, each with its event. One that is unknown or somebody else's stops the whole.
async fn end(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    Revocation { ids, reason }: Revocation,
) -> Result<Revoked> {
    let events = ids
        .iter()
        .map(|id| Ok(json!({"event": EventId::from_ulid(&call.ulid()?), "token": id})))
        .collect::<Result<Vec<_>>>()?;
    let ending = store::Ending {
        call,
        owner,
        actor,
        ids: &json!(ids).to_string(),
        reason: reason.as_deref(),
    };
    let [found, _, revoked] = call
        .db
        .commit([
            ending.find(),
            ending.events(&json!(events).to_string()),
            ending.end(),
        ])
        .await?;
    if found.rows::<store::IdRow>()?.len() != ids.len() {
        return Err(Error::not_found("token"));
    }
    let revoked: Vec<_> = revoked
        .rows::<store::IdRow>()?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let already_revoked = ids.into_iter().filter(|id| !revoked.contains(id)).collect();
    Ok(Revoked {
        revoked,
        already_revoked,
    })
}

/// These routes serve a person's own tokens, under `me` or their own id.
fn refuse_other_people(owner: &Owner, user: &str) -> Result<()> {
    if user == "me" || user == owner.user().as_str() {
        Ok(())
    } else {
        Err(Error::not_found("person"))
    }
}
