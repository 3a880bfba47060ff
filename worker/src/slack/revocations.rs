//! Consents that nobody uses any more, given back at Slack: tried until Slack takes them, for a day at most.

use super::{api::Slack, open, whose};
use crate::{
    call::{Call, clock, random},
    db::{Db, Statement},
    error::{Error, Result},
    log,
    outbox::Fault,
    rekey::{self, SealedAnew},
    secret::HashKey,
};
use contract::{
    ids::UserId,
    time::{DAY, Timestamp},
};
use serde::Deserialize;
use worker::Env;

/// Seconds between two tries.
const EVERY: i64 = 5 * 60;

/// A token that a connection left behind.
#[derive(Deserialize)]
struct LeftRow {
    bot_token: String,
    whose: UserId,
    left_at: Timestamp,
    /// Whether anybody uses the workspace still, of whichever tenant: 1 or 0.
    used: u8,
}

/// Has what was left behind given back soon. Nobody waits for it.
pub fn give_back_soon(call: &Call) {
    let env = call.env().clone();
    call.later(async move { give_back(&env).await });
}

/// Gives back what was left behind and is not being given back elsewhere. The bot is the workspace's, not the person's: as
/// long as others are connected to the same workspace its token stays, since to revoke it would end theirs.
pub async fn give_back(env: &Env) -> Result<()> {
    let (db, now) = (Db::of(env)?, clock());
    let left: Vec<LeftRow> = db.all(take(now)).await?;
    for row in &left {
        let done = match Slack::of(env).filter(|_| row.used == 0) {
            None => true,
            Some(slack) => revoke(env, &slack, row, now).await,
        };
        if done {
            db.commit([forget(row)]).await?;
        }
    }
    Ok(())
}

/// Whether there is nothing left to try.
async fn revoke(env: &Env, slack: &Slack, row: &LeftRow, now: Timestamp) -> bool {
    let token = match open(env, &row.whose, &row.bot_token) {
        Ok(token) => token,
        Err(error) => {
            log::failure(&error, "slack revocation");
            return true;
        }
    };
    match slack.revoke(&token).await {
        // What Slack does not know, or not any more, is revoked.
        Ok(()) | Err(Fault::Disconnected(_)) => true,
        Err(_) if row.left_at > now.plus(-DAY) => false,
        Err(fault) => {
            let why = Error::Internal(format!("A token was not revoked at Slack: {fault:?}"));
            log::failure(&why, "slack revocation");
            true
        }
    }
}

/// Takes some of those whose time has come; of jobs side by side one gets each.
fn take(now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE slack_revocations SET due_at = ?2
         WHERE bot_token IN (SELECT bot_token FROM slack_revocations WHERE due_at <= ?1 ORDER BY due_at LIMIT 20)
         RETURNING bot_token, whose, left_at,
                   EXISTS (SELECT 1 FROM slack_connections c WHERE c.team_id = slack_revocations.team_id) AS used",
        [&now, &now.plus(EVERY)],
    )
}

/// Encrypts some tokens anew that another key encrypted, behind `after`.
pub async fn seal_left_anew(db: &Db, key: &HashKey, after: &str) -> Result<SealedAnew> {
    #[derive(Deserialize)]
    struct SealedRow {
        bot_token: String,
        whose: UserId,
    }
    let by_others = Statement::new(
        "SELECT bot_token, whose FROM slack_revocations
         WHERE bot_token > ?3 AND substr(bot_token, 1, length(?1)) <> ?1 ORDER BY bot_token LIMIT ?2",
        [&key.id(), &rekey::ROWS, &after],
    );
    let rows: Vec<SealedRow> = db.all(by_others).await?;
    let anew = |row: &SealedRow| {
        let sealed = key.seal_anew(&whose(&row.whose), &row.bot_token, random()?)?;
        Ok(Statement::new(
            "UPDATE slack_revocations SET bot_token = ?2 WHERE bot_token = ?1",
            [&row.bot_token, &sealed],
        ))
    };
    Ok(SealedAnew::of(&rows, |row| &row.bot_token, anew))
}

fn forget(row: &LeftRow) -> Statement {
    Statement::new(
        "DELETE FROM slack_revocations WHERE bot_token = ?1",
        [&row.bot_token],
    )
}
