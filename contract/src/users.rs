//! People of a tenant.

use crate::{
    check::{Check, Checker, Invalid, is_blank},
    ids::{RoleId, UserId},
    marks::is_mark,
    phone,
    roles::{self, RoleRef},
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize};

/// Where people are.
pub const USERS: &str = "/api/v1/users";
/// The signed-in person.
pub const ME: &str = "/api/v1/users/me";
/// Everything about the signed-in person, as a file.
pub const MY_EXPORT: &str = "/api/v1/users/me/export";

/// The most characters in a first or last name, and in the names of tenants and tokens.
pub const NAME_MAX: usize = 64;

/// A person as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their address, which is also how they sign in.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Telephone number in E.164.
    pub phone: Option<String>,
    /// IANA time zone; absent means that of the browser.
    pub time_zone: Option<String>,
    /// Where their photo is.
    pub photo_url: Option<String>,
    /// The role they hold.
    pub role: RoleRef,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether signing in asks for a second factor.
    pub mfa_enabled: bool,
    /// When they joined.
    pub created_at: Timestamp,
    /// When they were last signed in and active.
    pub last_seen_at: Option<Timestamp>,
}

/// What a person changes about themselves. What is left out stays as it is; `null` and an empty text clear.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateUser {
    /// First name.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Telephone number with its country code.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// IANA time zone.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The role that they hold; for those who look after people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<String>,
    /// Whether they may sign in; for those who look after people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

impl UpdateUser {
    /// Everything as it is kept.
    pub fn of(user: &User) -> Self {
        Self {
            first_name: Some(user.first_name.clone()),
            last_name: Some(user.last_name.clone()),
            phone: Some(user.phone.clone().unwrap_or_default()),
            time_zone: Some(user.time_zone.clone().unwrap_or_default()),
            role_id: None,
            active: None,
        }
    }

    /// What it changes where `kept` is kept; the rest is left out.
    #[must_use]
    pub fn since(self, kept: &Self) -> Self {
        let changed =
            |new: Option<String>, old: &Option<String>| new.filter(|new| Some(new) != old.as_ref());
        Self {
            first_name: changed(self.first_name, &kept.first_name),
            last_name: changed(self.last_name, &kept.last_name),
            phone: changed(self.phone, &kept.phone),
            time_zone: changed(self.time_zone, &kept.time_zone),
            role_id: changed(self.role_id, &kept.role_id),
            active: self.active.filter(|new| Some(*new) != kept.active),
        }
    }
}

/// Tells a member that is `null` from one that is left out.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer).map(|value: Option<String>| Some(value.unwrap_or_default()))
}

/// A change that keeps every rule. The outer `None` leaves a member as it is, the inner one clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Telephone number in E.164.
    pub phone: Option<Option<String>>,
    /// IANA time zone.
    pub time_zone: Option<Option<String>>,
    /// The role that they hold.
    pub role: Option<RoleId>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

impl Check for UpdateUser {
    type Checked = UserChange;

    fn check(self, _now: Timestamp) -> Result<UserChange, Invalid> {
        let mut checker = Checker::default();
        let first_name = checker.take(
            "first_name",
            self.first_name.as_deref().map(first_name).transpose(),
        );
        let last_name = checker.take(
            "last_name",
            self.last_name.as_deref().map(last_name).transpose(),
        );
        let phone = checker.take(
            "phone",
            self.phone
                .map(|text| clearable(&text, phone::check))
                .transpose(),
        );
        let time_zone = checker.take(
            "time_zone",
            self.time_zone
                .map(|text| clearable(&text, time_zone))
                .transpose(),
        );
        let role = checker.take(
            "role_id",
            self.role_id.as_deref().map(roles::chosen).transpose(),
        );
        match (first_name, last_name, phone, time_zone, role) {
            (Some(first_name), Some(last_name), Some(phone), Some(time_zone), Some(role)) => {
                Ok(UserChange {
                    first_name,
                    last_name,
                    phone,
                    time_zone,
                    role,
                    active: self.active,
                })
            }
            _ => Err(checker.into_invalid()),
        }
    }
}

/// Nothing, or what `check` makes of something.
fn clearable<E>(
    text: &str,
    check: impl FnOnce(&str) -> Result<String, E>,
) -> Result<Option<String>, E> {
    match text.trim() {
        "" => Ok(None),
        text => check(text).map(Some),
    }
}

/// Checks the form of the name of a time zone; that there is one is known to the runtime only.
fn time_zone(text: &str) -> Result<String, &'static str> {
    let sound = text.len() <= NAME_MAX
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
    if sound {
        Ok(text.to_owned())
    } else {
        Err(UNKNOWN_TIME_ZONE)
    }
}

/// What is said about a time zone that nobody knows.
pub const UNKNOWN_TIME_ZONE: &str = "Choose a time zone such as Europe/Berlin.";

/// Checks a first name.
pub fn first_name(text: &str) -> Result<String, &'static str> {
    person_name(
        text,
        2,
        "First name must have atleast 2 characters. Numbers and special characters are not allowed.",
    )
}

/// Checks a last name.
pub fn last_name(text: &str) -> Result<String, &'static str> {
    person_name(
        text,
        1,
        "Last name must have atleast 1 characters. Numbers and special characters are not allowed.",
    )
}

/// Letters and marks of any script; one space, hyphen or apostrophe may stand between two letters.
fn person_name(text: &str, min: usize, should: &'static str) -> Result<String, &'static str> {
    let text = text.trim();
    let count = |kind: fn(char) -> bool| text.chars().filter(|c| kind(*c)).count();
    // The last of these parts the syllables of Tibetan.
    let words = text.split([' ', '-', '\'', '\u{2019}', '\u{0F0B}']);
    let sound = words.into_iter().all(|word| {
        // Persian parts some letters by a sign that is not drawn.
        word.split('\u{200C}').all(|part| {
            part.chars().next().is_some_and(is_letter) && part.chars().all(is_letter_or_mark)
        })
    });
    // A letter with its marks is one character to whoever has the name.
    if !sound || count(is_letter) < min {
        Err(should)
    } else if count(|_| true) > NAME_MAX {
        Err("Use at most 64 characters.")
    } else {
        Ok(text.to_owned())
    }
}

/// `char::is_alphabetic` takes in numerals such as Ⅷ, letters in circles, and some that draw nothing.
fn is_letter(c: char) -> bool {
    let circled = matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}');
    c.is_alphabetic() && !c.is_numeric() && !circled && !is_blank(c)
}

fn is_letter_or_mark(c: char) -> bool {
    is_letter(c) || (is_mark(c) && !is_blank(c))
}

/// Checks an e-mail address by the rule that browsers apply (HTML Living Standard, 4.10.5.1.5) and lower-cases it,
/// since an address belongs to one person however it is typed. That it works is shown by a mail, not by its form.
pub fn email(text: &str) -> Result<String, &'static str> {
    let text = text.trim().to_ascii_lowercase();
    let sound = || {
        let (local, domain) = text.split_once('@')?;
        let local_ok = (1..=64).contains(&local.len())
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        (local_ok && domain.len() <= 189 && domain.contains('.') && domain.split('.').all(label_ok))
            .then_some(())
    };
    sound().ok_or("Enter a valid email")?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_accepted() {
        for name in [
            "Ada",
            "Anne-Marie",
            "O'Brien",
            "O’Brien",
            "Jean Luc",
            "Zoë",
            "Zoe\u{0308}",
            "李明",
            "Ольга",
            "محمد",
            "प्रियंका",
            "ณัฐ",
            "Nguyễn",
            "علی\u{200C}رضا",
            "ꦲꦺꦫꦸꦏꦺꦴꦤ꧀",
            "བསོད་ནམས",
            "ߓߊ߲ߓߊ߫",
            "𞤀𞤣𞤢𞤥𞥄",
        ] {
            assert_eq!(first_name(name).as_deref(), Ok(name), "{name}");
        }
    }

    #[test]
    fn digits_symbols_and_loose_joiners_are_refused() {
        for name in [
            "",
            "A",
            "R2D2",
            "Ada!",
            "Ada  Byron",
            "-Ada",
            "Ada-",
            "Ada--Byron",
            "O''Brien",
            "😀😀",
            "<b>x</b>",
            "Ada\n",
            "\u{0308}oe",
            "ⅧⅧ",
            "ⒶⒷ",
            "\u{3164}\u{3164}",
        ] {
            let name = if name == "Ada\n" { "A\nda" } else { name };
            assert!(first_name(name).is_err(), "{name}");
        }
        assert!(first_name(&"a".repeat(NAME_MAX)).is_ok());
        assert_eq!(
            first_name(&"a".repeat(NAME_MAX + 1)),
            Err("Use at most 64 characters.")
        );
    }

    #[test]
    fn a_14_a_last_name_may_be_one_letter() {
        assert_eq!(last_name(" O ").as_deref(), Ok("O"));
        assert_eq!(
            last_name(""),
            Err(
                "Last name must have atleast 1 characters. Numbers and special characters are not allowed."
            )
        );
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name_and_null_clears() {
        let read = |json: &str| {
            let request: UpdateUser = serde_json::from_str(json).unwrap();
            request.check(Timestamp::from_seconds(0))
        };
        assert_eq!(read("{}"), Ok(UserChange::default()));
        for cleared in [r#"{"phone":null}"#, r#"{"phone":" "}"#] {
            let change = UserChange {
                phone: Some(None),
                ..UserChange::default()
            };
            assert_eq!(read(cleared), Ok(change));
        }
        let Err(Invalid(complaints)) = read(
            r#"{"first_name":null,"last_name":"B3","phone":"12","time_zone":"Europe/Berlin; DROP"}"#,
        ) else {
            panic!("accepted")
        };
        let pointers: Vec<_> = complaints.iter().map(|c| c.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/first_name", "/last_name", "/phone", "/time_zone"]
        );
    }

    #[test]
    fn only_what_differs_is_sent() {
        let kept = UpdateUser {
            first_name: Some("Ada".into()),
            last_name: Some("Lovelace".into()),
            phone: Some("+4930901820".into()),
            time_zone: Some(String::new()),
            ..UpdateUser::default()
        };
        let same = kept.clone().since(&kept);
        assert_eq!(serde_json::to_string(&same).unwrap(), "{}");
        let changed = UpdateUser {
            first_name: Some("Augusta".into()),
            phone: Some(String::new()),
            ..kept.clone()
        };
        assert_eq!(
            serde_json::to_value(changed.since(&kept)).unwrap(),
            serde_json::json!({"first_name": "Augusta", "phone": ""})
        );
    }

    #[test]
    fn addresses_are_lower_cased_and_checked() {
        assert_eq!(email(" Ada@Example.COM ").as_deref(), Ok("ada@example.com"));
        for address in [
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "ada@-x.com",
            "a b@example.com",
            "ada@ex..com",
            "ada@exa mple.com",
            "ada@b@example.com",
            "ada@example.com\r\nBcc: x@example.com",
        ] {
            assert_eq!(email(address), Err("Enter a valid email"), "{address}");
        }
    }
}
