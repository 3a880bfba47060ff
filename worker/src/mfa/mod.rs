//! The second factor.

pub mod http;
mod store;
mod totp;

use crate::{
    audit,
    auth::{Actor, Owner},
    call::Call,
    error::{Error, Result},
    limits::{Counter, Limit},
    secret::Digest,
};
use contract::{audit::Action, mfa::Code, problem};

/// Of one person's second factors, whatever they are for.
const TRIES: Limit = Limit {
    name: "second factor of account",
    count: 10,
    seconds: 15 * 60,
};

/// Uses a second factor up, if it is right: of calls side by side with the same code one succeeds.
pub async fn use_up(call: &Call, owner: &Owner, actor: &Actor, code: &Code) -> Result<()> {
    let tries = Counter::new(call, &TRIES, owner.user().as_str())?;
    let [taken, found] = call
        .db
        .commit([tries.take(call.now), store::find(owner)])
        .await?;
    tries.check(&taken, call.now)?;
    let row = found.row::<store::TotpRow>()?;
    let (spend, action) = match (code, row) {
        (Code::Totp(digits), Some(row)) => {
            let seed = call.key()?.open(owner.user().as_str(), &row.seed)?;
            let step = totp::matching_step(&seed, *digits, row.last_step, call.now);
            (
                step.map(|step| store::spend_step(owner, step)),
                Action::MfaUsed,
            )
        }
        (Code::Recovery(code), Some(_)) => {
            let digest = recovery_digest(call, owner, code)?;
            (
                Some(store::spend_recovery_code(owner, &digest)),
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
        let used = audit::entry(call, owner, actor, &event(action))?;
        let [outcome, _] = call.db.commit([spend, used]).await?;
        if outcome.changed()? == 1 {
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

fn recovery_digest(call: &Call, owner: &Owner, code: &str) -> Result<Digest> {
    call.digest(&format!(
        "recovery code of {} {code}",
        owner.user().as_str()
    ))
}
