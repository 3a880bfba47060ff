//! How long a token is to live.

use crate::{
    clock::{self, Clock},
    form::Form,
    ui::{segmented::Segmented, text_field::complaint},
};
use contract::{
    policy::Policy,
    time::{DAY, Timestamp},
    tokens::{CreateToken, Kind},
};
use leptos::prelude::*;

/// The presets: value and label. The value is the number of days.
const PRESETS: [(&str, &str); 6] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("365", "365 days"),
    (CUSTOM, "Custom"),
];
/// How many days a token may live.
const MAX_DAYS: i64 = 365;
/// The value of the preset that is none.
const CUSTOM: &str = "custom";

/// What was chosen.
#[derive(Clone)]
pub struct Expiry {
    /// The value of a preset.
    preset: &'static str,
    /// The last day, if it is chosen freely.
    day: String,
}

impl Default for Expiry {
    fn default() -> Self {
        Self {
            preset: "90",
            day: String::new(),
        }
    }
}

impl Expiry {
    /// The end of a token made at `now`; `None` until a day is chosen. Whether it may be is `contract`'s to say.
    pub fn end(
        &self,
        now: Timestamp,
        end_of_day: impl Fn(&str) -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self.preset.parse::<i64>() {
            Ok(days) => Some(now.plus(days * DAY)),
            Err(_) => end_of_day(&self.day),
        }
    }
}

/// The end, if a token may have it.
fn allowed(end: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let wish = Some(Some(end));
    Policy::widest().end_of_life(Kind::Custom, wish, now).ok()?
}

/// The choice.
#[component]
pub fn ExpiryChoice(
    /// What was chosen.
    expiry: RwSignal<Expiry>,
    /// The form that it is part of.
    form: Form<CreateToken>,
) -> impl IntoView {
    form.place("renewable_until");
    let clock = expect_context::<Clock>();
    let message = move || form.state.complaint("renewable_until");
    let change = move |change: &dyn Fn(&mut Expiry)| {
        expiry.update(|expiry| change(expiry));
        form.change("renewable_until", |_| ());
    };
    let preset = Signal::derive(move || expiry.with(|expiry| expiry.preset));
    let custom = Memo::new(move |_| preset.get() == CUSTOM);
    // Said of what must be changed: the day if it is chosen freely, else the whole choice.
    let invalid = move |here: bool| message().filter(|_| here).map(|_| "true");
    let end = move || {
        let now = clock.get();
        let end = expiry.with(|expiry| expiry.end(now, clock::end_of_day))?;
        allowed(end, now)?;
        Some(["Expires on ", &clock::in_words(end), "."].concat())
    };
    let choose_day = move |ev| change(&|expiry| expiry.day = event_target_value(&ev));
    view! {
        <fieldset class="fieldset" aria-invalid=move || invalid(!custom.get()) aria-describedby=move || message().map(|_| "renewable_until-error")>
            <legend class="field__label">"Expires in"</legend>
            <Segmented
                name="expiry"
                options=PRESETS.to_vec()
                value=preset
                on_change=Callback::new(move |preset| change(&|expiry| expiry.preset = preset))
            />
            {move || custom.get().then(|| view! { <DayField expiry invalid=Signal::derive(move || invalid(true)) on_input=choose_day /> })}
            {move || complaint("renewable_until", message())}
            <p class="field__hint" role="status">{end}</p>
        </fieldset>
    }
}

/// The last day of a token's life, to be chosen freely.
#[component]
fn DayField<F: Fn(leptos::ev::Event) + Copy + Send + Sync + 'static>(
    /// What was chosen.
    expiry: RwSignal<Expiry>,
    /// `true` if something is wrong with it.
    invalid: Signal<Option<&'static str>>,
    /// Called when a day is typed or picked.
    on_input: F,
) -> impl IntoView {
    let now = clock::now();
    // A day ends up to a day after this very time of it, so the last day that is offered is one less than may be.
    let last = now.plus((MAX_DAYS - 1) * DAY);
    view! {
        <div class="field">
            <label class="field__label" for="last-day">"Last day"</label>
            <input
                class="input"
                id="last-day"
                type="date"
                aria-invalid=invalid
                aria-describedby="renewable_until-error"
                min=clock::day(now)
                max=clock::day(last)
                prop:value=move || expiry.with(|expiry| expiry.day.clone())
                on:input=on_input
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn end(preset: &'static str, ends: Option<Timestamp>) -> Option<Timestamp> {
        let day = String::new();
        Expiry { preset, day }.end(NOW, |_| ends)
    }

    #[test]
    fn ninety_days_are_the_default() {
        assert_eq!(
            Expiry::default().end(NOW, |_| None),
            Some(NOW.plus(90 * DAY))
        );
    }

    #[test]
    fn every_preset_lies_within_what_is_allowed() {
        for (preset, _) in PRESETS.into_iter().filter(|(preset, _)| *preset != CUSTOM) {
            assert!(
                allowed(end(preset, None).unwrap(), NOW).is_some(),
                "{preset}"
            );
        }
    }

    #[test]
    fn a_day_of_ones_own_must_be_chosen() {
        assert_eq!(end(CUSTOM, None), None);
        assert_eq!(end(CUSTOM, Some(NOW.plus(9))), Some(NOW.plus(9)));
    }
}
