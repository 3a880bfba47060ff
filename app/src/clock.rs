//! What time it is, and how times are written for people.

use contract::time::{DAY, Timestamp};
use js_sys::{
    Array, Date, Function,
    Intl::{DateTimeFormat, RelativeTimeFormat},
    Object, Reflect,
};
use leptos::prelude::*;
use std::{
    cell::RefCell,
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};

/// British dates cannot be misread: the day comes first and the month is a word.
pub const LOCALE: &str = "en-GB";

/// How many seconds the server's clock is ahead of this computer's.
static AHEAD: AtomicI32 = AtomicI32::new(0);

/// Learns the server's time from an answer's `Date` header: ends of life are judged by its clock, not by this one. The
/// header leaves out what has passed of the second.
pub fn hear(date: &str) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a saturating cast of a difference in seconds; NaN becomes 0"
    )]
    let ahead = ((Date::parse(date) - own()) / 1000.0).ceil() as i32;
    AHEAD.store(ahead, Ordering::Relaxed);
}

/// The server's time.
pub fn now() -> Timestamp {
    from_milliseconds(own()).plus(i64::from(AHEAD.load(Ordering::Relaxed)))
}

/// The browser's time, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "the one clock of the app")]
fn own() -> f64 {
    Date::now()
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

thread_local! {
    /// The zone in which times are told; without one it is the browser's.
    static ZONE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Tells times in `zone` from now on; without one, or with one that the browser does not know, in its own.
pub fn tell_in(zone: Option<&str>) {
    let known = zone.filter(|zone| in_zone(Some(zone)).is_some());
    ZONE.set(known.map(str::to_owned));
}

/// The browser's own time zone, such as `Europe/Berlin`.
pub fn own_zone() -> String {
    let zone = || {
        let format = in_zone(None)?;
        Reflect::get(&format.resolved_options(), &"timeZone".into())
            .ok()?
            .as_string()
    };
    zone().unwrap_or_default()
}

/// Every time zone that the browser knows.
pub fn zones() -> Vec<String> {
    let zones = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let values = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
        let values = values.dyn_into::<Function>().ok()?;
        values.call1(&intl, &"timeZone".into()).ok()
    };
    zones().map_or_else(Vec::new, |zones| {
        Array::from(&zones)
            .iter()
            .filter_map(|zone| zone.as_string())
            .collect()
    })
}

/// Writes times of a zone; none if the browser does not know it.
fn in_zone(zone: Option<&str>) -> Option<DateTimeFormat> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let format = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?;
    let options = options(&[], zone);
    let arguments = Array::of2(&LOCALE.into(), &options);
    let format: &Function = format.unchecked_ref();
    Reflect::construct(format, &arguments)
        .ok()
        .map(JsCast::unchecked_into)
}

/// The last second of a day where the person is; the day as a date input gives it, such as `2026-11-22`.
pub fn end_of_day(day: &str) -> Option<Timestamp> {
    on_day(day, "T23:59:59Z")
}

/// The first second of a day where the person is.
pub fn start_of_day(day: &str) -> Option<Timestamp> {
    on_day(day, "T00:00:00Z")
}

fn on_day(day: &str, time: &str) -> Option<Timestamp> {
    let wall = Timestamp::parse(&[day, time].concat())?;
    Some(instant(wall, |time| shown(time).seconds() - time.seconds()))
}

/// The instant at which clocks on the wall show `wall`, by how many seconds they are ahead of UTC at an instant. Where
/// they show it twice it is the later one.
fn instant(wall: Timestamp, ahead: impl Fn(Timestamp) -> i64) -> Timestamp {
    let by_the_offset_at = |time| wall.plus(-ahead(time));
    let before = by_the_offset_at(wall.plus(-DAY));
    let after = by_the_offset_at(wall.plus(DAY));
    let shows = |time: &Timestamp| time.plus(ahead(*time)) == wall;
    [before, after]
        .into_iter()
        .filter(shows)
        .max()
        .unwrap_or(before)
}

/// The day of an instant where the person is, as a date input wants it.
pub fn day(time: Timestamp) -> String {
    shown(time).day()
}

/// What clocks on the wall show where the person is, as if that were UTC.
fn shown(time: Timestamp) -> Timestamp {
    let all = [
        ("year", "numeric"),
        ("month", "2-digit"),
        ("day", "2-digit"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("second", "2-digit"),
        ("hourCycle", "h23"),
    ];
    let text = ZONE.with_borrow(|zone| locale_string(time, &all, zone.as_deref()));
    read_wall(&text).unwrap_or(time)
}

/// Reads `22/11/2026, 20:01:35`.
fn read_wall(text: &str) -> Option<Timestamp> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty());
    let mut next = || numbers.next();
    let (day, month, year) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

/// An instant in words where the person is: `20 February 2027 at 14:05`. Where that is not where the browser is, the
/// zone is told.
pub fn in_words(time: Timestamp) -> String {
    let styles = [("dateStyle", "long"), ("timeStyle", "short")];
    ZONE.with_borrow(|zone| {
        let words = locale_string(time, &styles, zone.as_deref());
        match zone {
            Some(zone) if *zone != own_zone() => format!("{words} ({zone})"),
            _ => words,
        }
    })
}

/// An instant as exactly as it is known: `20 Feb 2027, 13:05:00 UTC`.
pub fn exact(time: Timestamp) -> String {
    let styles = [("dateStyle", "medium"), ("timeStyle", "medium")];
    locale_string(time, &styles, Some("UTC")) + " UTC"
}

/// An instant as the browser writes it; the zone must be one that it knows.
fn locale_string(time: Timestamp, styles: &[(&str, &str)], zone: Option<&str>) -> String {
    to_date(time)
        .to_locale_string(LOCALE, &options(styles, zone))
        .into()
}

fn options(styles: &[(&str, &str)], zone: Option<&str>) -> Object {
    let options = Object::new();
    let zone = zone.map(|zone| ("timeZone", zone));
    for (name, value) in styles.iter().copied().chain(zone) {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    options
}

/// How far an instant is away, in words: `3 days ago`, `in 2 hours`.
pub fn relative(time: Timestamp, now: Timestamp) -> String {
    let (count, unit) = distance(time.seconds() - now.seconds());
    if count == 0 {
        return "now".into();
    }
    let options = Object::new();
    // `1 day ago` rather than `yesterday`: what counts is the distance, not the calendar.
    let _ = Reflect::set(&options, &"numeric".into(), &"always".into());
    RelativeTimeFormat::new(&Array::of1(&LOCALE.into()), &options)
        .format(f64::from(count), unit)
        .into()
}

/// A span of seconds, rounded to the nearest of the unit that suits it. Lifetimes are chosen in days, so these are
/// counted up to a hundred; and whole minutes are what the clock ticks in, so anything nearer is none.
fn distance(seconds: i64) -> (i32, &'static str) {
    /// Of the Gregorian calendar on average.
    const YEAR: i64 = 31_556_952;
    const MONTH: i64 = YEAR / 12;
    // Each with the first count that is too many.
    const UNITS: [(i64, &str, i64); 4] = [
        (60, "minute", 60),
        (3600, "hour", 24),
        (DAY, "day", 101),
        (MONTH, "month", 24),
    ];
    let nearest = |length: i64| (seconds.abs() + length / 2) / length;
    let (count, unit) = UNITS
        .into_iter()
        .map(|(length, unit, too_many)| (nearest(length), unit, too_many))
        .find(|(count, _, too_many)| count < too_many)
        .map_or_else(|| (nearest(YEAR), "year"), |(count, unit, _)| (count, unit));
    let count = i32::try_from(count).unwrap_or_default();
    (if seconds < 0 { -count } else { count }, unit)
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
    fn a_distance_is_rounded_to_the_nearest_of_the_unit_that_suits_it() {
        for (seconds, told) in [
            (0, (0, "minute")),
            (-29, (0, "minute")),
            (-30, (-1, "minute")),
            (89, (1, "minute")),
            (90, (2, "minute")),
            (3569, (59, "minute")),
            (3570, (1, "hour")),
            (-(23 * 3600 + 1799), (-23, "hour")),
            (-(23 * 3600 + 1800), (-1, "day")),
            (7 * DAY - 40, (7, "day")),
            (-7 * DAY, (-7, "day")),
            (90 * DAY - 1, (90, "day")),
            (100 * DAY + DAY / 2 - 1, (100, "day")),
            (100 * DAY + DAY / 2, (3, "month")),
            (365 * DAY, (12, "month")),
            (-700 * DAY, (-23, "month")),
            (-720 * DAY, (-2, "year")),
        ] {
            assert_eq!(distance(seconds), told, "{seconds}");
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// A zone that is one offset ahead before an instant and another from then on; in hours.
    fn turning(turn: &str, before: i64, after: i64) -> impl Fn(Timestamp) -> i64 {
        let turn = at(turn);
        move |time| 3600 * if time < turn { before } else { after }
    }

    #[test]
    fn a_day_ends_by_the_clocks_of_its_place() {
        let end = at("2026-11-22T23:59:59Z");
        for (hours, utc) in [
            (0, "2026-11-22T23:59:59Z"),
            (9, "2026-11-22T14:59:59Z"),
            (-10, "2026-11-23T09:59:59Z"),
        ] {
            assert_eq!(instant(end, |_| hours * 3600), at(utc));
        }
    }

    #[test]
    fn a_day_ends_once_also_where_clocks_are_turned_around_then() {
        let end = at("2026-10-25T23:59:59Z");
        // Back in the morning of that day, as in Berlin.
        let zone = turning("2026-10-25T01:00:00Z", 2, 1);
        assert_eq!(instant(end, zone), at("2026-10-25T22:59:59Z"));
        // Back at the end of that day, so that its last hour comes twice: it ends with the second.
        let zone = turning("2026-10-25T22:00:00Z", 2, 1);
        assert_eq!(instant(end, zone), at("2026-10-25T22:59:59Z"));
        // Forward at midnight.
        let zone = turning("2026-10-25T22:00:00Z", 2, 3);
        assert_eq!(instant(end, zone), at("2026-10-25T21:59:59Z"));
        // A day that a whole place leaves out, as Samoa did.
        let zone = turning("2026-10-25T10:00:00Z", -10, 14);
        assert_eq!(instant(end, zone), at("2026-10-26T09:59:59Z"));
    }

    #[test]
    fn what_a_clock_shows_is_read() {
        assert_eq!(
            read_wall("22/11/2026, 20:01:35"),
            Some(at("2026-11-22T20:01:35Z"))
        );
        assert_eq!(read_wall("22/11/2026"), None);
        assert_eq!(read_wall(""), None);
    }
}
