//! Telephone numbers in E.164, and how long they are in each country.

/// Countries by calling code, and of those that share one the main country first. Each stands with its ISO 3166 code, its
/// calling code, the lengths of its fixed and mobile numbers without that code, and what is dialled before a number
/// within the country, if anything. From the metadata of Google's libphonenumber.
const COUNTRIES: &str = include_str!("phone_countries.txt");

/// A country with telephones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2 code.
    pub code: &'static str,
    /// What its numbers begin with, after the `+`.
    pub calling_code: &'static str,
    /// `9`, `5-15` or `7,10`.
    lengths: &'static str,
    /// `0`, `8` or nothing.
    trunk_prefix: &'static str,
}

impl Country {
    /// Whether a number of so many digits, without the calling code, exists here.
    pub fn has_length(&self, digits: usize) -> bool {
        self.lengths.split(',').any(|range| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.parse().unwrap_or(usize::MAX);
            (number(from)..=number(to)).contains(&digits)
        })
    }

    /// A number in E.164, as far as it is one, of what people type: as they dial it within the country, or with the
    /// calling code of whichever country.
    pub fn international(&self, typed: &str) -> String {
        let number = ungrouped(typed);
        if number.starts_with('+') {
            return number;
        }
        if let Some(rest) = number.strip_prefix("00") {
            return ["+", rest].concat();
        }
        // Where a number can begin like the prefix, only its length tells whether there is one.
        let national = number
            .strip_prefix(self.trunk_prefix)
            .filter(|rest| self.has_length(rest.len()))
            .filter(|_| self.trunk_prefix == "0" || !self.has_length(number.len()))
            .unwrap_or(&number);
        ["+", self.calling_code, national].concat()
    }

    /// How many digits its numbers have, for people: `9`, `5 to 15`, `7 or 10`.
    pub fn lengths(&self) -> String {
        self.lengths.replace('-', " to ").replace(',', " or ")
    }
}

/// Every country with telephones.
pub fn countries() -> impl Iterator<Item = Country> {
    COUNTRIES.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        Some(Country {
            code: parts.next()?,
            calling_code: parts.next()?,
            lengths: parts.next()?,
            trunk_prefix: parts.next().unwrap_or_default(),
        })
    })
}

/// The country with this ISO code.
pub fn country(code: &str) -> Option<Country> {
    countries().find(|country| country.code == code)
}

/// The country that a number in E.164 most likely belongs to, and the number without its calling code. Of several with
/// that code it is the one with the ISO code `likely`, or the main one.
pub fn country_of<'a>(number: &'a str, likely: &str) -> Option<(Country, &'a str)> {
    countries_of(number)
        .find(|(country, _)| country.code == likely)
        .or_else(|| countries_of(number).next())
}

/// The countries that a number in E.164 may belong to; several share a calling code.
fn countries_of(number: &str) -> impl Iterator<Item = (Country, &str)> {
    countries().filter_map(move |country| {
        let rest = number.strip_prefix('+')?;
        Some((country, rest.strip_prefix(country.calling_code)?))
    })
}

/// Checks a telephone number and writes it in E.164 (ITU-T E.164: `+` and at most 15 digits).
///
/// Spaces, dots, hyphens and brackets that people group digits with are left out.
pub fn check(text: &str) -> Result<String, String> {
    let number = ungrouped(text);
    let digits = number.strip_prefix('+').unwrap_or_default();
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !all_digits || digits.len() > 15 {
        return Err("Enter a phone number with its country code, such as +49 30 901820.".into());
    }
    let possible = || countries_of(&number);
    if possible().any(|(country, rest)| country.has_length(rest.len())) {
        return Ok(number);
    }
    Err(match possible().next() {
        Some((country, _)) => format!(
            "A number after +{} has {} digits.",
            country.calling_code,
            country.lengths()
        ),
        None => "No country has numbers that begin like this.".into(),
    })
}

/// Without what groups its digits, and without a zero that is dialled only within the country, as in `+44 (0)20`.
fn ungrouped(text: &str) -> String {
    let plain = |text: &str| {
        let digits = text.chars();
        digits
            .filter(|c| !c.is_whitespace() && !".-/()".contains(*c))
            .collect::<String>()
    };
    let number = plain(text);
    // Some countries, like Italy, have the zero as a part of the number.
    let drops_zero = |(country, _): (Country, &str)| country.trunk_prefix == "0";
    match text.split_once("(0)") {
        Some((code, rest)) if countries_of(&number).next().is_some_and(drops_zero) => {
            plain(code) + &plain(rest)
        }
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_e164_however_they_are_grouped() {
        for (typed, kept) in [
            ("+49 30 901820", "+4930901820"),
            ("+1 (212) 555-0123", "+12125550123"),
            (" +44 20 7946 0958 ", "+442079460958"),
            ("+39 06 698 12345", "+390669812345"),
            ("+41.44.668.18.00", "+41446681800"),
        ] {
            assert_eq!(check(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn numbers_that_no_country_has_are_refused_with_the_length_that_is_right() {
        for wrong in [
            "",
            "030 901820",
            "+",
            "+49 30 90x820",
            "+4930901820901820",
            "++4930901820",
            "+999 12345678",
            "+800 1234 5678",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        for (number, told) in [
            ("+1 212 555", "A number after +1 has 10 digits."),
            ("+41 44 668 18", "A number after +41 has 9 digits."),
        ] {
            assert_eq!(check(number), Err(told.to_owned()));
        }
    }

    #[test]
    fn a_number_is_understood_as_it_is_dialled_at_home() {
        for (code, typed, number) in [
            ("DE", "030 901820", "+4930901820"),
            ("DE", "30 901820", "+4930901820"),
            ("DE", "+44 20 7946 0958", "+442079460958"),
            ("DE", "0044 20 7946 0958", "+442079460958"),
            ("GB", "(020) 7946 0958", "+442079460958"),
            ("DE", "+44 (0)20 7946 0958", "+442079460958"),
            ("DE", "+39 (0)6 698 12345", "+390669812345"),
            ("US", "1 (212) 555-0123", "+12125550123"),
            ("US", "212 555 0123", "+12125550123"),
            // Italy keeps the zero.
            ("IT", "06 698 12345", "+390669812345"),
            ("RU", "8 800 555 35 35", "+78005553535"),
            ("RU", "800 555 35 35", "+78005553535"),
            ("HU", "06 1 483 9100", "+3614839100"),
            ("US", "555", "+1555"),
            ("US", "", "+1"),
        ] {
            assert_eq!(country(code).unwrap().international(typed), number);
        }
    }

    #[test]
    fn a_number_leads_back_to_its_country() {
        let of = |number, likely| {
            country_of(number, likely).map(|(country, rest)| (country.code, rest.to_owned()))
        };
        let some = |code, rest: &str| Some((code, rest.to_owned()));
        assert_eq!(of("+4930901820", ""), some("DE", "30901820"));
        assert_eq!(of("+12125550123", ""), some("US", "2125550123"));
        assert_eq!(of("+12125550123", "CA"), some("CA", "2125550123"));
        assert_eq!(of("+442079460958", "DE"), some("GB", "2079460958"));
        assert_eq!(of("+390669812345", ""), some("IT", "0669812345"));
        assert_eq!(of("+999", ""), None);
        assert_eq!(of("030", ""), None);
    }

    #[test]
    fn every_line_of_the_table_is_a_country() {
        assert_eq!(countries().count(), COUNTRIES.lines().count());
        for country in countries() {
            assert!(
                country.code.len() == 2 && country.code.bytes().all(|b| b.is_ascii_uppercase())
            );
            assert!(country.calling_code.parse::<u16>().is_ok());
            assert!(
                (1..=15).any(|digits| country.has_length(digits)),
                "{}",
                country.code
            );
            assert!(!country.has_length(0) && !country.has_length(16));
        }
        assert_eq!(country("DE").map(|c| c.calling_code), Some("49"));
    }
}
