//! Routes about one's address.

use super::store;
use crate::{
    audit,
    auth::{
        Actor, Authorized, EmailLink, Owner, follow_email_link,
        rights::{KeepOwnEmail, ManageOwnEmail},
    },
    call::{self, Call},
    db::Statement,
    error::{Error, Result},
    extract::Segment,
    idempotency::{Attempted, Repeatable},
    limits::{Counter, Limit},
    outbox::{Message, letters},
    passwords,
    secret::Prefix,
    session::{self, Which},
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    check::Invalid,
    email::{ChangeEmail, EmailConfirmed, EmailOutcome, OwnEmail},
    notifications::Event,
};
use serde_json::{Value, json};

/// Mails to new addresses, so that nobody is pestered by way of us; the answer also tells who has an account.
const CHANGES: Limit = Limit {
    name: "email change of account",
    count: 5,
    seconds: 60 * 60,
};
/// Links that were tried and did not work.
const TRIES: Limit = Limit {
    name: "email link tried",
    count: 30,
    seconds: 60 * 60,
};

const TAKEN: &str = "Somebody with this email has an account. Choose another.";

/// One's address, and the one that is to take its place.
#[worker::send]
pub async fn show(
    Authorized { owner, session, .. }: Authorized<KeepOwnEmail>,
    call: Call,
) -> Result<Json<OwnEmail>> {
    let pending = store::pending(&call.db, &owner, call.now).await?;
    let email = session.user.email;
    Ok(Json(OwnEmail { email, pending }))
}

/// Give up the change that was asked for: its link does nothing any more.
#[worker::send]
pub async fn withdraw(
    Authorized { owner, actor, .. }: Authorized<KeepOwnEmail>,
    call: Call,
) -> Result<StatusCode> {
    let gone = || Error::gone("No change of your address is waiting.");
    let pending = store::pending(&call.db, &owner, call.now).await?;
    let pending = pending.ok_or_else(gone)?;
    let changes = json!({"email": {"from": pending.email, "to": null}});
    let [withdrawn, _] = call
        .db
        .commit([
            store::withdraw(&owner, call.now),
            event(&call, &owner, &actor, Action::EmailChangeWithdrawn, changes)?,
        ])
        .await?;
    // It may have been confirmed in the meantime.
    if withdrawn.changed() == 0 {
        return Err(gone());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for another address. Nothing changes before the link that is mailed there was followed.
#[worker::send]
pub async fn create(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnEmail>,
    call: Call,
    Repeatable(email, attempt): Repeatable<ChangeEmail>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let old_email = session.user.email;
    if email == old_email {
        return Err(Invalid::one("email", "This is your address already.").into());
    }
    let changes = Counter::new(&call, &CHANGES, owner.user().as_str())?;
    let [taken, known] = call
        .db
        .commit([
            changes.take(call.now),
            store::is_taken(&email, Some(&owner), call.now),
        ])
        .await?;
    changes.check(&taken, call.now)?;
    if known.row::<Value>()?.is_some() {
        return Err(taken_already(Error::Taken("users.email".into())));
    }

    let (confirm, undo) = (
        call::secret(Prefix::EmailLink)?,
        call::secret(Prefix::UndoLink)?,
    );
    let digests = [call.digest(confirm.as_str())?, call.digest(undo.as_str())?];
    let [confirm_digest, undo_digest] = &digests;
    let to_new = Message::new(
        &call,
        "email.confirmation",
        &letters::confirm_email(&call, &confirm.expose())?,
    )?;
    let to_old = Message::about(
        &call,
        Event::EmailChangeRequested,
        &letters::email_change_requested(&call, &email, &undo.expose())?,
    )?;
    let change = vec![
        store::forget_unconfirmed(&owner),
        store::insert(
            &owner,
            &call.ulid()?,
            &email,
            confirm_digest,
            undo_digest,
            call.now,
        ),
    ];
    let told = vec![
        to_new.to_address(&call, &owner, &email),
        to_old.to_address(&call, &owner, &old_email),
        event(
            &call,
            &owner,
            &actor,
            Action::EmailChangeRequested,
            json!({"email": {"from": old_email, "to": email}}),
        )?,
    ];
    let answer = (StatusCode::ACCEPTED, &Value::Null);
    let tried = attempt.commit_telling(&call, &actor, owner.tenant(), change, answer, told);
    if let Attempted::Repeated(answer) = tried.await? {
        return Ok(answer);
    }
    to_new.send_soon(&call);
    to_old.send_soon(&call);
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Follow a link that was mailed: confirm the new address, or take the change back.
#[worker::send]
pub async fn confirm(call: Call, Segment(secret): Segment) -> Result<Json<EmailConfirmed>> {
    let tries = Counter::of_address(&call, &TRIES)?;
    let [taken] = call.db.commit([tries.take(call.now)]).await?;
    tries.check(&taken, call.now)?;
    let link = follow_email_link(&call, &secret).await?;
    let answer = if link.undoes {
        undo(&call, &link).await?
    } else {
        complete(&call, &link).await?
    };
    call.db.commit([tries.give_back()]).await?;
    Ok(Json(answer))
}

async fn complete(call: &Call, link: &EmailLink) -> Result<EmailConfirmed> {
    let letter = letters::security_notice(
        call,
        Event::EmailChanged,
        "This is the address of your account from now on. You sign in with it.",
    )?;
    let message = Message::about(call, Event::EmailChanged, &letter)?;
    let farewell = letters::security_notice(
        call,
        Event::EmailChanged,
        &["The address of your account is ", &link.new_email, " from now on. If that was not you, take it back by the link in the mail before this one."].concat(),
    )?;
    let to_old = Message::about(call, Event::EmailChanged, &farewell)?;
    let outcome = call
        .db
        .commit([
            store::confirm(link, call.now),
            event(
                call,
                &link.owner,
                &link.actor,
                Action::EmailChanged,
                json!({"email": {"from": link.old_email, "to": link.new_email}}),
            )?,
            to_old.to_address(call, &link.owner, &link.old_email),
            message.to_person(call, &link.owner),
            store::forget_confirmation(link),
            // What was mailed to the address before opens nothing any more.
            passwords::forget_resets(&link.owner),
        ])
        .await;
    let [confirmed, ..] = outcome.map_err(taken_already)?;
    if confirmed.changed() == 0 {
        return Err(Error::gone(
            "This link was used already, or the address was changed since. Ask for a new one.",
        ));
    }
    message.send_soon(call);
    to_old.send_soon(call);
    Ok(EmailConfirmed {
        status: EmailOutcome::Confirmed,
        email: link.new_email.clone(),
    })
}

/// Whoever gave the new address may still be signed in, so every session ends.
async fn undo(call: &Call, link: &EmailLink) -> Result<EmailConfirmed> {
    let letter = letters::security_notice(
        call,
        Event::EmailRestored,
        "The change of your address was taken back, and every session was ended. Set a new password if you do not know who changed it.",
    )?;
    let message = Message::about(call, Event::EmailRestored, &letter)?;
    let [ended_events, ended] = session::end(call, &link.owner, &link.actor, Which::All)?;
    let [undone, ..] = call
        .db
        .commit([
            store::undo(link),
            event(
                call,
                &link.owner,
                &link.actor,
                Action::EmailRestored,
                json!({"email": {"from": link.new_email, "to": link.old_email}, "was_confirmed": link.confirmed}),
            )?,
            message.to_person(call, &link.owner),
            store::forget_from(link),
            store::forget_unconfirmed(&link.owner),
            passwords::forget_resets(&link.owner),
            ended_events,
            ended,
        ])
        .await?;
    if undone.changed() == 0 {
        return Err(Error::gone("This link was used already."));
    }
    message.send_soon(call);
    Ok(EmailConfirmed {
        status: EmailOutcome::Undone,
        email: link.old_email.clone(),
    })
}

fn event(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    action: Action,
    changes: Value,
) -> Result<Statement> {
    let event = audit::Event {
        action,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: Some(changes),
    };
    audit::entry(call, owner, actor, &event)
}

fn taken_already(error: Error) -> Error {
    error.when_taken("users.email", "email", TAKEN)
}
