//! Whether the deployment was given what it needs. What is missing is told by its name, and nothing by its value.

use crate::{
    call::Call,
    error::{Error, Refusal, Result},
    gates, log,
    secret::HashKey,
};
use axum::http::Uri;
use contract::problem::Code;
use js_sys::Reflect;
use std::sync::OnceLock;
use worker::Env;

/// The last of the migrations that this version needs.
const MIGRATION: &str = "0032_checked_access_tokens.sql";

/// Refuses while something is missing, and says what.
pub async fn must_be_complete(call: &Call) -> Result<()> {
    let missing = missing(call.env());
    if !missing.is_empty() {
        return Err(not_set_up(missing));
    }
    match call.db.migration().await? {
        Some(latest) if latest.as_str() >= MIGRATION => Ok(()),
        _ => Err(not_set_up(&[format!(
            "the migration {MIGRATION} is not applied"
        )])),
    }
}

fn not_set_up(missing: &[String]) -> Error {
    Refusal {
        status: 503,
        ..Refusal::new(Code::Internal, sentence(missing))
    }
    .into()
}

/// Logs what is missing, once in the life of an isolate.
pub fn complain_once(env: &Env) {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let missing = missing(env);
        if !missing.is_empty() {
            log::failure(&Error::Internal(sentence(missing)), "start");
        }
    });
}

fn sentence(missing: &[String]) -> String {
    format!("This deployment is not set up: {}.", missing.join("; "))
}

/// Says for how many days addresses of callers are kept.
const ADDRESSES_KEPT_DAYS: &str = "ADDRESSES_KEPT_DAYS";

/// For how many days it is kept from where tokens were used, and refused.
pub fn addresses_kept_days(env: &Env) -> u16 {
    let named = env.var(ADDRESSES_KEPT_DAYS).ok();
    let named = named.and_then(|days| days.to_string().parse().ok());
    named.unwrap_or(90)
}

/// What is missing or makes no sense. It stays the same as long as an isolate lives.
fn missing(env: &Env) -> &'static [String] {
    static MISSING: OnceLock<Vec<String>> = OnceLock::new();
    MISSING.get_or_init(|| {
        let set = |name: &str| {
            let value = env.var(name).ok()?.to_string();
            Some(value).filter(|value| !value.is_empty())
        };
        let mut missing = of_settings(&set);
        let bindings = [
            ("DB", env.d1("DB").is_ok()),
            ("OUTBOX", env.queue("OUTBOX").is_ok()),
            ("OUTBOX_SLACK", env.queue("OUTBOX_SLACK").is_ok()),
            ("PHOTOS", env.bucket("PHOTOS").is_ok()),
        ];
        let by_binding = set("MAIL_TRANSPORT").is_some_and(|transport| transport == "binding");
        let mail = Reflect::has(env, &"EMAIL".into()).unwrap_or_default();
        let unbound = bindings
            .into_iter()
            .chain([("EMAIL", mail || !by_binding)])
            .filter(|(_, is_bound)| !is_bound);
        missing.extend(unbound.map(|(name, _)| format!("the binding {name} is missing")));
        missing
    })
}

fn of_settings(set: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut missing = vec![];
    let mut key = |name: &str, needed: bool| match set(name) {
        None if needed => missing.push(format!("the secret {name} is missing")),
        Some(hex) if HashKey::from_hex(&hex).is_err() => {
            missing.push(format!(
                "the secret {name} must be 64 or more hexadecimal digits"
            ));
        }
        _ => {}
    };
    key("HASH_KEY", true);
    key("HASH_KEY_PREVIOUS", false);
    let mut variable = |kind: &str, name: &str| {
        if set(name).is_none() {
            missing.push(format!("the {kind} {name} is missing"));
        }
    };
    variable("variable", "PUBLIC_URL");
    variable("variable", "MAIL_FROM");
    let transport = set("MAIL_TRANSPORT").unwrap_or_default();
    if transport == "resend" {
        variable("variable", "RESEND_BASE_URL");
        variable("secret", "RESEND_API_KEY");
    }
    if set("SLACK_CLIENT_ID").is_some() {
        variable("secret", "SLACK_CLIENT_SECRET");
    }
    let mut sound = |name: &str, is_sound: fn(&str) -> bool, form: &str| {
        if set(name).is_some_and(|value| !is_sound(&value)) {
            missing.push(format!("the variable {name} must be {form}"));
        }
    };
    for name in [
        "PUBLIC_URL",
        "UPSTREAM_URL",
        "RESEND_BASE_URL",
        "SLACK_BASE_URL",
    ] {
        sound(name, is_url, "a URL such as https://latchkey.example.com");
    }
    sound("MAIL_FROM", |from| from.contains('@'), "an address");
    sound(
        "TRUSTED_PROXIES",
        |list| gates::trusted(list).is_some(),
        "a list of addresses",
    );
    sound(
        "CALLS_PER_MINUTE",
        |count| count.parse::<u32>().is_ok(),
        "a whole number",
    );
    sound(
        ADDRESSES_KEPT_DAYS,
        |days| days.parse::<u16>().is_ok(),
        "a whole number of days, up to 65535",
    );
    if !matches!(transport.as_str(), "resend" | "binding") {
        missing.push("the variable MAIL_TRANSPORT must be binding or resend".into());
    }
    missing
}

fn is_url(text: &str) -> bool {
    text.parse::<Uri>()
        .is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(settings: &[(&str, &str)]) -> Vec<String> {
        of_settings(&|name| {
            let found = settings.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const KEY: &str = "abababababababababababababababababababababababababababababababab";
    const LEAST: [(&str, &str); 4] = [
        ("HASH_KEY", KEY),
        ("PUBLIC_URL", "https://console.example"),
        ("MAIL_FROM", "Latchkey <latchkey@console.example>"),
        ("MAIL_TRANSPORT", "binding"),
    ];

    #[test]
    fn the_last_migration_is_the_one_that_is_asked_for() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let files = std::fs::read_dir(folder).unwrap();
        let last = files.map(|file| file.unwrap().file_name()).max();
        assert_eq!(last.unwrap(), MIGRATION);
    }

    #[test]
    fn nothing_is_missing_from_the_least_that_is_needed() {
        assert_eq!(missing(&LEAST), Vec::<String>::new());
    }

    #[test]
    fn each_setting_that_is_missing_is_named() {
        assert_eq!(
            missing(&[]),
            [
                "the secret HASH_KEY is missing",
                "the variable PUBLIC_URL is missing",
                "the variable MAIL_FROM is missing",
                "the variable MAIL_TRANSPORT must be binding or resend",
            ]
        );
    }

    #[test]
    fn what_was_chosen_needs_its_secret() {
        let chosen = [("MAIL_TRANSPORT", "resend"), ("SLACK_CLIENT_ID", "1.2")];
        let [key, url, from, _] = LEAST;
        let [transport, slack] = chosen;
        assert_eq!(
            missing(&[key, url, from, transport, slack]),
            [
                "the variable RESEND_BASE_URL is missing",
                "the secret RESEND_API_KEY is missing",
                "the secret SLACK_CLIENT_SECRET is missing",
            ]
        );
    }

    #[test]
    fn what_makes_no_sense_is_named_and_not_shown() {
        let [key, _, _, transport] = LEAST;
        let told = missing(&[
            key,
            ("PUBLIC_URL", "walnut"),
            ("MAIL_FROM", "walnut"),
            transport,
            ("UPSTREAM_URL", "ftp://walnut"),
            ("TRUSTED_PROXIES", "walnut"),
            ("CALLS_PER_MINUTE", "walnut"),
            ("ADDRESSES_KEPT_DAYS", "-1"),
        ]);
        let url = "must be a URL such as https://latchkey.example.com";
        assert_eq!(
            told,
            [
                &format!("the variable PUBLIC_URL {url}"),
                &format!("the variable UPSTREAM_URL {url}"),
                "the variable MAIL_FROM must be an address",
                "the variable TRUSTED_PROXIES must be a list of addresses",
                "the variable CALLS_PER_MINUTE must be a whole number",
                "the variable ADDRESSES_KEPT_DAYS must be a whole number of days, up to 65535",
            ]
        );
    }

    #[test]
    fn a_key_that_is_none_is_named_and_not_shown() {
        let [_, url, from, transport] = LEAST;
        let told = missing(&[
            ("HASH_KEY", "walnut"),
            ("HASH_KEY_PREVIOUS", "bicycle"),
            url,
            from,
            transport,
        ]);
        assert_eq!(
            told,
            [
                "the secret HASH_KEY must be 64 or more hexadecimal digits",
                "the secret HASH_KEY_PREVIOUS must be 64 or more hexadecimal digits",
            ]
        );
    }
}
