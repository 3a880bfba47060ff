//! Routes about one's own second factor.

use super::{recovery_digest, store, totp, use_up};
use crate::{
    audit,
    auth::{
        Actor, Authorized, Owner,
        rights::{ManageOwnSecondFactor, ReadOwnSecondFactor},
    },
    call::{self, Call},
    error::{Error, Result},
    extract::Checked,
};
use axum::{Json, http::StatusCode};
use contract::{
    audit::Action,
    mfa::{Code, RECOVERY_CODE_COUNT, RecoveryCodes, SecondFactor, SecondFactorCode, TotpSetup},
    problem,
};
use data_encoding::BASE32_NOPAD;
use serde_json::json;

/// How things stand.
#[worker::send]
pub async fn show(
    Authorized { owner, caller, .. }: Authorized<ReadOwnSecondFactor>,
    call: Call,
) -> Result<Json<SecondFactor>> {
    let [left] = call
        .db
        .commit([store::count_recovery_codes(&owner)])
        .await?;
    let left = left.row::<store::LeftRow>()?.map_or(0, |row| row.left);
    Ok(Json(SecondFactor {
        enabled: caller.into_session()?.user.mfa_enabled,
        recovery_codes_left: left,
    }))
}

/// Begin to set up an app. Nothing changes for signing in until a code of it is confirmed.
#[worker::send]
pub async fn begin(
    Authorized { owner, caller, .. }: Authorized<ManageOwnSecondFactor>,
    call: Call,
) -> Result<Json<TotpSetup>> {
    let seed = call::random::<{ totp::SEED }>()?;
    let sealed = call
        .key()?
        .seal(owner.user().as_str(), &seed, call::random()?)?;
    let [begun] = call
        .db
        .commit([store::begin(&owner, &sealed, call.now)])
        .await?;
    if begun.changed()? == 0 {
        return Err(already_on());
    }
    let secret = BASE32_NOPAD.encode(&seed);
    // Key URI format of authenticator apps: the issuer as prefix and as parameter.
    let label: String =
        form_urlencoded::byte_serialize(caller.into_session()?.user.email.as_bytes()).collect();
    let uri = format!("otpauth://totp/Latchkey:{label}?secret={secret}&issuer=Latchkey");
    Ok(Json(TotpSetup { secret, uri }))
}

/// Switch the second factor on by showing that it works. This answer is the only one that tells the recovery codes.
#[worker::send]
pub async fn confirm(
    Authorized {
        owner,
        actor,
        caller,
        ..
    }: Authorized<ReadOwnSecondFactor>,
    call: Call,
    Checked(code): Checked<SecondFactorCode>,
) -> Result<Json<RecoveryCodes>> {
    if caller.into_session()?.user.mfa_enabled {
        return Err(already_on());
    }
    if let Code::Recovery(_) = code {
        return Err(wrong_code());
    }
    use_up(&call, &owner, &actor, &code)
        .await
        .map_err(|error| match error {
            Error::Refused(refusal) if refusal.code == problem::Code::Unauthenticated => {
                wrong_code()
            }
            other => other,
        })?;
    let (codes, digests) = new_recovery_codes(&call, &owner)?;
    let [switched, ..] = call
        .db
        .commit([
            store::switch(&owner, true),
            event(&call, &owner, &actor, Action::MfaEnabled)?,
            store::forget_recovery_codes(&owner),
            store::insert_recovery_codes(&owner, &digests),
        ])
        .await?;
    if switched.changed()? == 0 {
        return Err(already_on());
    }
    Ok(Json(codes))
}

/// Switch the second factor off.
#[worker::send]
pub async fn disable(
    Authorized { owner, actor, .. }: Authorized<ManageOwnSecondFactor>,
    call: Call,
) -> Result<StatusCode> {
    call.db
        .commit([
            store::switch(&owner, false),
            event(&call, &owner, &actor, Action::MfaDisabled)?,
            store::forget_seed(&owner),
            store::forget_recovery_codes(&owner),
        ])
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the recovery codes; those there were are good for nothing any more.
#[worker::send]
pub async fn renew_recovery_codes(
    Authorized {
        owner,
        actor,
        caller,
        ..
    }: Authorized<ManageOwnSecondFactor>,
    call: Call,
) -> Result<Json<RecoveryCodes>> {
    if !caller.into_session()?.user.mfa_enabled {
        return Err(Error::refused(
            problem::Code::Conflict,
            "Switch Multi-Factor Authentication on first.",
        ));
    }
    let (codes, digests) = new_recovery_codes(&call, &owner)?;
    call.db
        .commit([
            store::forget_recovery_codes(&owner),
            store::insert_recovery_codes(&owner, &digests),
            event(&call, &owner, &actor, Action::RecoveryCodesCreated)?,
        ])
        .await?;
    Ok(Json(codes))
}

/// Ten codes for the person, and a JSON array of their digests for the database.
fn new_recovery_codes(call: &Call, owner: &Owner) -> Result<(RecoveryCodes, String)> {
    // The random part of a ULID is 80 bits in Crockford's base32, whose letters cannot be taken for digits.
    let codes = (0..RECOVERY_CODE_COUNT)
        .map(|_| Ok(call.ulid()?.split_off(10)))
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

fn event(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    action: Action,
) -> Result<crate::db::Statement> {
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
