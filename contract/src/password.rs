//! Passwords by NIST SP 800-63B-4, section 3.1.1.2: long, of any characters, and not one that everybody tries.

use crate::{
    check::{Check, Checker, Invalid},
    session::some_password,
    time::Timestamp,
    users,
};
use serde::{Deserialize, Serialize};

/// Change the signed-in person's password.
pub const MY_PASSWORD: &str = "/api/v1/users/me/password";

/// Ask for a link to set a new password (POST), use it (PUT, its token below this path).
pub const PASSWORD_RESETS: &str = "/api/v1/password-resets";
/// The page to ask for such a link.
pub const FORGOT_PASSWORD_PAGE: &str = "/forgot-password";
/// The page that the link opens.
pub const RESET_PASSWORD_PAGE: &str = "/reset-password";
/// How many seconds the link works.
pub const RESET_SECONDS: i64 = 30 * 60;

/// The fewest characters of a password.
pub const MIN: usize = 12;
/// The most characters of a password. None is ever cut off.
pub const MAX: usize = 128;

/// What many passwords are built from, whoever chose them; joined by the words of the person.
const COMMON: [&str; 29] = [
    "latchkey",
    "password",
    "passwort",
    "1234",
    "abcd",
    "qwer",
    "asdf",
    "zxcv",
    "qaz",
    "wsx",
    "edc",
    "qwertyuiop",
    "qwertzuiop",
    "qwerty",
    "qwertz",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "iloveyou",
    "welcome",
    "letmein",
    "changeme",
    "administrator",
    "admin",
    "football",
    "baseball",
    "princess",
    "sunshine",
];

/// What a person types to change their password.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ChangePassword {
    /// The one they have.
    pub current_password: String,
    /// The one they want.
    pub new_password: String,
    /// Whether their access tokens end too.
    pub revoke_tokens: bool,
}

impl Check for ChangePassword {
    type Checked = Self;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.current_password = nfc(&self.current_password);
        self.new_password = nfc(&self.new_password);
    }

    fn check(self, _now: Timestamp) -> Result<Self, Invalid> {
        let mut checker = Checker::default();
        let current = checker.take("current_password", some_password(&self.current_password));
        let new = checker.take(
            "new_password",
            if self.new_password == self.current_password && !self.new_password.is_empty() {
                Err("Choose a password that differs from the current one.")
            } else {
                check_alone(&self.new_password)
            },
        );
        if current.and(new).is_some() {
            Ok(self)
        } else {
            Err(checker.into_invalid())
        }
    }
}

/// What a person types who forgot their password.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ForgotPassword {
    /// Their address.
    pub email: String,
}

impl Check for ForgotPassword {
    type Checked = String;

    fn check(self, _now: Timestamp) -> Result<String, Invalid> {
        users::email(&self.email).map_err(|message| Invalid::one("email", message))
    }
}

/// What a person types after they followed the link.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ResetPassword {
    /// The password they want.
    pub password: String,
}

impl Check for ResetPassword {
    type Checked = String;

    fn compose(&mut self, nfc: &dyn Fn(&str) -> String) {
        self.password = nfc(&self.password);
    }

    fn check(self, _now: Timestamp) -> Result<String, Invalid> {
        match check_alone(&self.password) {
            Ok(()) => Ok(self.password),
            Err(message) => Err(Invalid::one("password", message)),
        }
    }
}

/// Checks the length of a password, which is all that can be said without knowing the person.
pub fn check_length(password: &str) -> Result<(), &'static str> {
    match password.chars().count() {
        0 => Err("Enter a valid password"),
        1..MIN => Err("Use at least 12 characters. A few unrelated words make a good password."),
        MIN..=MAX => Ok(()),
        _ => Err("Use at most 128 characters."),
    }
}

/// Checks a new password by itself: the form only its length, for the rest comes with the meter beside it.
fn check_alone(password: &str) -> Result<(), &'static str> {
    if cfg!(feature = "common-passwords") {
        check_new(password, &[])
    } else {
        check_length(password)
    }
}

/// Checks a new password: its length, and that it is not what anyone would guess for this person.
///
/// `own_words` are names, addresses and other words tied to the person. Without the feature `common-passwords` it knows
/// no lists and no capitals but those of ASCII: a form says early what the Worker, which has them all, would say anyway.
pub fn check_new(password: &str, own_words: &[&str]) -> Result<(), &'static str> {
    check_length(password)?;
    let lower = in_small_letters(password);
    let plain = without_disguise(&lower);
    let either = [&lower, &plain];
    if either.iter().any(|password| common::is_listed(password)) || is_pattern(&lower) {
        return Err(
            "This password is among the first that are tried. Choose another; a few unrelated words make a good one.",
        );
    }
    let words = own_words
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
        // Two letters are in every other password by chance; two characters of other scripts can be a name.
        .filter(|word| word.chars().count() >= 2 && word.len() >= 3)
        .map(in_small_letters);
    let words: Vec<_> = words.chain(COMMON.map(str::to_owned)).collect();
    let is_guessable = |password: &&String| {
        left_without(password, words.clone()) < ENOUGH || common::is_common_words(password)
    };
    if either.iter().any(is_guessable) {
        return Err(
            "This password is built from your own or from common words. Choose another; a few unrelated words make a good one.",
        );
    }
    Ok(())
}

/// A password with letters again where digits and signs stand for them, but for what is appended: `p4ssw0rd!` is
/// `password!`.
fn without_disguise(password: &str) -> String {
    let stem = password.trim_end_matches(|c: char| !c.is_alphabetic());
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    };
    let appended = password.strip_prefix(stem).unwrap_or_default();
    stem.chars().map(letter).chain(appended.chars()).collect()
}

#[cfg(feature = "common-passwords")]
fn in_small_letters(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(not(feature = "common-passwords"))]
fn in_small_letters(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// What is known of the passwords that people choose.
#[cfg(feature = "common-passwords")]
mod common {
    use super::{ENOUGH, weight};

    /// Passwords on the lists that attackers begin with, of at least [`super::MIN`] characters and not covered by the
    /// other rules; in lower case, sorted. Gathered from the lists that Django and zxcvbn check against.
    pub(super) const LISTED: &str = include_str!("common_passwords.txt");

    /// Words that most passwords are made from, of at least four letters; sorted. Gathered from the most frequent
    /// passwords that zxcvbn knows, and from what other languages call a password, months and seasons.
    const WORDS: &str = include_str!("common_words.txt");

    /// Whether a password is such a one, perhaps with something but letters behind it.
    pub(super) fn is_listed(password: &str) -> bool {
        let stem = password.trim_end_matches(|c: char| !c.is_alphabetic());
        LISTED
            .lines()
            .any(|listed| listed == password || listed == stem)
    }

    /// Whether a password is one or two such words, over and over perhaps, and little else.
    pub(super) fn is_common_words(password: &str) -> bool {
        let mut known: Vec<_> = WORDS
            .lines()
            .filter(|word| password.contains(word))
            .collect();
        known.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut left = password.to_owned();
        known.retain(|word| {
            let found = left.contains(word);
            left = left.replace(word, " ");
            found
        });
        (1..=2).contains(&known.len()) && weight(&left) < ENOUGH
    }
}

/// Nothing is known of them: the lists are not here.
#[cfg(not(feature = "common-passwords"))]
mod common {
    pub(super) fn is_listed(_password: &str) -> bool {
        false
    }

    pub(super) fn is_common_words(_password: &str) -> bool {
        false
    }
}

/// From what weight on something is not easily guessed.
const ENOUGH: usize = 6;

/// What a text adds to guessable words beside it: its letters, and a little for its digits.
fn weight(text: &str) -> usize {
    let count = |kind: fn(char) -> bool| text.chars().filter(|c| kind(*c)).count();
    count(char::is_alphabetic) + count(char::is_numeric) / 3
}

/// How much weight is left when the `words` are taken out.
fn left_without(password: &str, mut words: Vec<String>) -> usize {
    let mut left = password.to_owned();
    // The longest first, for a shorter one may be part of it. There are few, so none of a sort's code is needed.
    while let Some(longest) = (0..words.len()).max_by_key(|at| words.get(*at).map(String::len)) {
        left = left.replace(&words.swap_remove(longest), " ");
    }
    if left == password {
        password.chars().count()
    } else {
        weight(&left)
    }
}

/// A few characters over and over, two different ones in all, a few each several times, or runs along the alphabet or the
/// digits: one, or two that take turns.
fn is_pattern(password: &str) -> bool {
    let chars: Vec<u32> = password.chars().map(u32::from).collect();
    let repeats = (1..8).any(|n| chars.iter().zip(chars.iter().skip(n)).all(|(a, b)| a == b));
    let first = chars.first();
    let second = chars.iter().find(|char| Some(*char) != first);
    let two_at_most = chars
        .iter()
        .all(|char| Some(char) == first || Some(char) == second);
    let mut once = chars.clone();
    once.dedup();
    let every_other =
        |from: usize| -> Vec<u32> { chars.iter().skip(from).step_by(2).copied().collect() };
    repeats
        || two_at_most
        || once.len() < ENOUGH
        || is_run(&once, 1)
        || (is_run(&every_other(0), 0) && is_run(&every_other(1), 0))
}

/// "123456789012" and "abcdefghijkl": a run that starts again at most so many times.
fn is_run(chars: &[u32], again: usize) -> bool {
    let step = |by: i64| {
        chars
            .iter()
            .zip(chars.iter().skip(1))
            .filter(|(a, b)| i64::from(**b) - i64::from(**a) == by)
            .count()
    };
    step(1).max(step(-1)) + 1 + again >= chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 3] = [
        "Ada Lovelace",
        "ada.lovelace@northwind.example",
        "Northwind Backup",
    ];

    fn check(password: &str) -> Result<(), &'static str> {
        check_new(password, &OWN)
    }

    #[test]
    fn length_counts_characters_from_12_to_128() {
        assert!(check("fuchsia-tram").is_ok());
        assert!(check("fuchsia-tra").is_err());
        assert!(check("žluťoučký kůň").is_ok());
        assert!(check(&"añb✓c".repeat(26)[..]).is_err());
        assert!(check_length(&"é".repeat(128)).is_ok());
        assert!(check_length(&"é".repeat(129)).is_err());
    }

    #[test]
    fn nothing_is_asked_of_its_composition() {
        for password in [
            "lowercaselettersonly",
            "82736450918273",
            "   spaces count   ",
            "日本語のとても長い合言葉です",
        ] {
            assert!(check(password).is_ok(), "{password}");
        }
    }

    #[test]
    fn common_passwords_and_patterns_are_refused() {
        for password in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "abcdefghijkl",
            "Password2026!",
            "qwertyuiop12",
            "PasswordPassword",
            "p@ssw0rd-2026",
            "p4ssw0rd1234",
            "P@$$w0rd!!!!!!!!!!!!!!!!",
            "Password!@#$%^&*()_+-=[]{}",
            "111222333444",
            "987654321000",
            "a1b2c3d4e5f6",
            "1a2b3c4d5e6f",
            "abcd1234abcd",
            "1234qwer1234",
            "!QAZ2wsx#EDC",
        ] {
            assert!(check(password).is_err(), "{password}");
        }
    }

    #[test]
    #[cfg(feature = "common-passwords")]
    fn common_words_of_other_languages_are_known_too() {
        for password in [
            "motdepasse123",
            "пароль123456",
            "januar202611",
            "blink182blink",
        ] {
            assert!(check(password).is_err(), "{password}");
        }
    }

    #[test]
    #[cfg(feature = "common-passwords")]
    fn listed_passwords_are_refused_with_anything_but_letters_behind_them() {
        for password in [
            "peanutbutter",
            "PeanutButter1!",
            "manchesterunited",
            "1qaz2wsx3edc4rfv",
            "m0nkey123456",
            "dr4gon123456",
            "147258369147",
            "letmeinplease",
            "iloveyousomuch",
            "GoodMorning1",
        ] {
            assert!(check(password).is_err(), "{password}");
        }
        assert!(
            common::LISTED
                .lines()
                .all(|listed| listed.chars().count() >= MIN && listed == listed.to_lowercase())
        );
    }

    #[test]
    fn the_persons_own_words_are_refused_but_may_be_part_of_a_longer_one() {
        for password in [
            "lovelace-1815!",
            "AdaLovelace2026",
            "northwindbackup",
            "Latchkey-Latchkey",
            "L0vel4ce-1815!",
        ] {
            assert!(check(password).is_err(), "{password}");
        }
        for password in ["7&3#li!8(2)5@9%1^4*6$0-2=8+3", "81937264509173it55"] {
            assert!(check_new(password, &["Bo Li", "IT"]).is_ok(), "{password}");
        }
        assert!(check("lovelace gondola trumpet").is_ok());
    }
}
