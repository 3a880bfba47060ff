//! The second factor.

pub mod http;
mod store;
mod totp;

pub use http::standing;
pub use store::{count_recovery_codes, forget_next_seed, forget_useless_seed, recovery_codes_left};

use crate::{
    audit,
    auth::{Actor, Owner},
    call::{self, Call},
    db::{Db, changed},
    devices::{Device, PersonalTries},
    error::{Error, Result},
    limits::Limit,
    outbox::{Message, letters},
    rekey::SealedAnew,
    secret::{Digest, HashKey},
};
use contract::{audit::Action, mfa::Code, notifications::Event, problem};

/// Of one person's second factors, whatever they are for; in a browser that they know, of those given there.
const TRIES: Limit = Limit {
    name: "second factor of account",
    count: 10,
    seconds: 15 * 60,
};

/// How far somebody is with their second factor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is being set up: a code shows that the app works, and nothing about who has it.
    SettingUp,
    /// It was confirmed, and proves who somebody is.
    On,
    /// It is on, and another app is being set up to take its place.
    Replacing,
}

/// Uses a second factor up, if it is right and at this `stage`: of calls side by side with the same code one succeeds.
pub async fn use_up(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    device: &Device,
    code: &Code,
    stage: Stage,
) -> Result<()> {
    let tries = PersonalTries::new(call, &TRIES, owner, device)?;
    let [taken, found] = call
        .db
        .commit([tries.take(), store::find(owner, stage)])
        .await?;
    if tries.just_ran_out(&taken)? && stage == Stage::On {
        tell_of_wrong_ones(call, owner, actor).await?;
    }
    let tries = tries.check(&taken)?;
    let row = found.row::<store::TotpRow>()?;
    let (spend, action) = match (code, row) {
        (Code::Totp(digits), Some(row)) => {
            let spend = |step| match stage {
                // The old app stays as it is until the new one takes its place.
                Stage::Replacing => store::hold_next_seed(owner, &row.seed),
                Stage::SettingUp | Stage::On => store::spend_step(owner, step),
            };
            let step = matching_step(call, owner, &row, *digits)?;
            (step.map(spend), Action::MfaUsed)
        }
        (Code::Recovery(code), Some(_)) => {
            let text = recovery_text(owner, code);
            let (digest, previous) = (call.digest(&text)?, call.previous_digest(&text)?);
            (
                Some(store::spend_recovery_code(
                    owner,
                    &digest,
                    previous.as_ref(),
                )),
                Action::RecoveryCodeUsed,
            )
        }
        (_, None) => (None, Action::MfaRefused),
    };
    let event = |action| audit::Event {
        action,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: None,
    };
    if let Some(spend) = spend {
        let mut statements = vec![spend, audit::entry(call, owner, actor, &event(action))?];
        let notice = recovery_notice(call, action)?;
        statements.extend(notice.as_ref().map(|notice| notice.to_person(call, owner)));
        let outcomes = call.db.commit_all(statements).await?;
        if changed(&outcomes, 0) == 1 {
            if let Some(notice) = notice {
                notice.send_soon(call);
            }
            return call.db.commit([tries.reset()]).await.map(drop);
        }
    }
    let refused = audit::refusal(call, owner, actor, &event(Action::MfaRefused))?;
    call.db.commit([refused]).await?;
    Err(Error::refused(
        problem::Code::Unauthenticated,
        "The code is wrong or was used already.",
    ))
}

/// Whoever comes as far as a second factor knows the password or has the session, so the owner is told of many wrong ones.
async fn tell_of_wrong_ones(call: &Call, owner: &Owner, actor: &Actor) -> Result<()> {
    let event = Event::SecondFactorGuessed;
    let letter = letters::security_notice(
        call,
        event,
        "Ten times within a quarter of an hour a wrong second factor was given, by somebody who knows your password or is signed in as you.",
    )?;
    let message = Message::about(call, event, &letter)?;
    let refused = audit::Event {
        action: Action::SessionLimited,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: None,
    };
    call.db
        .commit([
            audit::refusal(call, owner, actor, &refused)?,
            message.to_person(call, owner),
        ])
        .await?;
    message.send_soon(call);
    Ok(())
}

/// The step whose code these digits are.
fn matching_step(
    call: &Call,
    owner: &Owner,
    row: &store::TotpRow,
    digits: u32,
) -> Result<Option<i64>> {
    let seed = call.key()?.open(owner.user().as_str(), &row.seed)?;
    Ok(totp::matching_step(&seed, digits, row.last_step, call.now))
}

/// Whoever used a recovery code may have found it, so its owner is told.
fn recovery_notice(call: &Call, action: Action) -> Result<Option<Message>> {
    if action != Action::RecoveryCodeUsed {
        return Ok(None);
    }
    let event = Event::RecoveryCodeUsed;
    let letter = letters::security_notice(
        call,
        event,
        "One of your recovery codes was used in place of a code of your authenticator app. It is useless now.",
    )?;
    Message::about(call, event, &letter).map(Some)
}

fn recovery_digest(call: &Call, owner: &Owner, code: &str) -> Result<Digest> {
    call.digest(&recovery_text(owner, code))
}

fn recovery_text(owner: &Owner, code: &str) -> String {
    format!("recovery code of {} {code}", owner.user().as_str())
}

/// Encrypts some seeds anew that another key encrypted, of people behind `after`.
pub async fn seal_anew(db: &Db, key: &HashKey, after: &str) -> Result<SealedAnew> {
    let rows: Vec<store::SealedRow> = db.all(store::sealed_by_others(&key.id(), after)).await?;
    let anew = |row: &store::SealedRow| {
        let sealed = key.seal_anew(row.user_id.as_str(), &row.seed, call::random()?)?;
        Ok(store::seal_anew(row, &sealed))
    };
    Ok(SealedAnew::of(&rows, |row| row.user_id.as_str(), anew))
}
