//! The post: takes messages from their queues, sends them, and notes what became of each.

use super::{
    Fault, Letter, Message, enqueue, enqueue_all, group, letters,
    mailer::Mailer,
    store::{self, Claimed},
};
use crate::{
    auth::Owner,
    call::{self, clock, key},
    db::{Db, Outcome, Statement},
    edge::pause,
    error::{Error, Result},
    passwords,
    rekey::SealedAnew,
    secret::HashKey,
    slack,
};
use contract::{
    notifications::{Channel, Event},
    slack::Via,
    time::Timestamp,
};
use futures_util::future::{Either, select};
use serde_json::json;
use std::pin::pin;
use worker::Env;

/// How many times a message is tried.
const TRIES: u32 = 6;
/// Seconds until an attempt that nobody heard of again is taken for lost.
const LOST_AFTER: i64 = 5 * 60;
/// Seconds that the queue has for a message before the sweep brings it back.
const SWEEP_AFTER: i64 = 60;
/// What the person reads when the cause is on our side; what it is goes to the log.
const OURS: &str = "Something went wrong here, not at the receiver";
/// How long one message may take, in milliseconds: all that are claimed together are done with before they are taken for
/// lost.
const TIMEOUT_MS: u32 = 10_000;
/// The longest that what is critical waits for its turn at Slack, in seconds; it goes by mail then.
const PATIENCE: i64 = 10 * 60;
/// The longest that a receiver can ask us to wait, in seconds.
const WAIT_MAX: u32 = 24 * 60 * 60;

/// Sends those of the messages of a channel that are due, one after the other: should the sending break off, one at most
/// was sent and not noted. Whatever happens to one, the others go on. What is for Slack is handed on to its own consumer.
pub async fn deliver(env: &Env, channel: Channel, ids: &[String]) -> Result<()> {
    let db = Db::of(env)?;
    let now = clock();
    let wanted = json!(ids).to_string();
    let claim = store::claim(&wanted, channel, now, now.plus(LOST_AFTER));
    let [claimed, for_slack] = db.commit([claim, store::for_slack(&wanted, now)]).await?;
    let claimed: Vec<Claimed> = claimed.rows()?;
    let mut outcome = Ok(());
    if channel == Channel::Email {
        let for_slack: Vec<_> = for_slack
            .rows()?
            .into_iter()
            .map(|row: store::ForSlack| row.ids)
            .collect();
        outcome = enqueue_all(env, Channel::Slack, &for_slack).await;
    }
    for message in &claimed {
        let sent = send(env, &db, message).await;
        if let Err(error) = note(env, &db, message, sent).await {
            outcome = Err(error);
        }
    }
    if claimed.len() == store::CLAIMED_AT_ONCE {
        enqueue_all(env, channel, ids).await?;
    }
    outcome
}

async fn send(env: &Env, db: &Db, message: &Claimed) -> Result<(), Fault> {
    let id = message.id.as_str();
    // What is wrong on our side can be mended before the last try. The person need not hear what it is.
    let ours = |error: Error| {
        crate::log::failure(&error, id);
        Fault::Later(OURS.into())
    };
    let bytes = key(env)
        .and_then(|key| key.open(group(id), &message.content))
        .map_err(ours)?;
    let mut letter = Letter::from_bytes(&bytes).map_err(ours)?;
    letter.stands_for_more(message.folded);
    letter.tell_times(message.time_zone.as_deref());
    match message.channel {
        Channel::Email => {
            let mailer = Mailer::of(env).map_err(ours)?;
            let sending = pin!(mailer.send(id, &message.recipient, &letter));
            match select(sending, pin!(pause(TIMEOUT_MS))).await {
                Either::Left((sent, _)) => sent,
                Either::Right(_) => Err(Fault::Later(
                    "The mail service did not answer in time".into(),
                )),
            }
        }
        Channel::Slack => {
            let connection = slack::connection(env, db, &message.tenant_id, &message.user_id);
            let connection = connection.await.map_err(ours)?.ok_or(Fault::NoWorkspace)?;
            connection
                .take_turn(db, &message.id)
                .await
                .map_err(ours)??;
            connection.send(&letter).await
        }
    }
}

async fn note(env: &Env, db: &Db, message: &Claimed, sent: Result<(), Fault>) -> Result<()> {
    let now = clock();
    let (wait, why) = match sent {
        Ok(()) => {
            let mut statements = vec![store::sent(message, now)];
            if message.event == passwords::RESET_REQUESTED {
                statements.push(passwords::restart(
                    &message.tenant_id,
                    group(message.id.as_str()),
                    now,
                ));
            }
            if message.channel == Channel::Slack {
                statements.push(slack::delivered(&message.tenant_id, &message.user_id, now));
            }
            return db.commit_all(statements).await.map(drop);
        }
        Err(Fault::NotYet(turn)) if message.is_urgent() && turn > now.plus(PATIENCE) => {
            return instead(env, db, message, "Slack asked for a long wait").await;
        }
        Err(Fault::NotYet(turn)) => {
            db.commit([store::in_turn(message, turn)]).await?;
            let wait = u32::try_from(turn.seconds() - now.seconds()).unwrap_or_default();
            return enqueue(env, message.channel, message.id.as_str(), wait).await;
        }
        Err(Fault::Broken {
            why,
            bot_token,
            via,
        }) => {
            broken(env, db, message, (&bot_token, via), &why).await?;
            return instead(env, db, message, &said(&why)).await;
        }
        Err(Fault::Disconnected(why)) => return instead(env, db, message, &said(&why)).await,
        Err(Fault::NoWorkspace) => {
            return instead(env, db, message, "No workspace takes messages").await;
        }
        Err(Fault::Later(why)) if message.tries < TRIES => (wait(message.tries, chance()?), why),
        Err(Fault::After(seconds, why)) if message.tries < TRIES => {
            // One more: the clock cuts seconds off, and too early would be asked to wait anew.
            let wait = seconds.clamp(1, WAIT_MAX) + 1;
            let until = now.plus(i64::from(wait));
            let paused = slack::paused(&message.tenant_id, &message.user_id, until);
            db.commit([paused]).await?;
            if message.is_urgent() && i64::from(wait) > PATIENCE {
                return instead(env, db, message, &why).await;
            }
            (wait, why)
        }
        Err(Fault::Later(why) | Fault::After(_, why) | Fault::Never(why)) => {
            let mut statements = vec![store::failed(message, &why, now)];
            if message.channel == Channel::Slack {
                statements.push(store::insert_instead(message, now));
            }
            db.commit_all(statements).await?;
            return enqueue(env, Channel::Email, group(message.id.as_str()), 0).await;
        }
    };
    let due_at = now.plus(i64::from(wait));
    db.commit([store::postponed(message, &why, due_at)]).await?;
    enqueue(env, message.channel, message.id.as_str(), wait).await
}

/// Slack's own word, or what its server did instead of saying one.
fn said(why: &str) -> String {
    match why.split_once('_') {
        Some(("redirect" | "http", status)) => ["Slack answered ", status].concat(),
        _ => ["Slack said: ", why].concat(),
    }
}

/// The message goes by mail at once.
async fn instead(env: &Env, db: &Db, message: &Claimed, why: &str) -> Result<()> {
    let now = clock();
    db.commit([
        store::failed(message, why, now),
        store::insert_instead(message, now),
    ])
    .await?;
    enqueue(env, Channel::Email, group(message.id.as_str()), 0).await
}

/// The connection is marked, and the person hears why, once.
async fn broken(env: &Env, db: &Db, message: &Claimed, used: (&str, Via), why: &str) -> Result<()> {
    let now = clock();
    let notice =
        Message::in_background(env, Event::SlackBroken, &letters::slack_broken(env, why)?)?;
    let (tenant_id, user_id) = (&message.tenant_id, &message.user_id);
    let [_, _, instead, _] = db
        .commit([
            slack::broken(tenant_id, user_id, used, why, now),
            notice.to_person_of(tenant_id.as_str(), user_id.as_str(), now),
            store::insert_instead_of_waiting(tenant_id.as_str(), user_id.as_str(), now),
            store::give_up_waiting(tenant_id.as_str(), user_id.as_str(), &said(why), now),
        ])
        .await?;
    notice.send(env).await?;
    enqueue_written(env, &instead).await
}

/// What waits for the Slack of a person who has disconnected it goes by mail, once it is written: see [`enqueue_written`].
pub fn instead_of_waiting(owner: &Owner, now: Timestamp) -> [Statement; 2] {
    let (tenant_id, user_id) = (owner.tenant().as_str(), owner.user().as_str());
    [
        store::insert_instead_of_waiting(tenant_id, user_id, now),
        store::give_up_waiting(tenant_id, user_id, "The workspace was disconnected", now),
    ]
}

/// Has those messages sent that a statement wrote.
pub async fn enqueue_written(env: &Env, written: &Outcome) -> Result<()> {
    for row in written.rows::<store::Unqueued>()? {
        enqueue(env, row.channel, row.id.as_str(), 0).await?;
    }
    Ok(())
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

/// Puts messages back into the queue that should have been sent by now, and gives up those that break every attempt: what
/// was to go to Slack goes by mail at last.
pub async fn sweep(env: &Env, now: Timestamp) -> Result<()> {
    let db = Db::of(env)?;
    let given_up = [
        store::exhausted(TRIES, now),
        store::insert_instead_of_exhausted(now),
    ];
    let [_, instead] = db.commit(given_up).await?;
    let overdue: Vec<store::Unqueued> = db.all(store::overdue(now.plus(-SWEEP_AFTER))).await?;
    enqueue_written(env, &instead).await?;
    for row in overdue {
        enqueue(env, row.channel, row.id.as_str(), 0).await?;
    }
    Ok(())
}

/// Notes that messages are given up that the queue could not hand over. What was to go to Slack goes by mail at last, which
/// the sweep sees to: the queue has just shown that it cannot.
pub async fn give_up(env: &Env, ids: &[String]) -> Result<()> {
    let (ids, now) = (json!(ids).to_string(), clock());
    let statements = [
        store::dead(&ids, now),
        store::insert_instead_of_dead(&ids, now),
    ];
    Db::of(env)?.commit(statements).await.map(drop)
}

/// Encrypts what some messages say anew that another key encrypted, behind `after`.
pub async fn seal_anew(db: &Db, key: &HashKey, after: &str) -> Result<SealedAnew> {
    let rows: Vec<store::SealedRow> = db.all(store::sealed_by_others(&key.id(), after)).await?;
    let anew = |row: &store::SealedRow| {
        let sealed = key.seal_anew(group(row.id.as_str()), &row.content, call::random()?)?;
        Ok(store::seal_anew(row, &sealed))
    };
    Ok(SealedAnew::of(&rows, |row| row.id.as_str(), anew))
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
