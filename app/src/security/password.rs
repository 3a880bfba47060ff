//! The card to change one's password.

use crate::{
    api::Api,
    form::Form,
    session::Who,
    ui::{button::Submit, notice, text_field::PasswordField},
};
use contract::password::{self, ChangePassword, MIN, MY_PASSWORD};
use leptos::prelude::*;

/// What the page to sign in says afterwards.
const CHANGED: &str = "Your password was changed. Sign in with the new one.";

/// The card.
#[component]
pub fn Password() -> impl IntoView {
    let api = Api::in_use();
    let form = Form::new("change-password", MY_PASSWORD, ChangePassword::default());
    let current = form.field(
        "current_password",
        |draft| &draft.current_password,
        |draft| &mut draft.current_password,
    );
    let new = form.field(
        "new_password",
        |draft| &draft.new_password,
        |draft| &mut draft.new_password,
    );
    let submit = move |ev| {
        form.submit(&ev, None, move |_| {
            api.account.0.set(Who::Left(CHANGED));
            Ok(())
        });
    };
    let strength = move || {
        let own = api.account.with(|session| {
            let user = &session.user;
            [
                session.tenant_name.clone(),
                user.first_name.clone(),
                user.last_name.clone(),
                user.email.clone(),
            ]
        });
        let own = own.unwrap_or_default();
        form.draft
            .with(|draft| Strength::of(&draft.new_password, &own.each_ref().map(String::as_str)))
    };
    let tick = move |ev| {
        form.change("revoke_tokens", |draft| {
            draft.revoke_tokens = event_target_checked(&ev);
        });
    };
    view! {
        <form class="card" id=form.state.id novalidate on:submit=submit>
            <div class="card__body form password">
                {notice::alert(move || form.state.trouble())}
                <PasswordField label="Current password" field=current autocomplete="current-password" />
                <PasswordField label="New password" field=new autocomplete="new-password" hint="12 to 128 characters. A few unrelated words make a good password." />
                {move || strength().map(meter)}
                <label class="choice">
                    <input class="checkbox" type="checkbox" prop:checked=move || form.draft.with(|draft| draft.revoke_tokens) on:change=tick />
                    <span class="choice__text">"Also revoke my access tokens"</span>
                </label>
            </div>
            <div class="card__footer">
                <p class="muted password__note">"Changing your password will log you out immediately. Use the new password to log back in."</p>
                <Submit label="Change password" busy="Changing…" pending=form.state.pending />
            </div>
        </form>
    }
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
    fn of(password: &str, own_words: &[&str]) -> Option<Self> {
        let count = password.chars().count();
        let (level, words) = match count {
            0 => return None,
            1..MIN => (
                1,
                format!("Too short: {count} of at least {MIN} characters."),
            ),
            _ => match password::check_new(password, own_words) {
                Ok(()) => (3, "Fine: long, and not easily guessed.".into()),
                Err(why) => (2, why.into()),
            },
        };
        Some(Self { level, words })
    }
}

fn meter(strength: Strength) -> AnyView {
    view! {
        <div class="field password__strength">
            <meter class="meter" aria-label="Strength of the new password" min="0" max="3" low="1.5" high="2.5" optimum="3" value=strength.level></meter>
            <p class="field__hint">{strength.words}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str) -> (u8, String) {
        let strength = Strength::of(password, &["Ada Lovelace"]).unwrap();
        (strength.level, strength.words)
    }

    #[test]
    fn the_meter_says_what_is_wrong() {
        assert_eq!(Strength::of("", &[]), None);
        assert_eq!(of("gondola").1, "Too short: 7 of at least 12 characters.");
        let (level, words) = of("lovelace-1815!");
        assert_eq!(level, 2);
        assert!(words.contains("your own"), "{words}");
        assert_eq!(of("gondola trumpet tram").0, 3);
    }
}
