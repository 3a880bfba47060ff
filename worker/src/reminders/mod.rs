//! One message a person a day about the tokens that end soon, or just did: those in use come first.

mod rules;
mod store;

use crate::{
    db::Db,
    error::Result,
    outbox::{Message, letters},
};
use contract::{notifications::Event, time::Timestamp};
use js_sys::{Array, Function, Object, Reflect};
use rules::{HOUR, due};
use std::collections::BTreeMap;
use store::EndingRow;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

pub use store::purge;

/// Reminds those for whom it is time.
pub async fn remind(env: &Env, now: Timestamp) -> Result<()> {
    let db = Db::of(env)?;
    let rows: Vec<EndingRow> = db.all(store::ending(now)).await?;
    let mut by_person: BTreeMap<String, Vec<(EndingRow, u32)>> = BTreeMap::new();
    for row in rows {
        if let Some(days) = due(&row, now) {
            by_person
                .entry(row.user_id.as_str().to_owned())
                .or_default()
                .push((row, days));
        }
    }
    for mut tokens in by_person.into_values() {
        let zone = tokens.first().and_then(|(row, _)| row.time_zone.clone());
        if hour_in(zone.as_deref().unwrap_or("UTC"), now) < HOUR {
            continue;
        }
        rules::rank(&mut tokens);
        tell(env, &db, &tokens, now).await?;
    }
    Ok(())
}

async fn tell(env: &Env, db: &Db, tokens: &[(EndingRow, u32)], now: Timestamp) -> Result<()> {
    let Some((first, _)) = tokens.first() else {
        return Ok(());
    };
    let all_over = tokens.iter().all(|(_, days)| *days == 0);
    let event = if all_over {
        Event::TokenExpired
    } else {
        Event::TokenExpiring
    };
    let letter = letters::ending(env, event, &rules::facts(tokens, now))?;
    let message = Message::in_background(env, event, &letter)?.by_itself(rules::FOLD);
    db.commit([
        // Two reminders side by side: the later one has nothing left to note, and tells nothing.
        store::note(first, tokens),
        message.to_person_of(first.tenant_id.as_str(), first.user_id.as_str(), now),
    ])
    .await?;
    message.send(env).await
}

/// The hour of the day in a time zone, by the runtime's tables.
fn hour_in(zone: &str, now: Timestamp) -> u32 {
    let hour = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let format = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into::<Function>()?;
        let options = Object::new();
        for (name, value) in [
            ("timeZone", zone),
            ("hour", "2-digit"),
            ("hourCycle", "h23"),
        ] {
            Reflect::set(&options, &name.into(), &value.into())?;
        }
        let format = Reflect::construct(&format, &Array::of2(&"en-GB".into(), &options))?;
        let tell = Reflect::get(&format, &"format".into())?.dyn_into::<Function>()?;
        #[expect(clippy::cast_precision_loss, reason = "seconds stay exact")]
        let ms = now.seconds() as f64 * 1000.0;
        tell.call1(&format, &JsValue::from_f64(ms))
    };
    let text = hour().ok().and_then(|text| text.as_string());
    // Whose zone the runtime does not know is told rather than left waiting.
    text.and_then(|text| text.parse().ok()).unwrap_or(HOUR)
}
