//! From what was sent to what is allowed: a checked value, or every complaint at once.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A request that knows its own rules.
///
/// The form and the Worker call the same `check`; past it, nobody handles the raw request.
pub trait Check {
    /// What is left once every rule holds.
    type Checked;

    /// Puts passwords into the one form in which they are counted and hashed, since keyboards differ in how they
    /// compose `é`. `nfc` is Unicode's normalisation form C, whose tables the platform brings along.
    fn compose(&mut self, _nfc: &dyn Fn(&str) -> String) {}

    /// Applies every rule as of `now` and reports all that are broken, not just the first.
    fn check(self, now: Timestamp) -> Result<Self::Checked, Invalid>;
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Complaint {
    /// JSON pointer (RFC 6901) to the offending member, such as `/name`.
    pub pointer: String,
    /// What to do about it, in words for the person who sent it.
    pub message: String,
}

/// Everything that is wrong with a request. Never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid(pub Vec<Complaint>);

impl Invalid {
    /// A single complaint about the member `field`.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![Complaint {
            pointer: format!("/{field}"),
            message: message.into(),
        }])
    }

    /// A single complaint about all of it.
    pub fn whole(message: impl Into<String>) -> Self {
        Self(vec![Complaint {
            pointer: String::new(),
            message: message.into(),
        }])
    }
}

/// Collects complaints while the parts of a request are checked.
#[derive(Default)]
pub struct Checker(Vec<Complaint>);

impl Checker {
    /// Keeps the value, or notes why there is none.
    pub fn take<T>(&mut self, field: &str, outcome: Result<T, impl Into<String>>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(message) => {
                self.0.push(Complaint {
                    pointer: format!("/{field}"),
                    message: message.into(),
                });
                None
            }
        }
    }

    /// Notes complaints that were made elsewhere.
    pub fn complain(&mut self, complaints: impl IntoIterator<Item = Complaint>) {
        self.0.extend(complaints);
    }

    /// Whether there was nothing to complain about.
    pub fn is_content(&self) -> bool {
        self.0.is_empty()
    }

    /// The complaints, once at least one part had none to give.
    pub fn into_invalid(self) -> Invalid {
        Invalid(self.0)
    }
}

/// Text of a person's choosing: trimmed, without control characters, at most `max` characters.
///
/// An empty text is `Ok("")`: whether one is needed is the caller's rule.
pub(crate) fn plain_text(text: &str, max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(format!("Use at most {max} characters."));
    }
    if text.chars().any(is_unprintable) {
        return Err("Remove the control characters: they cannot be shown.".into());
    }
    Ok(text.to_owned())
}

/// Like [`plain_text`], and not empty.
pub(crate) fn some_text(text: &str, max: usize, missing: &str) -> Result<String, String> {
    match plain_text(text, max)? {
        text if text.chars().all(is_joiner) => Err(missing.into()),
        text => Ok(text),
    }
}

/// Control characters, and the marks that reorder or hide text around them (Unicode TR 36, section 3.3).
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{061C}' | '\u{180E}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        || is_blank(c)
}

/// Letters and marks that draw nothing: a name of them would be none.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FFA0}'
    )
}

/// What joins or parts letters without being drawn itself, as Persian and some emoji need it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!(
            plain_text("  Backup – nightly ", 16).as_deref(),
            Ok("Backup – nightly")
        );
        assert!(plain_text(&"é".repeat(64), 64).is_ok());
        assert!(plain_text(&"é".repeat(65), 64).is_err());
    }

    #[test]
    fn text_that_would_reorder_or_break_a_line_is_refused() {
        assert!(plain_text("a\u{202E}b", 10).is_err());
        assert!(plain_text("a\nb", 10).is_err());
        for unseen in [
            "\u{2060}", "\u{AD}", "\u{3164}", "\u{2800}", "\u{61C}", "\u{200D}",
        ] {
            assert!(some_text(unseen, 10, "missing").is_err(), "{unseen:?}");
        }
        assert!(some_text("\u{0646}\u{200C}\u{0646}", 10, "missing").is_ok());
    }

    #[test]
    fn every_complaint_is_kept() {
        let mut checker = Checker::default();
        assert_eq!(checker.take("a", Ok::<_, String>(1)), Some(1));
        assert_eq!(checker.take::<()>("b", Err("No.")), None);
        assert_eq!(checker.take::<()>("c", Err("Nor this.")), None);
        let pointers: Vec<_> = checker
            .into_invalid()
            .0
            .into_iter()
            .map(|c| c.pointer)
            .collect();
        assert_eq!(pointers, ["/b", "/c"]);
    }
}
