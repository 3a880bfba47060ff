//! The letters that people get.

use super::Letter;
use crate::{
    call::{self, Call},
    error::Result,
    session::device_in_words,
};
use contract::{
    email::CONFIRM_EMAIL_PAGE, invitations::INVITATION_PAGE, notifications::Event,
    pages::API_ACCESS, password::RESET_PASSWORD_PAGE, time::Timestamp,
};
use worker::Env;

/// A link to set a new password.
pub fn password_reset(call: &Call, secret: &str) -> Result<Letter> {
    Ok(Letter {
        subject: "Set a new password".into(),
        lines: vec!["Somebody, probably you, asked to set a new password for your account.".into()],
        link: Some((
            "Set a new password".into(),
            call.url(&[RESET_PASSWORD_PAGE, "/", secret].concat())?,
        )),
        last_lines: vec![
            "The link works once, within 30 minutes. If you did not ask for it, you need do nothing: your password stays as it is.".into(),
        ],
        ..Letter::default()
    })
}

/// A link to show that a new address works; it goes there.
pub fn confirm_email(call: &Call, secret: &str) -> Result<Letter> {
    Ok(Letter {
        subject: "Confirm your new email address".into(),
        lines: vec!["This address is to become the one of your account.".into()],
        link: Some((
            "Confirm this address".into(),
            call.url(&[CONFIRM_EMAIL_PAGE, "/", secret].concat())?,
        )),
        last_lines: vec![
            "The link works once, within 24 hours. If you did not ask for it, you need do nothing."
                .into(),
        ],
        ..Letter::default()
    })
}

/// What the old address hears of a change, and how it can be taken back.
pub fn email_change_requested(call: &Call, new_email: &str, undo: &str) -> Result<Letter> {
    Ok(Letter {
        lines: vec![
            "A new address was given for your account. It takes the place of this one as soon as it is confirmed.".into(),
        ],
        facts: facts(call, Some(("New address", new_email))),
        times: when(call),
        link: Some((
            "This was not me: keep my address".into(),
            call.url(&[CONFIRM_EMAIL_PAGE, "/", undo].concat())?,
        )),
        last_lines: vec![
            "The link works for 7 days, also after the change, and ends every session. If it was you, you need do nothing.".into(),
        ],
        ..titled(Event::EmailChangeRequested)
    })
}

/// A notice that something about signing in changed, with where it was done.
pub fn security_notice(call: &Call, event: Event, what: &str) -> Result<Letter> {
    Ok(Letter {
        lines: vec![what.into()],
        facts: facts(call, None),
        times: when(call),
        link: Some(("Look at your account security".into(), call.url("/settings/security")?)),
        last_lines: vec![
            "If this was you, you need do nothing. If not, set a new password at once and sign out everywhere.".into(),
        ],
        ..titled(event)
    })
}

/// An invitation, with the link by which it is accepted.
pub fn invitation(
    call: &Call,
    secret: &str,
    invited_by: &str,
    tenant: &str,
    role: &str,
) -> Result<Letter> {
    Ok(Letter {
        subject: format!("{invited_by} invites you to {tenant}"),
        lines: vec![format!(
            "{invited_by} invites you to the access console of {tenant}, where people make the tokens that their scripts and services call the API with."
        )],
        facts: vec![
            ("Company".into(), tenant.into()),
            ("Role".into(), role.into()),
        ],
        link: Some((
            "Accept the invitation".into(),
            call.url(&[INVITATION_PAGE, "/", secret].concat())?,
        )),
        last_lines: vec![
            "The link works once, within 7 days. If you do not know who invites you, you need do nothing.".into(),
        ],
        ..Letter::default()
    })
}

/// A notice to a person of what somebody who looks after people did to their account.
pub fn about_account(call: &Call, event: Event, what: &str, by: &str) -> Letter {
    Letter {
        lines: vec![what.into()],
        // Not from where: that is theirs.
        facts: owned([Some(("By", by))]),
        times: when(call),
        last_lines: vec!["If you do not know why, ask whoever did it.".into()],
        ..titled(event)
    }
}

/// A notice to whoever invited somebody that they have come.
pub fn joined(call: &Call, name: &str, email: &str, role: &str) -> Letter {
    Letter {
        lines: vec![format!("{name} followed your invitation.")],
        // Not from where: that is theirs.
        facts: owned([Some(("Email", email)), Some(("Role", role))]),
        times: when(call),
        ..titled(Event::InvitationAccepted)
    }
}

/// What somebody hears who is in the company no more.
pub fn removed(call: &Call, tenant: &str, by: &str) -> Letter {
    Letter {
        subject: format!("Your account at {tenant} was removed"),
        lines: vec![
            "Your profile, your sessions and your access tokens are gone. What you did stays in the audit log of the company.".into(),
        ],
        facts: facts(call, Some(("By", by))),
        times: when(call),
        ..Letter::default()
    }
}

/// What somebody hears who closed their account.
pub fn closed(call: &Call, tenant: &str) -> Letter {
    Letter {
        subject: format!("Your account at {tenant} was closed"),
        lines: vec![
            "Your profile, your sessions and your access tokens are gone. What you did stays in the audit log of the company.".into(),
        ],
        facts: facts(call, None),
        times: when(call),
        last_lines: vec![
            "If this was you, you need do nothing. If not, tell an Administrator of the company at once.".into(),
        ],
        ..Letter::default()
    }
}

/// A notice of what somebody else did to tokens.
pub fn about_token(call: &Call, event: Event, names: &str, by: &str) -> Result<Letter> {
    Ok(Letter {
        facts: [("Token".into(), names.into()), ("By".into(), by.into())]
            .into_iter()
            .chain(facts(call, None))
            .collect(),
        times: when(call),
        link: Some(("Look at your tokens".into(), call.url(API_ACCESS)?)),
        ..titled(event)
    })
}

/// A notice that a token ended because somebody may have stolen a secret of it.
pub fn token_reused(call: &Call, name: &str) -> Result<Letter> {
    Ok(Letter {
        lines: vec![
            "Somebody asked for a new secret with one that had been replaced before. Two parties have secrets of this token, so it was revoked. Make a new token for the one that should have it.".into(),
        ],
        facts: facts(call, Some(("Token", name))),
        times: when(call),
        link: Some(("Look at your tokens".into(), call.url(API_ACCESS)?)),
        ..titled(Event::TokenReused)
    })
}

/// A notice that a secret was found where it should not be.
pub fn leaked(call: &Call, what: &str) -> Result<Letter> {
    Ok(Letter {
        lines: vec![format!(
            "Somebody found a secret where it should not be and reported it to us. So {what} was ended at once. Find out how the secret got there, then make a new one."
        )],
        facts: facts(call, None),
        times: when(call),
        link: Some(("Look at your tokens".into(), call.url(API_ACCESS)?)),
        ..titled(Event::CredentialLeaked)
    })
}

/// A notice that Slack does not take messages any more, and what it said.
pub fn slack_broken(env: &Env, why: &str) -> Result<Letter> {
    Ok(Letter {
        lines: vec![
            "What should have gone to Slack comes by email until you connect your workspace again."
                .into(),
        ],
        facts: vec![("Slack said".into(), why.into())],
        link: Some((
            "Connect Slack again".into(),
            call::url(env, "/settings/notifications")?,
        )),
        ..titled(Event::SlackBroken)
    })
}

/// A mail about where notices go from now on. It comes whatever was chosen, so that nobody who has got hold of a session
/// can turn them away unnoticed.
pub fn redirected(call: &Call, what: &str) -> Result<Letter> {
    Ok(Letter {
        subject: "Where your notices go was changed".into(),
        lines: vec![what.into()],
        facts: facts(call, None),
        times: when(call),
        link: Some((
            "Choose what you hear of".into(),
            call.url("/settings/notifications")?,
        )),
        last_lines: vec![
            "If this was not you, change your password at once, which ends every session.".into(),
        ],
    })
}

/// A message by which people see that messages arrive.
pub fn slack_test(call: &Call) -> Result<Letter> {
    Ok(Letter {
        subject: "Test message".into(),
        lines: vec!["Notifications arrive here. You need do nothing.".into()],
        link: Some((
            "Choose what you hear of".into(),
            call.url("/settings/notifications")?,
        )),
        ..Letter::default()
    })
}

/// What an administrator changed for everybody.
pub fn policy_changed(call: &Call, lines: Vec<String>, by: &str) -> Result<Letter> {
    Ok(Letter {
        lines,
        facts: owned([("By", by)].map(Some)),
        link: Some((
            "Look at your account security".into(),
            call.url("/settings/security")?,
        )),
        ..titled(Event::PolicyChanged)
    })
}

/// Which tokens end soon, or just did.
pub fn ending(env: &Env, event: Event, tokens: &[(String, String)]) -> Result<Letter> {
    Ok(Letter {
        lines: vec![
            "Extend those that are needed, or replace their secrets; revoke the others. Those in use stand first.".into(),
        ],
        facts: tokens.to_vec(),
        link: Some(("Look at your tokens".into(), call::url(env, API_ACCESS)?)),
        ..titled(event)
    })
}

/// From where a token was used that was never used from there.
pub fn used(
    call: &Call,
    event: Event,
    name: &str,
    ip: &str,
    place: Option<&str>,
    used: &str,
) -> Result<Letter> {
    let known = [
        Some(("Token", name)),
        Some(("Address", ip)),
        place.map(|place| ("Place", place)),
        Some(("Call", used)),
    ];
    Ok(Letter {
        lines: vec![
            "If you know this address, you need do nothing, or put it on the allowlist of the token. If not, revoke the token.".into(),
        ],
        facts: owned(known),
        link: Some(("Look at your tokens".into(), call.url(API_ACCESS)?)),
        ..titled(event)
    })
}

/// That somebody calls with a token in vain.
pub fn refused(call: &Call, name: &str, reason: &str, ip: &str, used: &str) -> Result<Letter> {
    let why = match reason {
        "ip_not_allowed" => "The address is not on the allowlist",
        "token_revoked" => "The token was revoked",
        "token_grace_ended" => "The secret was replaced, and its grace is over",
        other => other,
    };
    let known = [
        ("Token", name),
        ("Why", why),
        ("Address", ip),
        ("Call", used),
    ];
    Ok(Letter {
        lines: vec![
            "Either a job of yours was forgotten, or somebody has a secret that they should not have.".into(),
        ],
        facts: owned(known.map(Some)),
        link: Some(("See why it fails".into(), call.url(API_ACCESS)?)),
        ..titled(Event::TokenRefused)
    })
}

fn owned<const N: usize>(facts: [Option<(&str, &str)>; N]) -> Vec<(String, String)> {
    facts
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// What happened to a token of one's own, or of a service account that one looks after.
pub fn own_token(call: &Call, event: Event, names: &str, owner: &str, by: &str) -> Result<Letter> {
    Ok(Letter {
        facts: owned([("Token", names), ("Owner", owner), ("By", by)].map(Some))
            .into_iter()
            .chain(facts(call, None))
            .collect(),
        times: when(call),
        link: Some(("Look at your tokens".into(), call.url(API_ACCESS)?)),
        ..titled(event)
    })
}

/// A notice that a service account has another key and secret.
pub fn account_reset(
    call: &Call,
    event: Event,
    name: &str,
    by: &str,
    old_until: Timestamp,
) -> Result<Letter> {
    Ok(Letter {
        facts: owned([("Service account", name), ("By", by)].map(Some))
            .into_iter()
            .chain(facts(call, None))
            .collect(),
        times: vec![
            ("Old pair works until".into(), old_until),
            ("When".into(), call.now),
        ],
        link: Some((
            "Look at your service accounts".into(),
            call.url("/manage/service-accounts")?,
        )),
        ..titled(event)
    })
}

fn titled(event: Event) -> Letter {
    Letter {
        subject: event.in_words().into(),
        ..Letter::default()
    }
}

/// When it was done.
fn when(call: &Call) -> Vec<(String, Timestamp)> {
    vec![("When".into(), call.now)]
}

/// Where it was done, as far as that is known.
fn facts(call: &Call, first: Option<(&str, &str)>) -> Vec<(String, String)> {
    let device = device_in_words(call.user_agent.as_deref());
    let place = call.place();
    let known = [
        first,
        Some(("Device", device.as_str())),
        call.ip.as_deref().map(|ip| ("Address", ip)),
        place.as_deref().map(|place| ("Place", place)),
    ];
    owned(known)
}
