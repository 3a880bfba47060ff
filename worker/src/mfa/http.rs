//! Routes about second factors.

use super::{Stage, matching_step, recovery_digest, store, totp, use_up};
use crate::{
    audit,
    auth::{
        Actor, Authorized, Enrolling, Owner, SessionCaller, full_name,
        rights::{ManageOwnSecondFactor, ReadOwnSecondFactor, ResetSecondFactors},
    },
    call::{self, Call},
    db::{Statement, changed},
    devices::{self, Device},
    error::{Error, Result},
    extract::{Checked, Segment},
    outbox::{Message, letters},
    roles,
    session::{self, Arrival, Which},
    users,
};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use contract::{
    audit::Action,
    mfa::{Code, RECOVERY_CODE_COUNT, RecoveryCodes, SecondFactor, SecondFactorCode, TotpSetup},
    notifications::Event,
    problem,
};
use data_encoding::BASE32_NOPAD;
use serde_json::json;

/// How things stand.
#[worker::send]
pub async fn show(
    Enrolling { session, .. }: Enrolling<ReadOwnSecondFactor>,
    call: Call,
) -> Result<Json<SecondFactor>> {
    Ok(Json(standing(&call, &session).await?))
}

/// How things stand with the second factor of the person in the session.
pub async fn standing(call: &Call, session: &SessionCaller) -> Result<SecondFactor> {
    let [left] = call
        .db
        .commit([store::count_recovery_codes(&session.owner)])
        .await?;
    Ok(SecondFactor {
        enabled: session.user.mfa_enabled,
        recovery_codes_left: store::recovery_codes_left(&left)?,
    })
}

/// Begin to set up an app, in place of the one that is on if there is one. Nothing changes for signing in until a code of
/// it is confirmed.
#[worker::send]
pub async fn begin(
    Enrolling { session, half, .. }: Enrolling<ManageOwnSecondFactor>,
    call: Call,
) -> Result<Json<TotpSetup>> {
    let owner = &session.owner;
    let seed = call::random::<{ totp::SEED }>()?;
    let sealed = call
        .key()?
        .seal(owner.user().as_str(), &seed, call::random()?)?;
    // Whichever fits how things stand by then.
    let mut statements = vec![store::begin(owner, &sealed, call.now)];
    // Who gave the password alone had no second factor. One that was switched on meanwhile is not theirs to replace.
    if !half {
        statements.push(store::begin_replacing(owner, &sealed));
    }
    let begun = call.db.commit_all(statements).await?;
    if begun.iter().all(|outcome| outcome.changed() == 0) {
        return Err(already_on());
    }
    let secret = BASE32_NOPAD.encode(&seed);
    // Key URI format of authenticator apps: the issuer as prefix and as parameter.
    let label: String = form_urlencoded::byte_serialize(session.user.email.as_bytes()).collect();
    let uri = format!("otpauth://totp/Latchkey:{label}?secret={secret}&issuer=Latchkey");
    Ok(Json(TotpSetup { secret, uri }))
}

/// Switch the second factor on by showing that it works, or put the app that was begun in the place of the one that is on.
/// This answer is the only one that tells the recovery codes.
/// Where signing in waited for it, that comes to its end too.
#[worker::send]
pub async fn confirm(
    Enrolling { session, half, .. }: Enrolling<ReadOwnSecondFactor>,
    call: Call,
    headers: HeaderMap,
    Checked(code): Checked<SecondFactorCode>,
) -> Result<impl IntoResponse> {
    let (owner, actor) = (&session.owner, session.actor());
    let next = next_app(&call, &session).await?;
    let Code::Totp(digits) = code else {
        return Err(wrong_code());
    };
    let stage = match next {
        None => Stage::SettingUp,
        Some(_) => Stage::Replacing,
    };
    let device = Device::of(&call, &headers)?;
    use_up(&call, owner, &actor, &device, &code, stage)
        .await
        .map_err(|error| match error {
            Error::Refused(refusal) if refusal.code == problem::Code::Unauthenticated => {
                wrong_code()
            }
            other => other,
        })?;
    let arrival = if half {
        let familiarity = devices::familiarity(&call, owner, &device).await?;
        Some(Arrival::completing(&call, &session, device, &familiarity)?)
    } else {
        None
    };
    let (codes, digests) = new_recovery_codes(&call, owner)?;
    let (action, message, forget_codes, switch) = match &next {
        None => (
            Action::MfaEnabled,
            notice(
                &call,
                Event::MfaEnabled,
                "Signing in to your account asks for a code of an authenticator app from now on.",
            )?,
            store::forget_useless_recovery_codes(owner),
            store::switch_on(owner),
        ),
        Some(next) => (
            Action::MfaReplaced,
            notice(
                &call,
                Event::MfaReplaced,
                "Signing in to your account asks for a code of another app from now on. The app and the recovery codes that it had before are useless now.",
            )?,
            store::forget_replaced_recovery_codes(owner, &next.seed),
            // None if yet another was begun since.
            matching_step(&call, owner, next, digits)?
                .map(|step| store::replace(owner, &next.seed, step))
                .ok_or_else(wrong_code)?,
        ),
    };
    // Of calls side by side only the one that switches it on, or the app over, gives codes.
    let mut statements = vec![
        forget_codes,
        switch,
        store::insert_first_recovery_codes(owner, &digests),
        event(&call, owner, &actor, action)?,
        message.to_person(&call, owner),
    ];
    let (arriving, hand_out) = match arrival {
        Some(Arrival {
            statements,
            hand_out,
        }) => (statements, Some(hand_out)),
        None => (vec![], None),
    };
    statements.extend(arriving);
    let outcomes = call.db.commit_all(statements).await?;
    if changed(&outcomes, 1) != 1 {
        return Err(already_on());
    }
    message.send_soon(&call);
    if let Some(hand_out) = &hand_out {
        hand_out.send_soon(&call);
    }
    Ok((hand_out.map(|hand_out| hand_out.cookies), Json(codes)))
}

/// The app that is to take the place of the one that is on; none if it is off.
async fn next_app(call: &Call, session: &SessionCaller) -> Result<Option<store::TotpRow>> {
    if !session.user.mfa_enabled {
        return Ok(None);
    }
    let next = store::find(&session.owner, Stage::Replacing);
    call.db.first(next).await?.ok_or_else(already_on).map(Some)
}

/// Switch the second factor off.
#[worker::send]
pub async fn disable(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnSecondFactor>,
    call: Call,
) -> Result<StatusCode> {
    let message = notice(
        &call,
        Event::MfaDisabled,
        "Signing in to your account asks for your password alone from now on.",
    )?;
    let [switched, ..] = call
        .db
        .commit([
            store::switch_off(&owner),
            event(&call, &owner, &actor, Action::MfaDisabled)?,
            message.to_person(&call, &owner),
            store::forget_useless_seed(&owner),
            store::forget_useless_recovery_codes(&owner),
        ])
        .await?;
    if switched.changed() == 0 && session.user.mfa_enabled {
        return Err(Error::refused(
            problem::Code::Conflict,
            "The policy of your company asks everybody for a second factor. Set up another app instead.",
        ));
    }
    message.send_soon(&call);
    Ok(StatusCode::NO_CONTENT)
}

/// Switch the second factor of somebody off who has lost it, and end their sessions: who has it may be in one. Where the
/// policy asks for one, their next sign-in has them set up another.
#[worker::send]
pub async fn reset(
    Authorized { session, .. }: Authorized<ResetSecondFactors>,
    call: Call,
    Segment(user): Segment,
) -> Result<StatusCode> {
    let person = users::reach(&call, &session, &user).await?;
    if !person.is_other {
        return Err(Error::refused(
            problem::Code::Conflict,
            "This is yourself. Switch your own second factor off by DELETE /api/v1/users/me/totp.",
        ));
    }
    users::may_look_after(&session, &person.user)?;
    let held = roles::to_give(&call, &session, &person.user.role.id).await;
    held.map_err(|error| match error {
        Error::Refused(_) => Error::refused(
            problem::Code::Forbidden,
            "They may do more than you. Ask somebody who holds as much as they do.",
        ),
        other => other,
    })?;
    let off = || {
        Error::refused(
            problem::Code::Conflict,
            "Their second factor is off already, or they were changed meanwhile. Look again.",
        )
    };
    if !person.user.mfa_enabled {
        return Err(off());
    }
    let actor = session.actor();
    let what = "Your second factor was reset, and you were signed out everywhere. Sign in with your password, and set up another app in Account security.";
    let letter = letters::about_account(&call, Event::MfaDisabled, what, &actor.name);
    let message = Message::about(&call, Event::MfaDisabled, &letter)?;
    let [told, ended] = session::end(&call, &person.owner, &actor, Which::AllIfFactorOff)?;
    let switched_off = audit::Event {
        action: Action::MfaDisabled,
        target_type: "user",
        target_id: person.user.id.as_str(),
        target_name: &full_name(&person.user),
        changes: None,
    };
    let [switched, ..] = call
        .db
        .commit([
            store::reset(&person.owner, person.version),
            audit::entry(&call, &session.owner, &actor, &switched_off)?,
            message.to_person(&call, &person.owner),
            store::forget_useless_seed(&person.owner),
            store::forget_useless_recovery_codes(&person.owner),
            told,
            ended,
        ])
        .await?;
    if switched.changed() == 0 {
        return Err(off());
    }
    message.send_soon(&call);
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the recovery codes; those there were are good for nothing any more.
#[worker::send]
pub async fn renew_recovery_codes(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnSecondFactor>,
    call: Call,
) -> Result<Json<RecoveryCodes>> {
    if !session.user.mfa_enabled {
        return Err(Error::refused(
            problem::Code::Conflict,
            "Switch Multi-Factor Authentication on first.",
        ));
    }
    let (codes, digests) = new_recovery_codes(&call, &owner)?;
    let message = notice(
        &call,
        Event::RecoveryCodesCreated,
        "Your account has ten new recovery codes. Those that it had before are useless now.",
    )?;
    call.db
        .commit([
            store::forget_recovery_codes(&owner),
            store::insert_recovery_codes(&owner, &digests),
            event(&call, &owner, &actor, Action::RecoveryCodesCreated)?,
            message.to_person(&call, &owner),
        ])
        .await?;
    message.send_soon(&call);
    Ok(Json(codes))
}

/// Ten codes for the person, and a JSON array of their digests for the database.
fn new_recovery_codes(call: &Call, owner: &Owner) -> Result<(RecoveryCodes, String)> {
    let codes = (0..RECOVERY_CODE_COUNT)
        .map(|_| call::random_code())
        .collect::<Result<Vec<_>>>()?;
    let digests = codes
        .iter()
        .map(|code| Ok(recovery_digest(call, owner, code)?.as_str().to_owned()))
        .collect::<Result<Vec<_>>>()?;
    let in_groups = |code: &String| {
        let groups: Vec<_> = code
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        groups.join("-")
    };
    let recovery_codes = codes.iter().map(in_groups).collect();
    Ok((RecoveryCodes { recovery_codes }, json!(digests).to_string()))
}

fn notice(call: &Call, event: Event, what: &str) -> Result<Message> {
    Message::about(call, event, &letters::security_notice(call, event, what)?)
}

fn event(call: &Call, owner: &Owner, actor: &Actor, action: Action) -> Result<Statement> {
    let event = audit::Event {
        action,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: None,
    };
    audit::entry(call, owner, actor, &event)
}

fn already_on() -> Error {
    Error::refused(
        problem::Code::Conflict,
        "Multi-Factor Authentication is on already.",
    )
}

fn wrong_code() -> Error {
    contract::check::Invalid::one(
        "code",
        "This is not the code that the app shows now. Check the time of your device.",
    )
    .into()
}
