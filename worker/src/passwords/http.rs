//! Routes about passwords.

pub use super::reset::{create as request_reset, update as reset};

use super::store;
use crate::{
    audit,
    auth::{InSession, password},
    call::Call,
    emails,
    error::{Error, Result},
    extract::Checked,
    limits::{Counter, Limit},
    mfa,
    outbox::{Message, letters},
    session::{self, Which},
    tokens,
};
use axum::{http::StatusCode, response::IntoResponse};
use contract::{
    audit::Action, check::Invalid, notifications::Event, password::ChangePassword, problem::Code,
};
use serde_json::json;

/// Of one person's tries to change their password: the current one could be guessed here too.
const CHANGES: Limit = Limit {
    name: "password change of account",
    count: 10,
    seconds: 15 * 60,
};

/// Change one's own password. Ends every session, this one included, and the access tokens too if wished.
#[worker::send]
pub async fn update(
    InSession(session): InSession,
    call: Call,
    Checked(change): Checked<ChangePassword>,
) -> Result<impl IntoResponse> {
    let user = &session.user;
    let own_words = [
        session.tenant_name.as_str(),
        &user.first_name,
        &user.last_name,
        &user.email,
    ];
    contract::password::check_new(&change.new_password, &own_words)
        .map_err(|message| Invalid::one("new_password", message))?;

    let tries = Counter::new(&call, &CHANGES, user.id.as_str())?;
    let [taken, found] = call
        .db
        .commit([tries.take(call.now), session::find_password(&session.owner)])
        .await?;
    tries.check(&taken, call.now)?;
    let kept = found
        .row::<session::PasswordRow>()?
        .ok_or_else(|| Error::not_found("person"))?
        .password;
    let actor = session.actor();
    let event = |action, changes| audit::Event {
        action,
        target_type: "user",
        target_id: user.id.as_str(),
        target_name: &actor.name,
        changes,
    };
    if password::verify(&change.current_password, Some(&kept))?.is_none() {
        call.db
            .commit([audit::refusal(
                &call,
                &session.owner,
                &actor,
                &event(Action::PasswordChangeRefused, None),
            )?])
            .await?;
        return Err(Invalid::one("current_password", "The password is wrong.").into());
    }
    let hash = password::hash(&change.new_password)?;
    let changes = json!({"tokens_revoked": change.revoke_tokens});
    let [session_events, sessions] = session::end(&call, &session.owner, &actor, Which::All)?;
    let [token_events, tokens] = tokens::end_all(
        &call,
        &session.own_tokens(),
        &actor,
        "The password was changed",
        change.revoke_tokens,
    )?;
    let letter = letters::security_notice(
        &call,
        Event::PasswordChanged,
        "The password of your account was changed. Every session was ended.",
    )?;
    let message = Message::about(&call, Event::PasswordChanged, &letter)?;
    let [updated, ..] = call
        .db
        .commit([
            store::update(&session.owner, &kept, &hash),
            audit::entry(
                &call,
                &session.owner,
                &actor,
                &event(Action::PasswordChanged, Some(changes)),
            )?,
            message.to_person(&call, &session.owner),
            store::forget_resets(&session.owner),
            emails::forget_unconfirmed(&session.owner),
            mfa::forget_useless_seed(&session.owner),
            mfa::forget_next_seed(&session.owner),
            session_events,
            sessions,
            token_events,
            tokens,
            tries.reset(),
        ])
        .await?;
    if updated.changed() == 0 {
        return Err(Error::refused(
            Code::Conflict,
            "The password was changed elsewhere a moment ago. Sign in again.",
        ));
    }
    message.send_soon(&call);
    Ok((StatusCode::NO_CONTENT, session::signed_out()))
}
