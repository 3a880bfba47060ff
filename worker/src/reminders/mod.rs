//! One message a person a day about the tokens that end soon, or just did: those in use come first.

mod rules;
mod store;

use crate::{
    db::Db,
    edge::time_in,
    error::Result,
    outbox::{Message, letters},
};
use contract::{notifications::Event, time::Timestamp};
use rules::HOUR;
use serde_json::json;
use std::collections::BTreeMap;
use store::{EndingRow, ZoneRow};
use worker::Env;

pub use store::purge;

/// Reminds those for whom it is time.
pub async fn remind(env: &Env, now: Timestamp) -> Result<()> {
    let db = Db::of(env)?;
    let zones: Vec<ZoneRow> = db.all(store::zones(now)).await?;
    let zones = zones.into_iter().map(|row| row.zone);
    let morning: Vec<_> = zones.filter(|zone| hour_in(zone, now) >= HOUR).collect();
    let rows: Vec<EndingRow> = db
        .all(store::ending(now, &json!(morning).to_string()))
        .await?;
    let mut by_person: BTreeMap<String, Vec<EndingRow>> = BTreeMap::new();
    for row in rows {
        let person = row.user_id.as_str().to_owned();
        by_person.entry(person).or_default().push(row);
    }
    for mut tokens in by_person.into_values() {
        rules::rank(&mut tokens);
        // One message a day; but who hears of what is over elsewhere than of what ends soon has each where they chose.
        let (over, soon): (Vec<_>, Vec<_>) = match tokens.first() {
            Some(row) if row.apart == 1 => tokens.into_iter().partition(|row| row.days == 0),
            _ => (vec![], tokens),
        };
        tell(env, &db, &over, &soon, now).await?;
    }
    Ok(())
}

/// What one message names.
type Named = [EndingRow];

async fn tell(env: &Env, db: &Db, over: &Named, soon: &Named, now: Timestamp) -> Result<()> {
    let (mut messages, mut statements) = (vec![], vec![]);
    for tokens in [over, soon] {
        let Some(first) = tokens.first() else {
            continue;
        };
        let message = message(env, tokens, now)?;
        // Two reminders side by side: the later one has nothing left to note, and tells nothing.
        statements.push(store::note(first, tokens));
        statements.push(message.to_person_of(
            first.tenant_id.as_str(),
            first.user_id.as_str(),
            now,
        ));
        messages.push(message);
    }
    db.commit_all(statements).await?;
    for message in messages {
        message.send(env).await?;
    }
    Ok(())
}

fn message(env: &Env, tokens: &Named, now: Timestamp) -> Result<Message> {
    let all_over = tokens.iter().all(|row| row.days == 0);
    let event = if all_over {
        Event::TokenExpired
    } else {
        Event::TokenExpiring
    };
    let letter = letters::ending(env, event, &rules::facts(tokens, now))?;
    Ok(Message::in_background(env, event, &letter)?.by_itself(rules::FOLD))
}

/// The hour of the day in a time zone.
fn hour_in(zone: &str, now: Timestamp) -> u32 {
    let text = time_in(zone, &[("hour", "2-digit"), ("hourCycle", "h23")], now);
    // Whose zone the runtime does not know is told rather than left waiting.
    text.and_then(|text| text.parse().ok()).unwrap_or(HOUR)
}
