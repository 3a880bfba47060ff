//! Replacing the secret of a token.

use super::{
    renew,
    store::{self, Replacement},
};
use crate::{
    audit,
    auth::{
        Actor, Authorized, MachineCaller,
        gate::{self, Credential, State},
        machine::{self, By},
        rights::{CreateTokens, UpdateTokens},
        shown::Shown,
    },
    call::{self, Call},
    db::changed,
    edge::pause,
    entity_tag::IfMatch,
    error::{Error, Refusal, Result},
    extract::Segment,
    idempotency::{Attempt, Attempted, Repeatable},
    secret::Prefix,
    tokens::{
        http::{changed_meanwhile, changed_since, token_of},
        reach::{Notice, Reached, reach},
        rules,
        store::{Secrets, find},
    },
    usage::{self, Visit},
};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    notifications::Event,
    problem::Code,
    tokens::{CreatedToken, RotateToken, Status, Token},
};
use serde_json::json;

/// Replaces the secret of one of one's own tokens. The old one goes on working for the grace. With `If-Match`, as what
/// follows here, only if the token is still as it was read.
#[worker::send]
pub async fn rotate(
    Authorized { actor, session, .. }: Authorized<CreateTokens>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
    Repeatable(grace, attempt): Repeatable<RotateToken>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let reached = reach(&call, &session, &id).await?;
    reached.must_be_own()?;
    if_match.check(reached.version, changed_since)?;
    reached.may_be_widened(&call, &session).await?;
    replace(&call, &actor, reached, grace, &attempt).await
}

/// Replaces the secret of the token that makes the call. One that was replaced before, and is over, has been kept by
/// somebody who should not have it: then the token ends.
#[worker::send]
pub async fn rotate_self(
    call: Call,
    headers: HeaderMap,
    Repeatable(grace, attempt): Repeatable<RotateToken>,
) -> Result<Response> {
    let shown = Shown::of(&headers)?.ok_or_else(|| {
        Error::refused(
            Code::Unauthenticated,
            "Send an access token: Authorization: Bearer lkp_…",
        )
    })?;
    let caller = machine::look_up(&call, &shown).await?;
    let (token, holder) = token_of(&caller)?;
    let attempt = attempt.about(token.id.as_str());
    let visit = Visit::at(&call, "POST /api/v1/tokens/self/rotate");
    usage::visited(&call, &caller.tenant, &token.id, &visit, None);
    caller.pass_for_itself(&call, &visit)?;
    let state = caller.credential.state;
    if let Some(answer) = attempt.repeated(&call, &caller.actor).await? {
        // It was this very call that replaced the secret: it is told so where the token may be used.
        let as_it_was = Credential {
            state: match state {
                State::Replaced => State::Good,
                state => state,
            },
            ..caller.credential.clone()
        };
        gate::admit(&as_it_was, call.address())?;
        return Ok(answer);
    }
    if state == State::Replaced {
        renew::end_family(&call, &holder, token).await?;
        let refusal = Refusal::new(
            Code::TokenRevoked,
            "This secret was replaced before, so somebody else may have it. The token was revoked and its owner told.",
        );
        caller.was_refused(&call, &visit, &refusal);
        return Err(refusal.into());
    }
    caller.be_admitted(&call, &visit)?;
    if is_old(&caller) {
        return Err(Error::refused(
            Code::Conflict,
            "This secret was replaced already. Use the new one.",
        ));
    }
    if caller.expires_at != token.end() {
        return Err(Error::refused(
            Code::Conflict,
            "This is one token of a pair, which lives for a short time only. Renew the pair: POST /api/v1/tokens/renew.",
        ));
    }
    let row = find(&call.db, holder.tenant(), &token.id).await?;
    let row = row.ok_or_else(changed_meanwhile)?;
    let reached = Reached {
        version: row.version,
        token: row.read(call.now)?,
        holder,
        other_person: None,
    };
    replace(&call, &caller.actor, reached, grace, &attempt).await
}

fn is_old(caller: &MachineCaller) -> bool {
    matches!(caller.by, By::Token(_, Some(_)))
}

async fn replace(
    call: &Call,
    actor: &Actor,
    reached: Reached,
    grace: u32,
    attempt: &Attempt,
) -> Result<Response> {
    let Reached {
        holder,
        version,
        token,
        ..
    } = reached;
    // One that is disabled too: whoever fears for its secret may replace that before they enable it again.
    if !matches!(token.status, Status::Active | Status::Disabled) {
        return Err(Error::refused(
            Code::Conflict,
            "Only a token whose time is not over can get a new secret.",
        ));
    }
    let secret = call::secret(Prefix::AccessToken)?;
    // One of a pair ends before its token does.
    let access_until = store::access_until(&call.db, &holder, &token.id).await?;
    let end = token.end().into_iter().chain(access_until).min();
    let old_until = rules::grace_until(grace, end, call.now);
    let token = Token {
        prefix: secret.prefix().into(),
        last_four: secret.last_four().into(),
        in_grace_until: Some(old_until).filter(|until| *until > call.now),
        ..token
    };
    let replacement = Replacement {
        holder: &holder,
        id: &token.id,
        version,
        // A pair whose secret is rotated is a pair no more: what is rotated lives as long as the token.
        secrets: Secrets {
            digest: &call.digest(secret.as_str())?,
            refresh: None,
            access_until: None,
        },
        prefix: &token.prefix,
        last_four: &token.last_four,
        old_until,
        now: call.now,
    };
    let event = audit::Event {
        action: Action::TokenRotated,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: Some(json!({"old_secret_until": old_until})),
    };
    let statements = vec![
        replacement.end_earlier_grace(),
        replacement.retire(),
        replacement.retire_refresh(),
        replacement.replace(),
        audit::entry(call, &holder, actor, &event)?,
    ];
    let answer = json!({"token": token, "secret_already_shown": true});
    let notice = Notice::own(call, Event::TokenRotated, &holder, &token.name, actor)?;
    let tried = attempt
        .commit_telling(
            call,
            actor,
            holder.tenant(),
            statements,
            (StatusCode::CREATED, &answer),
            vec![notice.statement(call)],
        )
        .await?;
    let outcomes = match tried {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    match changed(&outcomes, 3) {
        1 => {
            notice.send_soon(call);
            let rotated = CreatedToken {
                token,
                secret: secret.expose(),
                refresh_token: None,
            };
            Ok((StatusCode::CREATED, Json(rotated)).into_response())
        }
        _ => Err(changed_meanwhile()),
    }
}

/// Ends the grace of the secret before: whoever still uses it is refused from now on.
#[worker::send]
pub async fn end_grace(
    Authorized { actor, session, .. }: Authorized<UpdateTokens>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let reached = reach(&call, &session, &id).await?;
    reached.must_be_own()?;
    if_match.check(reached.version, changed_since)?;
    let must_be = Some(reached.version).filter(|_| if_match != IfMatch::Any);
    let Reached { holder, token, .. } = reached;
    let event = audit::Event {
        action: Action::TokenGraceEnded,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: None,
    };
    let [retired, ended] = store::end_grace(&holder, &token.id, must_be, call.now);
    let [_, ended, _] = call
        .db
        .commit([
            retired,
            ended,
            audit::entry(&call, &holder, &actor, &event)?,
        ])
        .await?;
    match (ended.changed(), token.in_grace_until) {
        (0, None) => Err(Error::refused(
            Code::Conflict,
            "No old secret of this token is in its grace.",
        )),
        (0, Some(_)) => Err(changed_meanwhile()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Takes a rotation back until the new secret is used: the old one is the token's again, and the new one nobody's.
#[worker::send]
pub async fn undo(
    Authorized { actor, session, .. }: Authorized<CreateTokens>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
) -> Result<Json<Token>> {
    let reached = reach(&call, &session, &id).await?;
    reached.must_be_own()?;
    if_match.check(reached.version, changed_since)?;
    reached.may_be_widened(&call, &session).await?;
    let Reached {
        holder,
        version,
        token,
        ..
    } = reached;
    if token.in_grace_until.is_some() {
        // Whoever used the new secret until now is known by then, whichever isolate took the call.
        pause(usage::WRITTEN_WITHIN_MS).await?;
    }
    let event = audit::Event {
        action: Action::TokenRotationUndone,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: None,
    };
    let [restored, forgotten] = store::undo_rotation(&holder, &token.id, version, call::clock());
    let notice = Notice::own(&call, Event::TokenEdited, &holder, &token.name, &actor)?;
    let [restored, ..] = call
        .db
        .commit([
            restored,
            audit::entry(&call, &holder, &actor, &event)?,
            notice.statement(&call),
            forgotten,
        ])
        .await?;
    if restored.changed() == 0 {
        return Err(Error::refused(
            Code::Conflict,
            "A rotation can be undone while the old secret works and nobody has used the new one, unless it ended a refresh token.",
        ));
    }
    notice.send_soon(&call);
    let row = find(&call.db, holder.tenant(), &token.id).await?;
    let row = row.ok_or_else(changed_meanwhile)?;
    Ok(Json(row.read(call.now)?))
}
