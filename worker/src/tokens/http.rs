//! Routes about access tokens.

pub use super::{
    calls::list as calls,
    insight::{activity, usage},
    secrets::{end_grace, renew, rotate, rotate_self, undo as undo_rotation},
};

use super::{
    reach::{Notice, Reached, reach},
    rules,
    store::{self, Secrets},
};
use crate::{
    audit,
    auth::{
        Actor, Authorized, ByMachine, Holder, MachineCaller, SessionCaller, full_name,
        rights::{
            CreateTokens, IssueCredentials, ManageServiceAccounts, ReadTokens, RevokeTokens,
            UpdateTokens,
        },
    },
    call::{self, Call},
    db::{Outcome, Statement, changed},
    entity_tag::{IfMatch, tagged},
    error::{Error, Refusal, Result},
    extract::{Checked, Query, Segment, bad_cursor},
    idempotency::{Attempt, Attempted, Repeatable},
    policy,
    secret::Prefix,
    service_accounts, users,
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
    notifications::Event as Notified,
    policy::Policy,
    problem::Code,
    time::Timestamp,
    tokens::{
        self as wire, CreateToken, CreatedToken, Edit, Kind, NewToken, Refused, Revocation,
        Revoked, Token, TokenOwner, TokenSelf, UpdateToken,
    },
    users::User,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A person's tokens, the newest first.
#[worker::send]
pub async fn list(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(user): Segment,
    query: Query,
) -> Result<Json<List<Token>>> {
    let person = users::reach(&call, &session, &user).await?;
    let holder = holder(&session, &person_owner(&person.user))?;
    list_of(&call, &holder, query).await
}

/// A service account's tokens, the newest first.
#[worker::send]
pub async fn list_of_account(
    Authorized { owner, session, .. }: Authorized<ManageServiceAccounts>,
    call: Call,
    Segment(id): Segment,
    query: Query,
) -> Result<Json<List<Token>>> {
    let account = service_accounts::find(&call, owner.tenant(), &id).await?;
    let holder = holder(&session, &account.as_owner())?;
    list_of(&call, &holder, query).await
}

async fn list_of(call: &Call, holder: &Holder, mut query: Query) -> Result<Json<List<Token>>> {
    let state = query
        .parsed("state", "Use current or revoked.", store::State::parse)
        .unwrap_or(store::State::Current);
    let kind = query.parsed(
        "kind",
        "Use all, custom, hyperscale, microsoft_scim or one_touch_recovery.",
        Kind::parse,
    );
    let status = query.parsed("status", "Use active, disabled or expired.", |text| {
        let live = || store::Span::between(Some(call.now), None);
        match text {
            "active" => Some((live(), Some(true))),
            "disabled" => Some((live(), Some(false))),
            "expired" => Some((store::Span::between(None, Some(call.now.plus(1))), None)),
            _ => None,
        }
    });
    let mut span = |after: &str, before: &str| {
        let mut moment = |name: &str| {
            let example = "Use a time such as 2026-11-22T20:01:35Z.";
            query.parsed(name, example, Timestamp::parse)
        };
        store::Span::between(moment(after), moment(before))
    };
    let ends = span("expires_after", "expires_before");
    let created = span("created_after", "created_before");
    let used = span("last_used_after", "last_used_before");
    let order = match state {
        store::State::Current => query.order(&store::Key::ALL, store::Key::USUAL),
        // Left standing where it has no meaning, and refused for that.
        store::State::Revoked => store::Key::USUAL,
    };
    let search = query.take("search").unwrap_or_default();
    let page = query.page(TokenId::parse);
    query.finish()?;
    let (ends, enabled) = match status {
        Some((span, enabled)) => (ends.within(span), enabled),
        None => (ends, None),
    };
    let wanted = store::Wanted {
        state,
        order,
        search: &store::name_key(&search),
        kind,
        enabled,
        ends,
        created,
        used,
        after: page.after.as_ref(),
        rows: page.rows(),
    };
    // By the time when it was made, a token's id says where it stands; else only the token knows.
    if let (Some(after), false) = (wanted.after, order.0 == store::Key::Created)
        && !store::is_of(&call.db, holder, after).await?
    {
        return Err(bad_cursor());
    }
    let tokens = store::list(&call.db, holder, &wanted, call.now).await?;
    Ok(Json(page.list(tokens, |token| token.id.as_str())))
}

/// Makes a token. This answer is the only one that ever tells its secret.
#[worker::send]
pub async fn create(
    Authorized { actor, session, .. }: Authorized<CreateTokens>,
    call: Call,
    Segment(user): Segment,
    Repeatable(new, attempt): Repeatable<CreateToken>,
) -> Result<Response> {
    // Nobody makes a token for another person, however much they may look after them.
    let person = users::reach(&call, &session, &user).await?;
    if person.is_other {
        return Err(Error::not_found("person"));
    }
    let holder = holder(&session, &person_owner(&person.user))?;
    create_for(&call, &holder, &actor, new, &attempt).await
}

/// Makes a token for a service account.
#[worker::send]
pub async fn create_for_account(
    Authorized { actor, session, .. }: Authorized<IssueCredentials>,
    call: Call,
    Segment(id): Segment,
    Repeatable(new, attempt): Repeatable<CreateToken>,
) -> Result<Response> {
    let account = service_accounts::may_act_through(&call, &session, &id).await?;
    let holder = holder(&session, &account.as_owner())?;
    create_for(&call, &holder, &actor, new, &attempt).await
}

async fn create_for(
    call: &Call,
    holder: &Holder,
    actor: &Actor,
    new: NewToken,
    attempt: &Attempt,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(call, actor).await? {
        return Ok(answer);
    }
    let policy = policy::of(call, holder.tenant()).await?;
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
    let token = rules::issue(new, end, id, &secret, holder, call.now);
    let event = audit::Event {
        action: Action::TokenCreated,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(told(&token)),
    };
    let statements = vec![
        store::insert(
            holder,
            &token,
            &store::name_key(&token.name),
            &secrets,
            policy.max_live_tokens,
        ),
        audit::entry(call, holder, actor, &event)?,
    ];
    let answer = json!({"token": token, "secret_already_shown": true});
    let notice = Notice::own(call, Notified::TokenCreated, holder, &token.name, actor)?;
    let tried = attempt
        .commit_telling(
            call,
            actor,
            holder.tenant(),
            statements,
            (StatusCode::CREATED, &answer),
            vec![notice.statement(call)],
        )
        .await;
    let outcomes = match tried.map_err(name_is_taken)? {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    if changed(&outcomes, 0) == 0 {
        return Err(too_many(&policy));
    }
    notice.send_soon(call);
    let created = CreatedToken {
        token,
        secret: secret.expose(),
        refresh_token: refresh.map(crate::secret::Secret::expose),
    };
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// A token, with its entity tag.
#[worker::send]
pub async fn show(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
) -> Result<Response> {
    let reached = reach(&call, &session, &id).await?;
    Ok(tagged(reached.version, reached.token))
}

/// Edits a token. With `If-Match`, only if it is still as it was read. What lets it do more, longer or from more places
/// needs a confirmation; so does every edit of another person's token, who is told.
#[worker::send]
pub async fn update(
    Authorized { actor, session, .. }: Authorized<UpdateTokens>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
    Checked(change): Checked<UpdateToken>,
) -> Result<Response> {
    let reached = reach(&call, &session, &id).await?;
    if_match.check(reached.version, changed_since)?;
    let policy = policy::of(&call, reached.holder.tenant()).await?;
    let edit = change
        .of(&reached.token, &policy, call.now)
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
    if widens {
        reached.may_be_widened(&call, &session).await?;
    }
    let Reached {
        holder,
        version,
        token: before,
        other_person,
    } = reached;
    let changes = audit::differences(&told(&before), &told(&token));
    if changes.is_empty() {
        return Ok(tagged(version, before));
    }
    if widens || other_person.is_some() {
        session.must_be_confirmed(call.now)?;
        session.confirm_again(&call);
    }
    let notice = match other_person {
        Some(_) => Notice::edited(&call, &holder, &token.name, &actor, &changes)?,
        None => Notice::own(&call, Notified::TokenEdited, &holder, &token.name, &actor)?,
    };
    let event = audit::Event {
        action: match (extends, before.enabled, token.enabled) {
            (true, ..) => Action::TokenExtended,
            (_, true, false) => Action::TokenDisabled,
            (_, false, true) => Action::TokenEnabled,
            _ => Action::TokenUpdated,
        },
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(Value::Object(changes)),
    };
    let mut statements = vec![
        store::update(
            &holder,
            &token,
            &store::name_key(&token.name),
            &store::ScopesChange::of(&before, &token),
            version,
            policy.max_live_tokens,
            call.now,
        ),
        audit::entry(&call, &holder, &actor, &event)?,
    ];
    statements.push(notice.statement(&call));
    if before.in_grace_until != token.in_grace_until {
        statements.push(store::shorten_grace(&holder, &token.id));
    }
    if places(&before) != places(&token) {
        statements.push(store::forget_observed(&holder, &token));
    }
    let outcomes = call
        .db
        .commit_all(statements)
        .await
        .map_err(name_is_taken)?;
    if changed(&outcomes, 0) == 1 {
        notice.send_soon(&call);
        return Ok(tagged(version + 1, token));
    }
    // Either it is no longer what was edited, or it may not come back among the live ones.
    let now = reach(&call, &session, &id).await?;
    if_match.check(now.version, changed_since)?;
    Err(if now.version == version {
        too_many(&policy)
    } else {
        changed_meanwhile()
    })
}

/// Ends a token. With `If-Match`, only if it is still as it was read.
#[worker::send]
pub async fn revoke(
    Authorized { actor, session, .. }: Authorized<RevokeTokens>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
) -> Result<StatusCode> {
    if if_match != IfMatch::Any {
        let reached = reach(&call, &session, &id).await?;
        if_match.check(reached.version, changed_since)?;
    }
    let id = TokenId::parse(&id).ok_or_else(|| Error::not_found("token"))?;
    let revocation = Revocation {
        ids: vec![id],
        reason: None,
    };
    end_within_reach(&call, &session, &actor, revocation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends several tokens: all of them, or none.
#[worker::send]
pub async fn revoke_all(
    Authorized { actor, session, .. }: Authorized<RevokeTokens>,
    call: Call,
    Checked(revocation): Checked<wire::RevokeTokens>,
) -> Result<Json<Revoked>> {
    let revoked = end_within_reach(&call, &session, &actor, revocation).await?;
    Ok(Json(revoked))
}

/// What am I, and am I good?
pub async fn show_self(ByMachine(caller): ByMachine, call: Call) -> Result<Json<TokenSelf>> {
    let (token, _) = token_of(&caller)?;
    Ok(Json(TokenSelf {
        token: Token {
            last_used_at: caller.last_use.at,
            last_used_ip: caller.last_use.ip.clone(),
            ..token.clone()
        },
        client_ip: call.ip.clone(),
    }))
}

/// End myself.
#[worker::send]
pub async fn revoke_self(ByMachine(caller): ByMachine, call: Call) -> Result<StatusCode> {
    let (token, holder) = token_of(&caller)?;
    let reason = Some("Revoked by the token itself");
    let statements = ending(&call, &holder, &caller.actor, &[&token.id], reason)?;
    call.db.commit(statements).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token that makes the call; a service account's pair is none.
pub(super) fn token_of(caller: &MachineCaller) -> Result<(&Token, Holder)> {
    caller.token().ok_or_else(tokens_only)
}

fn tokens_only() -> Error {
    Error::refused(
        Code::Forbidden,
        "These routes are for access tokens: Authorization: Bearer lkp_…",
    )
}

/// Ends tokens that a session may look after, each with its event; their owners are told. One that is unknown or out of
/// reach stops the whole.
async fn end_within_reach(
    call: &Call,
    session: &SessionCaller,
    actor: &Actor,
    Revocation { ids, reason }: Revocation,
) -> Result<Revoked> {
    let rows = store::owners(&call.db, session.owner.tenant(), &json!(ids).to_string()).await?;
    if rows.len() != ids.len() {
        return Err(Error::not_found("token"));
    }
    let mut by_owner: BTreeMap<String, (Holder, Vec<store::OwnedRow>)> = BTreeMap::new();
    for row in rows {
        let holder = holder(session, &row.owner()?)?;
        by_owner
            .entry(holder.id().to_owned())
            .or_insert_with(|| (holder, vec![]))
            .1
            .push(row);
    }
    let (mut statements, mut notices) = (vec![], vec![]);
    for (holder, rows) in by_owner.values() {
        let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
        statements.extend(ending(call, holder, actor, &ids, reason.as_deref())?);
        let is_other = holder
            .person()
            .is_some_and(|person| person.user() != session.owner.user());
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        let names = names.join(", ");
        let notice = if is_other {
            Notice::new(call, Notified::TokenRevokedByOther, holder, &names, actor)?
        } else {
            Notice::own(call, Notified::TokenRevoked, holder, &names, actor)?
        };
        statements.push(notice.statement(call));
        notices.push(notice);
    }
    let outcomes = call.db.commit_all(statements).await?;
    for notice in notices {
        notice.send_soon(call);
    }
    let revoked: Vec<TokenId> = outcomes
        .iter()
        .map(Outcome::rows::<store::IdRow>)
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .map(|row| row.id)
        .collect();
    let already_revoked = ids.into_iter().filter(|id| !revoked.contains(id)).collect();
    Ok(Revoked {
        revoked,
        already_revoked,
    })
}

/// The statements that end tokens of one holder: an event for each that is still good, then the ending.
pub fn ending(
    call: &Call,
    holder: &Holder,
    actor: &Actor,
    ids: &[&TokenId],
    reason: Option<&str>,
) -> Result<[Statement; 2]> {
    let events = ids
        .iter()
        .map(|id| Ok(json!({"event": EventId::from_ulid(&call.ulid()?), "token": id})))
        .collect::<Result<Vec<_>>>()?;
    let ending = store::Ending {
        call,
        holder,
        actor,
        reason,
    };
    Ok([
        ending.events(&json!(events).to_string()),
        ending.end(&json!(ids).to_string()),
    ])
}

/// The key to the tokens of somebody within reach.
fn holder(session: &SessionCaller, owner: &TokenOwner) -> Result<Holder> {
    session
        .holder(owner)
        .ok_or_else(|| Error::not_found("token"))
}

fn person_owner(user: &User) -> TokenOwner {
    TokenOwner::User {
        id: user.id.clone(),
        name: full_name(user),
    }
}

/// From where a token may be used.
fn places(token: &Token) -> (&[String], bool) {
    (&token.ip_allowlist, token.ip_allowlist_observed)
}

/// What the trail tells of a token.
fn told(token: &Token) -> Value {
    json!({
        "name": token.name,
        "description": token.description,
        "kind": token.kind,
        "scopes": token.scopes,
        "allowed_endpoints": token.allowed_endpoints,
        "ip_allowlist": token.ip_allowlist,
        "ip_allowlist_observed": token.ip_allowlist_observed,
        "renewable_until": token.renewable_until,
        "expires_at": token.expires_at,
        "enabled": token.enabled,
    })
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

pub(super) fn changed_since() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "The token was changed elsewhere since you opened it.",
    )
}

pub(super) fn changed_meanwhile() -> Error {
    Error::refused(
        Code::Conflict,
        "The token was changed elsewhere a moment ago. Look at it again.",
    )
}
