//! Renewing a pair: a new access token and a new refresh token for those before. Whoever comes with a pair that was
//! renewed already may have stolen it, so the token ends and its owner is told.

use super::store::Replacement;
use crate::{
    audit,
    auth::{Actor, Holder, Renewal, gate, renewal},
    call::{self, Call},
    db::changed,
    error::{Error, Refusal, Result},
    idempotency::{Attempted, Repeatable},
    limits::{Counter, Limit},
    outbox::{Message, letters},
    policy, rates,
    secret::Prefix,
    tokens::{
        http::{changed_meanwhile, ending},
        rules::{self, RENEWAL_WINDOW},
        store::Secrets,
    },
    usage::{self, Visit},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    notifications::Event,
    problem::Code,
    tokens::{RenewToken, RenewedToken, Status, Token},
};
use serde_json::json;

/// Pairs from one address that were none.
const TRIES: Limit = Limit {
    name: "renewal tried",
    count: 60,
    seconds: 60 * 60,
};

/// Renews a pair.
#[worker::send]
pub async fn renew(
    call: Call,
    Repeatable(pair, attempt): Repeatable<RenewToken>,
) -> Result<Response> {
    let tries = Counter::of_address(&call, &TRIES)?;
    let [tried] = call.db.commit([tries.peek(call.now)]).await?;
    tries.check_before(&tried, call.now)?;
    let Some(found) = renewal(&call, &pair).await? else {
        call.db.commit([tries.take(call.now)]).await?;
        return Err(Error::refused(
            Code::Unauthenticated,
            "These are not both tokens of a pair of ours. Check that they were copied whole.",
        ));
    };
    let Renewal {
        holder,
        actor,
        token,
        ..
    } = &found;
    call.made_by("token", token.id.as_str(), holder.tenant().as_str());
    let rate = rates::take(&call, token.id.as_str());
    call.tell(rate.headers("credential").into());
    let visit = Visit::at(&call, "POST /api/v1/tokens/renew");
    usage::visited(&call, holder.tenant(), &token.id, &visit, None);
    let refused = |refusal: Refusal| {
        usage::refused(&call, holder.tenant(), &token.id, &visit, &refusal);
        Error::from(refusal)
    };
    gate::in_rate(rate.too_often()).map_err(refused)?;
    refuse_revoked(token).map_err(refused)?;
    let Some(access_until) = found.access_until else {
        // Whoever has it may well be a job that was not told: its owner learns of it, and the new secret stays.
        return Err(refused(Refusal::new(
            Code::TokenGraceEnded,
            "The token of this pair was given a new secret, which needs no renewal. Use that.",
        )));
    };
    let attempt = attempt.about(token.id.as_str());
    let repeated = attempt.repeated(&call, actor).await?;
    if !found.present && repeated.is_none() {
        end_family(&call, holder, token).await?;
        return Err(refused(Refusal::new(
            Code::TokenRevoked,
            "This pair was renewed before, so somebody else may have it. The token was revoked and its owner told.",
        )));
    }
    // Whoever shows an older pair is found out before: also of a token that its owner has disabled meanwhile.
    refuse_dead(token, found.owner_on)
        .and_then(|()| gate::let_in(&found.allowlists, call.address()))
        .map_err(refused)?;
    if let Some(answer) = repeated {
        return Ok(answer);
    }
    if call.now >= access_until.plus(RENEWAL_WINDOW) {
        return Err(refused(Refusal::new(
            Code::TokenExpired,
            "A pair can be renewed for 14 days after its access token is over. Make a new token.",
        )));
    }

    let policy = policy::of(&call, holder.tenant()).await?;
    let (secret, refresh) = (
        call::secret(Prefix::AccessToken)?,
        call::secret(Prefix::RefreshToken)?,
    );
    let token = Token {
        prefix: secret.prefix().into(),
        last_four: secret.last_four().into(),
        ..token.clone()
    };
    let replacement = Replacement {
        holder,
        id: &token.id,
        version: found.version,
        secrets: Secrets {
            digest: &call.digest(secret.as_str())?,
            refresh: Some(&call.digest(refresh.as_str())?),
            access_until: Some(rules::access_until(
                policy.refresh_access_minutes,
                token.end(),
                call.now,
            )),
        },
        prefix: &token.prefix,
        last_four: &token.last_four,
        old_until: call.now,
        now: call.now,
    };
    let event = audit::Event {
        action: Action::TokenRenewed,
        target_type: "token",
        target_id: token.id.as_str(),
        target_name: &token.name,
        changes: None,
    };
    let statements = vec![
        replacement.retire(),
        replacement.retire_refresh(),
        replacement.replace(),
        audit::entry(&call, holder, actor, &event)?,
    ];
    let answer = json!({"token": token, "secret_already_shown": true});
    let tried = attempt
        .commit(
            &call,
            actor,
            holder.tenant(),
            statements,
            (StatusCode::OK, &answer),
        )
        .await?;
    let outcomes = match tried {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    match changed(&outcomes, 2) {
        1 => {
            let renewed = RenewedToken {
                token,
                access_token: secret.expose(),
                refresh_token: refresh.expose(),
            };
            Ok(Json(renewed).into_response())
        }
        _ => Err(changed_meanwhile()),
    }
}

fn refuse_revoked(token: &Token) -> Result<(), Refusal> {
    if token.status == Status::Revoked {
        return Err(Refusal::new(
            Code::TokenRevoked,
            "This token was revoked. Make a new one.",
        ));
    }
    Ok(())
}

fn refuse_dead(token: &Token, owner_on: bool) -> Result<(), Refusal> {
    match token.status {
        Status::Revoked => refuse_revoked(token),
        Status::Expired => Err(Refusal::new(
            Code::TokenExpired,
            "The time in which this token can be renewed is over. Extend it or make a new one.",
        )),
        Status::Disabled => Err(Refusal::new(
            Code::TokenDisabled,
            "This token is disabled. Its owner can enable it again.",
        )),
        Status::Active if !owner_on => Err(Refusal::new(
            Code::Unauthenticated,
            "The account that this token belongs to is not active.",
        )),
        Status::Active => Ok(()),
    }
}

/// Ends a token of which somebody has a secret that they should not have, and tells its owner.
pub(super) async fn end_family(call: &Call, holder: &Holder, token: &Token) -> Result<()> {
    if token.status == Status::Revoked {
        return Ok(());
    }
    let reason = "A secret that had been replaced was used to get a new one";
    let ending = ending(call, holder, &Actor::reuser(), &[&token.id], Some(reason))?;
    let mut statements = Vec::from(ending);
    let letter = letters::token_reused(call, &token.name)?;
    let message = Message::about(call, Event::TokenReused, &letter)?;
    statements.push(message.to_holder(call, holder));
    call.db.commit_all(statements).await?;
    message.send_soon(call);
    Ok(())
}
