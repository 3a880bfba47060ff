//! The post: takes messages from the queue, sends them, and notes what became of each.

use super::{
    Letter, enqueue,
    mailer::{Fault, Mailer},
    store::{self, Claimed},
};
use crate::{
    call::{self, clock, key},
    db::Db,
    error::Result,
};
use contract::time::Timestamp;
use serde_json::json;
use worker::Env;

/// How many times a message is tried.
const TRIES: u32 = 6;
/// Seconds until an attempt that nobody heard of again is taken for lost.
const LOST_AFTER: i64 = 5 * 60;
/// Seconds that the queue has for a message before the sweep brings it back.
const SWEEP_AFTER: i64 = 60;

/// Sends those of the messages that are due; whatever happens to one, the others go on.
pub async fn deliver(env: &Env, ids: &[String]) -> Result<()> {
    let db = Db::of(env)?;
    let now = clock();
    let claim = store::claim(&json!(ids).to_string(), now, now.plus(LOST_AFTER));
    let [claimed] = db.commit([claim]).await?;
    for message in claimed.rows::<Claimed>()? {
        let sent = send(env, &message).await;
        note(env, &db, &message, sent).await?;
    }
    Ok(())
}

async fn send(env: &Env, message: &Claimed) -> Result<(), Fault> {
    // What is wrong on our side can be mended before the last try.
    let ours = |error: crate::error::Error| Fault::Later(format!("{error:?}"));
    let bytes = key(env)
        .and_then(|key| key.open(message.id.as_str(), &message.content))
        .map_err(ours)?;
    let letter = Letter::from_bytes(&bytes).map_err(ours)?;
    let mailer = Mailer::of(env).map_err(ours)?;
    mailer
        .send(message.id.as_str(), &message.recipient, &letter)
        .await
}

async fn note(env: &Env, db: &Db, message: &Claimed, sent: Result<(), Fault>) -> Result<()> {
    let now = clock();
    let outcome = match &sent {
        Ok(()) => store::sent(message, now),
        Err(Fault::Later(why)) if message.tries < TRIES => {
            let wait = wait(message.tries, chance()?);
            let postponed = store::postponed(message, why, now.plus(i64::from(wait)));
            db.commit([postponed]).await?;
            return enqueue(env, message.id.as_str(), wait).await;
        }
        Err(Fault::Later(why) | Fault::Never(why)) => store::failed(message, why, now),
    };
    db.commit([outcome]).await.map(drop)
}

/// Seconds until the next try: four times as long each time, less up to a fifth, so that what failed together does not
/// come back together.
fn wait(tries: u32, chance: u8) -> u32 {
    let full = 30 * 4_u32.pow(tries.saturating_sub(1).min(5));
    full - full * u32::from(chance) / (5 * 256)
}

fn chance() -> Result<u8> {
    let [byte] = call::random()?;
    Ok(byte)
}

/// Puts messages back into the queue that should have been sent by now.
pub async fn sweep(env: &Env, now: Timestamp) -> Result<()> {
    let db = Db::of(env)?;
    let overdue: Vec<store::IdRow> = db.all(store::overdue(now.plus(-SWEEP_AFTER))).await?;
    for row in overdue {
        enqueue(env, row.id.as_str(), 0).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_longer_and_no_two_need_be_the_same() {
        assert_eq!(
            [1, 2, 3, 4, 5].map(|tries| wait(tries, 0)),
            [30, 120, 480, 1920, 7680]
        );
        assert_eq!(wait(1, 255), 25);
        assert!((1..TRIES).all(|tries| wait(tries + 1, 255) > wait(tries, 0)));
    }
}
