//! How good a new password is, as it is typed.

use crate::{form::compose, page::look};
use contract::password::{self, MIN};
use leptos::prelude::*;

/// A password that somebody makes up.
#[derive(Clone, Copy)]
pub struct NewPassword {
    /// As it stands in its field.
    pub typed: Signal<String>,
    /// The person's own words, by which it would be guessed.
    pub own_words: Signal<Vec<String>>,
}

/// A meter of the [`NewPassword`] that is provided, and in words what is wrong with it.
pub fn meter() -> AnyView {
    let NewPassword { typed, own_words } = expect_context();
    let strength = move || {
        let own_words: Vec<_> =
            own_words.with(|words| words.iter().map(|it| in_small_letters(it)).collect());
        Strength::of(&in_small_letters(&compose(&typed.get())), &own_words)
    };
    let view = move |strength: Strength| {
        view! {
            <div class="field password__strength">
                <meter class="meter" aria-label="Strength of the new password" min="0" max="3" low="1.5" high="2.5" optimum="3" value=strength.level></meter>
                <p class="field__hint">{strength.words}</p>
            </div>
        }
    };
    view! { <link rel="stylesheet" href=look("/password.css") /> {move || strength().map(view)} }
        .into_any()
}

/// A text in small letters, by the browser's own tables: the rules know none but those of ASCII here.
fn in_small_letters(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// How good a new password is.
#[derive(Debug, PartialEq, Eq)]
struct Strength {
    /// Out of three.
    level: u8,
    words: String,
}

impl Strength {
    /// Nothing is said of a password that is not there yet.
    fn of(password: &str, own_words: &[String]) -> Option<Self> {
        let count = password.chars().count();
        let (level, words) = match count {
            0 => return None,
            1..MIN => (
                1,
                format!("Too short: {count} of at least {MIN} characters."),
            ),
            _ => {
                let own_words: Vec<_> = own_words.iter().map(String::as_str).collect();
                match password::check_new(password, &own_words) {
                    Ok(()) => (3, "Fine: long, and not easily guessed.".into()),
                    Err(why) => (1, why.into()),
                }
            }
        };
        Some(Self { level, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str) -> (u8, String) {
        let strength = Strength::of(password, &["Ada Lovelace".into()]).unwrap();
        (strength.level, strength.words)
    }

    #[test]
    fn the_meter_says_what_is_wrong() {
        assert_eq!(Strength::of("", &[]), None);
        assert_eq!(of("gondola").1, "Too short: 7 of at least 12 characters.");
        let (level, words) = of("lovelace-1815!");
        assert_eq!(level, 1);
        assert!(words.contains("your own"), "{words}");
        assert_eq!(of("gondola trumpet tram").0, 3);
    }
}
