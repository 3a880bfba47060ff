//! The route about the trail.

use super::{
    export::{self, Trail},
    store::{self, Wanted},
};
use crate::{
    auth::{Authorized, Owner, rights::ReadOwnEvents},
    call::Call,
    error::{Error, Result},
    extract::Query,
    files::{self, Format},
};
use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use contract::{
    audit::{Action, AuditEvent},
    ids::{EventId, ServiceAccountId, UserId},
    problem::Code,
    roles::Permission,
    time::Timestamp,
};
use serde_json::Value;

/// What happened, unless asked otherwise the newest first: to those who read the audit log everything, as a page or as a
/// file; to everybody else what they did themselves, and what was done to their account.
#[worker::send]
pub async fn list(
    Authorized { owner, session, .. }: Authorized<ReadOwnEvents>,
    call: Call,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response> {
    let actor = query.parsed(
        "actor",
        "Use me, or the id of a person or service account.",
        |text| {
            let known = text == "me"
                || UserId::parse(text).is_some()
                || ServiceAccountId::parse(text).is_some();
            known.then(|| text.to_owned())
        },
    );
    let action = query.parsed(
        "action",
        "Use the name of an action, such as token.created.",
        Action::parse,
    );
    let target = query.parsed("target", "Use the id of what it was done to.", |text| {
        (!text.is_empty() && text.len() <= 64).then(|| text.to_owned())
    });
    let moment = "Use a time such as 2026-11-22T20:01:35Z.";
    let from = query.parsed("from", moment, Timestamp::parse);
    let to = query.parsed("to", moment, Timestamp::parse);
    let format = Format::wanted(&mut query, &headers);
    let way = query.by_age();
    let page = query.page(EventId::parse);
    query.finish()?;

    let reads_all = session.may(Permission::ReadAudit);
    let of_oneself = match actor.as_deref() {
        Some(actor) => actor == "me" || (actor == owner.user().as_str() && !reads_all),
        None => !reads_all,
    };
    let is_narrowed = action.is_some() || target.is_some() || from.is_some() || to.is_some();
    if of_oneself && !is_narrowed && format.is_none() {
        let mut events =
            store::own(&call.db, &owner, way, page.after.as_ref(), page.rows()).await?;
        if !reads_all {
            for event in &mut events {
                keep_to_oneself(event, &owner);
            }
        }
        return Ok(Json(page.list(events, |event| event.id.as_str())).into_response());
    }
    // What one did oneself is found by whatever one seeks.
    if !reads_all && (actor.is_none() || !of_oneself) {
        return Err(Error::refused(
            Code::Forbidden,
            "Your role does not read the audit log. What you did yourself is there with actor=me.",
        ));
    }
    let wanted = Wanted {
        way,
        actor: actor.map(|actor| {
            if actor == "me" {
                owner.user().as_str().to_owned()
            } else {
                actor
            }
        }),
        action,
        target,
        since: from.and_then(export::first_at),
        before: to.and_then(export::first_at),
        after: page.after.clone(),
    };
    if let Some(format) = format {
        let tenant = owner.tenant().clone();
        return Ok(files::file(call, Trail { tenant, wanted }, format));
    }
    let events = store::page(&call.db, owner.tenant(), &wanted, page.rows()).await?;
    Ok(Json(page.list(events, |event| event.id.as_str())).into_response())
}

/// From where others did something is theirs. That nobody signed in did is told whole.
fn keep_to_oneself(event: &mut AuditEvent<Value>, owner: &Owner) {
    let by = event.actor.id.as_deref();
    if by.is_some_and(|by| by != owner.user().as_str()) {
        event.ip = None;
        event.device = None;
        event.credential = None;
    }
}
