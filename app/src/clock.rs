//! What time it is, and how times are written for people.

use contract::time::{DAY, Timestamp};
use js_sys::{Array, Date, Intl::RelativeTimeFormat, Object, Reflect};
use leptos::prelude::*;
use std::{
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};

/// British dates cannot be misread: the day comes first and the month is a word.
const LOCALE: &str = "en-GB";

/// How many seconds the server's clock is ahead of this computer's.
static AHEAD: AtomicI32 = AtomicI32::new(0);

/// Learns the server's time from an answer's `Date` header: ends of life are judged by its clock, not by this one.
pub fn hear(date: &str) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a saturating cast of a difference in seconds; NaN becomes 0"
    )]
    let ahead = ((Date::parse(date) - Date::now()) / 1000.0).floor() as i32;
    AHEAD.store(ahead, Ordering::Relaxed);
}

/// The server's time.
pub fn now() -> Timestamp {
    from_milliseconds(Date::now()).plus(i64::from(AHEAD.load(Ordering::Relaxed)))
}

/// The time, told anew every half minute; one for the whole app.
#[derive(Clone, Copy)]
pub struct Clock(RwSignal<Timestamp>);

impl Clock {
    /// Starts ticking.
    pub fn new() -> Self {
        let time = RwSignal::new(now());
        set_interval(move || time.set(now()), Duration::from_secs(30));
        Self(time)
    }

    /// The time when it last ticked.
    pub fn get(self) -> Timestamp {
        self.0.get()
    }
}

/// The last second of a day in the browser's time zone; the day as a date input gives it, such as `2026-11-22`.
pub fn end_of_day(day: &str) -> Option<Timestamp> {
    let (year, month, day) = parts_of_day(day)?;
    let date = Date::new_with_year_month_day_hr_min_sec(year, month - 1, day, 23, 59, 59);
    Some(from_milliseconds(date.get_time()))
}

fn parts_of_day(day: &str) -> Option<(u32, i32, i32)> {
    let mut parts = day.split('-');
    let parts = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    Some(parts)
}

/// The day of an instant in the browser's time zone, as a date input wants it.
pub fn day(time: Timestamp) -> String {
    let date = to_date(time);
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

/// An instant in words: `20 February 2027 at 14:05`.
pub fn in_words(time: Timestamp) -> String {
    locale_string(time, "long", None)
}

/// An instant as exactly as it is known: `20 Feb 2027, 13:05:00 UTC`.
pub fn exact(time: Timestamp) -> String {
    locale_string(time, "medium", Some("UTC")) + " UTC"
}

fn locale_string(time: Timestamp, date_style: &str, zone: Option<&str>) -> String {
    let options = Object::new();
    let set = |key: &str, value: &str| {
        let _ = Reflect::set(&options, &key.into(), &value.into());
    };
    set("dateStyle", date_style);
    set("timeStyle", if zone.is_some() { "medium" } else { "short" });
    if let Some(zone) = zone {
        set("timeZone", zone);
    }
    to_date(time).to_locale_string(LOCALE, &options).into()
}

/// How far an instant is away, in words: `3 days ago`, `in 2 hours`.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let (count, unit) = distance(time.seconds() - now.seconds());
    let options = Object::new();
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    RelativeTimeFormat::new(&Array::of1(&LOCALE.into()), &options)
        .format(f64::from(count), unit)
        .into()
}

/// A span of seconds in the largest unit that it fills; what lies ahead is rounded down, what is past too.
fn distance(seconds: i64) -> (i32, &'static str) {
    const UNITS: [(i64, &str); 5] = [
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (DAY, "day"),
        (3600, "hour"),
        (60, "minute"),
    ];
    let (length, unit) = UNITS
        .into_iter()
        .find(|(length, _)| seconds.abs() >= *length)
        .unwrap_or((60, "second"));
    // Whole minutes are what the clock ticks in, so anything nearer is simply now.
    (i32::try_from(seconds / length).unwrap_or_default(), unit)
}

fn to_date(time: Timestamp) -> Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "RFC 3339's years in milliseconds stay far below 2^53"
    )]
    Date::new(&JsValue::from_f64(time.seconds() as f64 * 1000.0)).unchecked_into()
}

fn from_milliseconds(milliseconds: f64) -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds are wanted, and `Timestamp` bounds them"
    )]
    Timestamp::from_seconds((milliseconds / 1000.0).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_told_in_the_largest_unit_that_it_fills() {
        assert_eq!(distance(0), (0, "second"));
        assert_eq!(distance(-59), (0, "second"));
        assert_eq!(distance(-60), (-1, "minute"));
        assert_eq!(distance(3599), (59, "minute"));
        assert_eq!(distance(DAY - 1), (23, "hour"));
        assert_eq!(distance(29 * DAY), (29, "day"));
        assert_eq!(distance(90 * DAY), (3, "month"));
        assert_eq!(distance(-800 * DAY), (-2, "year"));
    }

    #[test]
    fn a_day_is_taken_apart() {
        assert_eq!(parts_of_day("2026-11-22"), Some((2026, 11, 22)));
        assert_eq!(parts_of_day(""), None);
    }
}
