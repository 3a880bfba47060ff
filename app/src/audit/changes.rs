//! What an event made different, as people read it.

use contract::audit::AuditEvent;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// An event, as it is read here.
pub type Event = AuditEvent<Told>;

/// Whatever an event tells of a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Fraction(f64),
    /// A text.
    Text(String),
    /// Several.
    List(Vec<Told>),
    /// Something with members.
    Members(Vec<(String, Told)>),
}

/// A member that was made different, or told for the first time.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// What it was before, if that is told.
    pub from: Option<String>,
    /// What it is now.
    pub to: String,
}

/// What an event made different, member by member.
pub fn lines(changes: &Told) -> Vec<Line> {
    let Told::Members(members) = changes else {
        return Vec::new();
    };
    let line = |(name, told): &(String, Told)| {
        let part = |wanted| told.member(wanted).map(Told::in_words);
        let (from, to) = match (part("from"), part("to")) {
            (Some(from), Some(to)) => (Some(from), to),
            _ => (None, told.in_words()),
        };
        Line {
            name: label(name),
            from,
            to,
        }
    };
    members.iter().map(line).collect()
}

/// `ip_allowlist` as `Ip allowlist`.
fn label(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

impl Told {
    /// How many members it tells of.
    pub fn count(&self) -> usize {
        match self {
            Self::Members(members) => members.len(),
            _ => 0,
        }
    }

    fn member(&self, wanted: &str) -> Option<&Self> {
        let Self::Members(members) = self else {
            return None;
        };
        let found = members.iter().find(|(name, _)| name == wanted);
        found.map(|(_, told)| told)
    }

    fn in_words(&self) -> String {
        match self {
            Self::Nothing => "–".into(),
            Self::Flag(yes) => if *yes { "Yes" } else { "No" }.into(),
            Self::Whole(number) => number.to_string(),
            Self::Fraction(number) => number.to_string(),
            Self::Text(text) if text.is_empty() => "–".into(),
            Self::Text(text) => text.clone(),
            Self::List(all) if all.is_empty() => "–".into(),
            Self::List(all) => all
                .iter()
                .map(Self::in_words)
                .collect::<Vec<_>>()
                .join(", "),
            // What has a name is known by it.
            Self::Members(members) => self.member("name").map_or_else(
                || {
                    let pair = |(name, told): &(String, Self)| {
                        [&label(name), ": ", &told.in_words()].concat()
                    };
                    members.iter().map(pair).collect::<Vec<_>>().join(", ")
                },
                Self::in_words,
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Told;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Told, E> {
                Ok(Told::Nothing)
            }

            fn visit_bool<E>(self, yes: bool) -> Result<Told, E> {
                Ok(Told::Flag(yes))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Told, E> {
                Ok(Told::Whole(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Told, E> {
                number.try_into().map(Told::Whole).map_err(E::custom)
            }

            fn visit_f64<E>(self, number: f64) -> Result<Told, E> {
                Ok(Told::Fraction(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Told, E> {
                Ok(Told::Text(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Told, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Told::List(all))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Told, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Told::Members(members))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<String>, String)> {
        let told: Told = serde_json::from_str(text).unwrap();
        let lines = lines(&told).into_iter();
        lines.map(|line| (line.name, line.from, line.to)).collect()
    }

    fn line(name: &str, from: Option<&str>, to: &str) -> (String, Option<String>, String) {
        (name.into(), from.map(str::to_owned), to.into())
    }

    #[test]
    fn before_and_after_are_told_apart() {
        assert_eq!(
            read(
                r#"{"role": {"from": {"id": "rol_1", "name": "Viewer"}, "to": {"id": "rol_2", "name": "Member"}}, "active": {"from": true, "to": false}, "ip_allowlist": {"from": [], "to": ["10.0.0.0/8", "192.0.2.7"]}}"#
            ),
            [
                line("Role", Some("Viewer"), "Member"),
                line("Active", Some("Yes"), "No"),
                line("Ip allowlist", Some("–"), "10.0.0.0/8, 192.0.2.7")
            ]
        );
    }

    #[test]
    fn what_is_told_for_the_first_time_has_no_before() {
        assert_eq!(
            read(r#"{"name": "ci", "days": {"custom": 30, "all": null}}"#),
            [
                line("Name", None, "ci"),
                line("Days", None, "Custom: 30, All: –")
            ]
        );
        assert_eq!(read("null"), []);
    }
}
