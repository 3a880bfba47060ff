//! An instant in one text form: RFC 3339, UTC, whole seconds. It sorts as text and reads well in a database.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Seconds in a day; UTC has no leap seconds in RFC 3339 arithmetic.
pub const DAY: i64 = 86_400;

/// Seconds since 1970-01-01T00:00:00Z, between the years 0000 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `seconds` after the epoch, moved into the years that RFC 3339 can write.
    pub const fn from_seconds(seconds: i64) -> Self {
        const FIRST: i64 = -62_167_219_200;
        const LAST: i64 = 253_402_300_799;
        Self(if seconds < FIRST {
            FIRST
        } else if seconds > LAST {
            LAST
        } else {
            seconds
        })
    }

    /// Seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later (earlier when negative).
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// The UTC day, as `2026-11-22`.
    pub fn day(self) -> String {
        let mut text = self.to_string();
        text.truncate(10);
        text
    }

    /// The instant as the header `Date` has it (RFC 9110, 5.6.7): `Sun, 22 Nov 2026 20:01:35 GMT`.
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let name = |names: &[&'static str], at: i64| {
            let at = usize::try_from(at).unwrap_or_default();
            names.get(at).copied().unwrap_or_default()
        };
        let days = self.0.div_euclid(DAY);
        let (year, month, day) = civil_from_days(days);
        // The epoch was a Thursday.
        let weekday = name(&DAYS, days.rem_euclid(7));
        let month = name(&MONTHS, month - 1);
        let text = self.to_string();
        let time = text.get(11..19).unwrap_or_default();
        format!("{weekday}, {day:02} {month} {year:04} {time} GMT")
    }

    /// Reads RFC 3339 (section 5.6) with any offset; fractions of a second are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let (time, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
        let [year, month, day] = numbers(date, b'-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, b':', [2, 2, 2])?;
        let zone = match rest.strip_prefix('.') {
            Some(fraction) => {
                let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
                (zone.len() < fraction.len()).then_some(zone)?
            }
            None => rest,
        };
        let offset = match zone {
            "Z" | "z" => 0,
            _ => {
                let [hours, minutes] = numbers(zone.get(1..)?, b':', [2, 2])?;
                let seconds =
                    (hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60)?;
                match zone.as_bytes().first()? {
                    b'+' => seconds,
                    b'-' => -seconds,
                    _ => return None,
                }
            }
        };
        // 60 is a leap second, which becomes the first second of the next minute.
        let days = days_from_civil(year, month, day);
        let valid =
            civil_from_days(days) == (year, month, day) && hour < 24 && minute < 60 && second <= 60;
        valid.then(|| Self::from_seconds(days * DAY + hour * 3600 + minute * 60 + second - offset))
    }
}

/// `N` numbers of exactly the given `widths`, parted by `separator`.
fn numbers<const N: usize>(text: &str, separator: u8, widths: [usize; N]) -> Option<[i64; N]> {
    let mut bytes = text.bytes();
    let mut found = [0; N];
    for (at, (slot, width)) in found.iter_mut().zip(widths).enumerate() {
        if at > 0 && bytes.next()? != separator {
            return None;
        }
        for _ in 0..width {
            let digit = bytes.next().filter(u8::is_ascii_digit)?;
            *slot = *slot * 10 + i64::from(digit - b'0');
        }
    }
    bytes.next().is_none().then_some(found)
}

/// Days since the epoch of a date in the proleptic Gregorian calendar, by counting years that begin in March,
/// where the leap day comes last (the method of Howard Hinnant, `chrono-Compatible Low-Level Date Algorithms`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]: `(year, month, day)`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl fmt::Display for Timestamp {
    /// Every call writes many times, and format strings with widths take several times as long.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        let mut text = *b"0000-00-00T00:00:00Z";
        for (places, mut number) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, second / 3600),
            (14..16, second / 60 % 60),
            (17..19, second % 60),
        ] {
            for digit in text.get_mut(places).into_iter().flatten().rev() {
                *digit += u8::try_from(number % 10).unwrap_or_default();
                number /= 10;
            }
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("Write the time as RFC 3339, such as 2026-11-22T20:01:35Z.")
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_are_written_and_read() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_377_695, "2026-11-22T20:01:35Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_seconds(seconds).to_string(), text);
            assert_eq!(
                Timestamp::parse(text),
                Some(Timestamp::from_seconds(seconds))
            );
        }
    }

    #[test]
    fn the_header_has_its_own_form() {
        let date = |seconds| Timestamp::from_seconds(seconds).http_date();
        assert_eq!(date(1_795_377_695), "Sun, 22 Nov 2026 20:01:35 GMT");
        assert_eq!(date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn offsets_and_fractions_are_understood() {
        let expected = Timestamp::parse("2026-11-22T20:01:35Z");
        assert_eq!(Timestamp::parse("2026-11-22T22:01:35.987+02:00"), expected);
        assert_eq!(Timestamp::parse("2026-11-22t15:31:35-04:30"), expected);
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T20:01:35",
            "2026-11-22T20:01:35.Z",
            "2026-11-22T20:01:35+2:00",
            "20261-1-22T20:01:35Z",
            "2026-11-22T20:01:35é1:00",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for days in -146_097..146_097 {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }
}
