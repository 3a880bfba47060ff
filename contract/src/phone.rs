//! Telephone numbers in E.164, and how long they are in each country.

/// Countries by ISO 3166 code, each with its calling code and the lengths of its fixed and mobile numbers without that
/// code. From the metadata of Google's libphonenumber.
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

    /// How many digits its numbers have, for people: `9`, `5 to 15`, `7 or 10`.
    pub fn lengths(&self) -> String {
        self.lengths.replace('-', " to ").replace(',', " or ")
    }
}

/// Every country with telephones, by code.
pub fn countries() -> impl Iterator<Item = Country> {
    COUNTRIES.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        Some(Country {
            code: parts.next()?,
            calling_code: parts.next()?,
            lengths: parts.next()?,
        })
    })
}

/// The country with this ISO code.
pub fn country(code: &str) -> Option<Country> {
    countries().find(|country| country.code == code)
}

/// The countries that a number in E.164 may belong to; several share a calling code.
pub fn countries_of(number: &str) -> impl Iterator<Item = (Country, &str)> {
    countries().filter_map(move |country| {
        let rest = number.strip_prefix('+')?;
        Some((country, rest.strip_prefix(country.calling_code)?))
    })
}

/// Checks a telephone number and writes it in E.164 (ITU-T E.164: `+` and at most 15 digits).
///
/// Spaces, dots, hyphens and brackets that people group digits with are left out.
pub fn check(text: &str) -> Result<String, String> {
    let number: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !".-/()".contains(*c))
        .collect();
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
