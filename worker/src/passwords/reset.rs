//! Setting a new password by a link that is mailed. It ends every session and leaves the second factor as it is.

use super::store;
use crate::{
    audit,
    auth::{Actor, ResetLink, follow_reset_link, full_name, password},
    call::{self, Call},
    emails,
    error::{Error, Result},
    extract::{Checked, Segment},
    limits::{Counter, Limit},
    mfa,
    outbox::{Message, letters},
    secret::Prefix,
    session::{self, Which},
};
use axum::http::StatusCode;
use contract::{
    audit::Action,
    check::Invalid,
    notifications::Event,
    password::{ForgotPassword, RESET_SECONDS, ResetPassword},
};

/// What the message is named that carries a link.
pub const RESET_REQUESTED: &str = "password.reset_requested";

/// Links for one address, whether anybody has it or not. By the time that the first of them is over more may be asked for,
/// or whoever asks for them all would keep the person without one.
const PER_ACCOUNT: Limit = Limit {
    name: "password reset of account",
    count: 3,
    seconds: RESET_SECONDS,
};
const PER_ADDRESS: Limit = Limit {
    name: "password reset from address",
    count: 20,
    seconds: 60 * 60,
};
/// Links that were tried and did not work.
const TRIES: Limit = Limit {
    name: "password reset tried",
    count: 30,
    seconds: 60 * 60,
};

/// Ask for a link. The answer and the work are the same whether somebody has the address or not.
#[worker::send]
pub async fn create(call: Call, Checked(email): Checked<ForgotPassword>) -> Result<StatusCode> {
    let account = Counter::new(&call, &PER_ACCOUNT, &email)?;
    let address = Counter::of_address(&call, &PER_ADDRESS)?;
    let [of_account, of_address] = call
        .db
        .commit([account.take(call.now), address.take(call.now)])
        .await?;
    address.check(&of_address, call.now)?;
    // Links enough are on their way. To say so would let anybody keep the person from asking for one.
    if account.check(&of_account, call.now).is_err() {
        return Ok(StatusCode::ACCEPTED);
    }

    let secret = call::secret(Prefix::ResetLink)?;
    let digest = call.digest(secret.as_str())?;
    let letter = letters::password_reset(&call, &secret.expose())?;
    let message = Message::new(&call, RESET_REQUESTED, &letter)?;
    call.db
        .commit([
            store::insert_reset(&email, &digest, message.group(), call.now),
            message.to_whoever_has(&call, &email),
            audit::about_whoever_has(&call, &email, Action::PasswordResetRequested)?,
        ])
        .await?;
    message.send_soon(&call);
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password by the link.
#[worker::send]
pub async fn update(
    call: Call,
    Segment(secret): Segment,
    Checked(new): Checked<ResetPassword>,
) -> Result<StatusCode> {
    let tries = Counter::of_address(&call, &TRIES)?;
    let [taken] = call.db.commit([tries.take(call.now)]).await?;
    tries.check(&taken, call.now)?;
    let link = follow_reset_link(&call, &secret).await?;
    let ResetLink { owner, user, .. } = &link;
    let own_words = [
        link.tenant_name.as_str(),
        &user.first_name,
        &user.last_name,
        &user.email,
    ];
    contract::password::check_new(&new, &own_words)
        .map_err(|message| Invalid::one("password", message))?;

    let hash = password::hash(&new)?;
    let actor = Actor::by_link(&user.id, &full_name(user));
    let event = audit::Event {
        action: Action::PasswordReset,
        target_type: "user",
        target_id: user.id.as_str(),
        target_name: &actor.name,
        changes: None,
    };
    let letter = letters::security_notice(
        &call,
        Event::PasswordReset,
        "The password of your account was set anew by a link that we mailed to you. Every session was ended.",
    )?;
    let message = Message::about(&call, Event::PasswordReset, &letter)?;
    let [ended_events, ended] = session::end(&call, owner, &actor, Which::All)?;
    let [updated, ..] = call
        .db
        .commit([
            store::update_by_link(owner, &link.digest, &hash, call.now),
            audit::entry(&call, owner, &actor, &event)?,
            message.to_person(&call, owner),
            store::forget_resets(owner),
            emails::forget_unconfirmed(owner),
            mfa::forget_useless_seed(owner),
            mfa::forget_next_seed(owner),
            ended_events,
            ended,
            tries.give_back(),
        ])
        .await?;
    if updated.changed() == 0 {
        return Err(Error::gone(
            "This link was used a moment ago. Sign in with the password that was set.",
        ));
    }
    message.send_soon(&call);
    Ok(StatusCode::NO_CONTENT)
}
