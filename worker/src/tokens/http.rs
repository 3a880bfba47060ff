//! Routes about access tokens.

pub use super::{
    insight::{activity, usage},
    renew::renew,
    rotate::{end_grace, rotate, rotate_self},
};

use super::{
    rules,
    store::{self, Secrets},
};
use crate::{
    audit,
    auth::{
        Actor, Authorized, ByMachine, Holder, MachineCaller,
        rights::{CreateTokens, ReadOwnTokens, RevokeTokens, UpdateTokens},
    },
    call::{self, Call},
    db::Outcome,
    error::{Error, Refusal, Result},
    extract::{Checked, Query, Segment},
    idempotency::{Attempted, Repeatable},
    policy,
    secret::Prefix,
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    ids::{EventId, TokenId},
    list::List,
    policy::Policy,
    problem::Code,
    tokens::{
        self as wire, CreateToken, CreatedToken, Edit, Kind, Refused, Revocation, Revoked, Token,
        TokenSelf, UpdateToken,
    },
};
use serde_json::{Map, Value, json};

/// One's own tokens, the newest first.
#[worker::send]
pub async fn list(
    Authorized { owner, actor, .. }: Authorized<ReadOwnTokens>,
    call: Call,
    Segment(user): Segment,
    mut query: Query,
) -> Result<Json<List<Token>>> {
    refuse_other_people(owner.user().as_str(), &user)?;
    let state = query
        .parsed("state", "Use current or revoked.", store::State::parse)
        .unwrap_or(store::State::Current);
    let kind = query.parsed(
        "kind",
        "Use all, custom, hyperscale, microsoft_scim or one_touch_recovery.",
        Kind::parse,
    );
    let search = query.take("search").unwrap_or_default();
    let page = query.page(TokenId::parse);
    query.finish()?;
    let wanted = store::Wanted {
        state,
        search: &store::name_key(&search),
        kind,
        before: page.after.as_ref(),
        rows: page.rows(),
    };
    let holder = Holder::oneself(&owner, &actor.name);
    let tokens = store::list(&call.db, &holder, &wanted, call.now).await?;
    Ok(Json(page.list(tokens, |token| token.id.as_str())))
}

/// Makes a token. This answer is the only one that ever tells its secret.
#[worker::send]
pub async fn create(
    Authorized { owner, actor, .. }: Authorized<CreateTokens>,
    call: Call,
    Segment(user): Segment,
    Repeatable(new, attempt): Repeatable<CreateToken>,
) -> Result<Response> {
    refuse_other_people(owner.user().as_str(), &user)?;
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let holder = Holder::oneself(&owner, &actor.name);
    let policy = policy::of(&call, owner.tenant()).await?;
    let end = new.end(&policy, call.now)?;
    let secret = call::secret(Prefix::AccessToken)?;
    let refresh = new
        .refresh
        .then(|| call::secret(Prefix::RefreshToken))
        .transpose()?;
    let refresh_digest = refresh
        .as_ref()
        .map(|refresh| call.digest(refresh.as_str()))
        .transpose()?;
    let secrets = Secrets {
        digest: &call.digest(secret.as_str())?,
        refresh: refresh_digest.as_ref(),
        access_until: refresh
            .as_ref()
            .map(|_| rules::access_until(policy.refresh_access_minutes, end, call.now)),
    };
    let id = TokenId::from_ulid(&call.ulid()?);
    let token = rules::issue(new, end, id, &secret, &holder, call.now);
    let event = audit::Event {
        action: Action::TokenCreated,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(Value::Object(told(&token))),
    };
    let statements = vec![
        store::insert(
            &holder,
            &token,
            &store::name_key(&token.name),
            &secrets,
            policy.max_live_tokens,
        ),
        audit::entry(&call, &owner, &actor, &event)?,
    ];
    let answer = json!({"token": token});
    let tried = attempt
        .commit(
            &call,
            &actor,
            owner.tenant(),
            statements,
            (StatusCode::CREATED, &answer),
        )
        .await;
    let outcomes = match tried.map_err(name_is_taken)? {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    if first_changed(&outcomes)? == 0 {
        return Err(too_many(&policy));
    }
    let created = CreatedToken {
        token,
        secret: secret.expose(),
        refresh_token: refresh.map(crate::secret::Secret::expose),
    };
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// One of one's own tokens.
#[worker::send]
pub async fn show(
    Authorized { owner, actor, .. }: Authorized<ReadOwnTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Token>> {
    let holder = Holder::oneself(&owner, &actor.name);
    let (_, token) = find(&call, &holder, &id).await?;
    Ok(Json(token))
}

/// Edits a token. What lets it do more, longer or from more places needs a confirmation.
#[worker::send]
pub async fn update(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<UpdateTokens>,
    call: Call,
    Segment(id): Segment,
    Checked(change): Checked<UpdateToken>,
) -> Result<Json<Token>> {
    let holder = Holder::oneself(&owner, &actor.name);
    let (version, before) = find(&call, &holder, &id).await?;
    let policy = policy::of(&call, owner.tenant()).await?;
    let edit = change
        .of(&before, &policy, call.now)
        .map_err(|refused| match refused {
            Refused::Invalid(invalid) => invalid.into(),
            Refused::Revoked => Error::refused(
                Code::Conflict,
                "This token was revoked, and a revoked token never comes back. Make a new one.",
            ),
            Refused::KindFixed => Error::refused(
                Code::Conflict,
                "You can change the scope only between All, Custom, and Hyperscale access tokens. For Microsoft SCIM and 1-Touch recovery access tokens, you cannot change the scope.",
            ),
        })?;
    let Edit {
        token,
        widens,
        extends,
    } = edit;
    let changes = differences(&told(&before), &told(&token));
    if changes.is_empty() {
        return Ok(Json(before));
    }
    if widens {
        session.must_be_confirmed(call.now)?;
        session.confirm_again(&call);
    }
    let event = audit::Event {
        action: if extends {
            Action::TokenExtended
        } else {
            Action::TokenUpdated
        },
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(Value::Object(changes)),
    };
    let outcome = call
        .db
        .commit([
            store::update(
                &holder,
                &token,
                &store::name_key(&token.name),
                version,
                policy.max_live_tokens,
                call.now,
            ),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await;
    let [updated, _] = outcome.map_err(name_is_taken)?;
    if updated.changed()? == 1 {
        return Ok(Json(token));
    }
    // Either it is no longer what was edited, or it may not come back among the live ones.
    let (version_now, _) = find(&call, &holder, &id).await?;
    Err(if version_now == version {
        too_many(&policy)
    } else {
        changed_meanwhile()
    })
}

/// Ends one of one's own tokens.
#[worker::send]
pub async fn revoke(
    Authorized { owner, actor, .. }: Authorized<RevokeTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let id = TokenId::parse(&id).ok_or_else(|| Error::not_found("token"))?;
    let holder = Holder::oneself(&owner, &actor.name);
    let revocation = Revocation {
        ids: vec![id],
        reason: None,
    };
    end(&call, &holder, &actor, revocation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends several of one's own tokens: all of them, or none.
#[worker::send]
pub async fn revoke_all(
    Authorized { owner, actor, .. }: Authorized<RevokeTokens>,
    call: Call,
    Checked(revocation): Checked<wire::RevokeTokens>,
) -> Result<Json<Revoked>> {
    let holder = Holder::oneself(&owner, &actor.name);
    Ok(Json(end(&call, &holder, &actor, revocation).await?))
}

/// What am I, and am I good?
pub async fn show_self(ByMachine(caller): ByMachine, call: Call) -> Result<Json<TokenSelf>> {
    let (token, _) = token_of(&caller)?;
    Ok(Json(TokenSelf {
        token: token.clone(),
        client_ip: call.ip.clone(),
    }))
}

/// End myself.
#[worker::send]
pub async fn revoke_self(ByMachine(caller): ByMachine, call: Call) -> Result<StatusCode> {
    let (token, holder) = token_of(&caller)?;
    let revocation = Revocation {
        ids: vec![token.id.clone()],
        reason: Some("Revoked by the token itself".into()),
    };
    end(&call, &holder, &caller.actor, revocation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token that makes the call; a service account's pair is none.
pub(super) fn token_of(caller: &MachineCaller) -> Result<(&Token, Holder)> {
    caller.token().ok_or_else(|| {
        Error::refused(
            Code::Forbidden,
            "These routes are for access tokens: Authorization: Bearer lkp_…",
        )
    })
}

/// Ends tokens of one holder, each with its event. One that is unknown or somebody else's stops the whole.
pub(super) async fn end(
    call: &Call,
    holder: &Holder,
    actor: &Actor,
    Revocation { ids, reason }: Revocation,
) -> Result<Revoked> {
    let events = ids
        .iter()
        .map(|id| Ok(json!({"event": EventId::from_ulid(&call.ulid()?), "token": id})))
        .collect::<Result<Vec<_>>>()?;
    let ending = store::Ending {
        call,
        holder,
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

/// A token of a holder, with the version of it that was read.
pub(super) async fn find(call: &Call, holder: &Holder, id: &str) -> Result<(u32, Token)> {
    let missing = || Error::not_found("token");
    let id = TokenId::parse(id).ok_or_else(missing)?;
    let row = store::find(&call.db, holder, &id)
        .await?
        .ok_or_else(missing)?;
    Ok((row.version, row.read(call.now)?))
}

/// How many rows the first statement changed.
pub(super) fn first_changed(outcomes: &[Outcome]) -> Result<usize> {
    outcomes.first().map_or(Ok(0), Outcome::changed)
}

/// What the trail tells of a token.
fn told(token: &Token) -> Map<String, Value> {
    let members = [
        ("name", json!(token.name)),
        ("description", json!(token.description)),
        ("kind", json!(token.kind)),
        ("scopes", json!(token.scopes)),
        ("allowed_endpoints", json!(token.allowed_endpoints)),
        ("ip_allowlist", json!(token.ip_allowlist)),
        ("renewable_until", json!(token.renewable_until)),
        ("expires_at", json!(token.expires_at)),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Each member that differs, with its old and its new value.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    before
        .iter()
        .filter_map(|(name, old)| {
            let new = after.get(name)?;
            (new != old).then(|| (name.clone(), json!({"from": old, "to": new})))
        })
        .collect()
}

fn name_is_taken(error: Error) -> Error {
    error.when_taken(
        "tokens.owner_id, tokens.name_key",
        "name",
        "You have a token with this name. Choose another.",
    )
}

fn too_many(policy: &Policy) -> Error {
    let most = policy.max_live_tokens;
    Refusal::new(
        Code::Conflict,
        format!("You have {most} live tokens, which is the most. Revoke one first."),
    )
    .into()
}

pub(super) fn changed_meanwhile() -> Error {
    Error::refused(
        Code::Conflict,
        "The token was changed elsewhere a moment ago. Look at it again.",
    )
}

/// These routes serve a person's own tokens, under `me` or their own id.
fn refuse_other_people(own: &str, user: &str) -> Result<()> {
    if user == "me" || user == own {
        Ok(())
    } else {
        Err(Error::not_found("person"))
    }
}
