//! How long a token is to live.

use crate::{
    clock::{self, Clock},
    form::Form,
    ui::text_field::complaint,
};
use contract::{
    policy::Policy,
    time::{DAY, Timestamp},
    tokens::{CreateToken, Kind, Wish},
};
use leptos::prelude::*;

/// Lives that are offered, in days.
const PRESETS: [u32; 5] = [7, 30, 60, 90, 365];

/// One way to choose an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// The end that it has.
    Keep,
    /// So many days from now.
    Days(u32),
    /// None.
    Never,
    /// A day of one's own.
    Custom,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    choice: Choice,
    /// The last day, if it is chosen freely.
    day: String,
}

impl Expiry {
    /// So many days from now.
    pub fn days(days: u32) -> Self {
        Self {
            choice: Choice::Days(days),
            day: String::new(),
        }
    }

    /// What a link says: a number of days, or the last day as a date input gives it.
    pub fn of_link(text: &str, end_of_day: impl Fn(&str) -> Option<Timestamp>) -> Option<Self> {
        match text.parse() {
            Ok(days) => (days > 0).then(|| Self::days(days)),
            Err(_) => end_of_day(text).map(|_| Self {
                choice: Choice::Custom,
                day: text.into(),
            }),
        }
    }

    /// What a token of `kind` gets unless somebody chooses.
    pub fn by_default(kind: Kind, policy: &Policy) -> Self {
        Self::days(policy.token_default_days.of(kind))
    }

    /// The end that a token has already.
    pub fn kept() -> Self {
        Self {
            choice: Choice::Keep,
            day: String::new(),
        }
    }

    /// The wish for a token made or edited at `now`; `Err` until a day is chosen. Whether it may be is `contract`'s to say.
    pub fn wish(
        &self,
        now: Timestamp,
        end_of_day: impl Fn(&str) -> Option<Timestamp>,
    ) -> Result<Wish, ()> {
        match self.choice {
            Choice::Keep => Ok(None),
            Choice::Days(days) => Ok(Some(Some(now.plus(i64::from(days) * DAY)))),
            Choice::Never => Ok(Some(None)),
            Choice::Custom => end_of_day(&self.day).map(|end| Some(Some(end))).ok_or(()),
        }
    }
}

/// What is offered for a token of `kind`: what it has, presets as far as the policy allows, what is `chosen`, no end if the
/// policy allows that.
fn offered(kind: Kind, policy: &Policy, keeps: bool, chosen: Choice) -> Vec<Choice> {
    let max = policy.token_max_days.of(kind);
    let mut days: Vec<_> = PRESETS.into_iter().filter(|days| *days <= max).collect();
    days.push(policy.token_default_days.of(kind));
    if let Choice::Days(chosen) = chosen {
        days.push(chosen);
    }
    days.sort_unstable();
    days.dedup();
    let never = kind.is_renewable() && policy.forever_allowed;
    keeps
        .then_some(Choice::Keep)
        .into_iter()
        .chain(days.into_iter().map(Choice::Days))
        .chain(never.then_some(Choice::Never))
        .chain([Choice::Custom])
        .collect()
}

/// The choice.
#[component]
pub fn ExpiryChoice(
    /// What was chosen.
    expiry: RwSignal<Expiry>,
    /// The form that it is part of.
    form: Form<CreateToken>,
    /// What the company allows.
    policy: Memo<Policy>,
    /// The end that it has and may keep, if it is there already.
    kept: Wish,
) -> impl IntoView {
    form.place("renewable_until");
    form.place("expires_at");
    let clock = expect_context::<Clock>();
    let kind = Memo::new(move |_| form.draft.with(|draft| draft.kind.unwrap_or_default()));
    let message = move || {
        let of = |name| form.state.complaint(name);
        of("renewable_until").or_else(|| of("expires_at"))
    };
    let change = move |change: &dyn Fn(&mut Expiry)| {
        expiry.update(|expiry| change(expiry));
        form.change("renewable_until", |_| ());
        form.change("expires_at", |_| ());
    };
    let choice = Memo::new(move |_| expiry.with(|expiry| expiry.choice));
    // Said of what must be changed: the day if it is chosen freely, else the whole choice.
    let is_custom = move || choice.get() == Choice::Custom;
    let invalid = move |here: bool| message().filter(|_| here).map(|_| "true");
    let described_by = move || match (kept.is_some(), message().is_some()) {
        (true, true) => Some("end-note end-error"),
        (true, false) => Some("end-note"),
        (false, true) => Some("end-error"),
        (false, false) => None,
    };
    let end = move || {
        let now = clock.get();
        let wish = expiry.with(|expiry| expiry.wish(now, clock::end_of_day));
        match wish.ok()?.or(kept) {
            Some(Some(end)) => {
                let may =
                    policy.with(|policy| policy.end_of_life(kind.get(), Some(Some(end)), now));
                if may.is_err() && kept != Some(Some(end)) {
                    return None;
                }
                Some([end_label(kind.get()), " ", &clock::in_words(end), "."].concat())
            }
            Some(None) => Some("It works until somebody revokes it.".into()),
            None => None,
        }
    };
    let option = move |offered: Choice| {
        let label = match offered {
            Choice::Keep => "As it is".into(),
            Choice::Days(days) => format!("{days} days"),
            Choice::Never => "No end".into(),
            Choice::Custom => "Custom".into(),
        };
        view! {
            <label class="segmented__option">
                <input type="radio" name="end" prop:checked=move || choice.get() == offered on:change=move |_| change(&|expiry| expiry.choice = offered) />
                <span>{label}</span>
            </label>
        }
    };
    let options = move || {
        let chosen = expiry.with_untracked(|expiry| expiry.choice);
        let offered = policy.with(|policy| offered(kind.get(), policy, kept.is_some(), chosen));
        offered.into_iter().map(option).collect_view()
    };
    let choose_day = move |ev| change(&|expiry| expiry.day = event_target_value(&ev));
    view! {
        <fieldset class="fieldset" aria-invalid=move || invalid(!is_custom()) aria-describedby=described_by>
            <legend class="field__label">{move || end_label(kind.get())}</legend>
            <div class="segmented segmented--wrap">{options}</div>
            {move || is_custom().then(|| view! { <DayField expiry invalid=Signal::derive(move || invalid(true)) max=policy.with(|policy| policy.token_max_days.of(kind.get())) on_input=choose_day /> })}
            {move || complaint("end", message())}
            <p class="field__hint" role="status">{end}</p>
        </fieldset>
    }
}

/// What the end of a kind is called.
pub fn end_label(kind: Kind) -> &'static str {
    if kind.is_renewable() {
        "Renewable until"
    } else {
        "Expires"
    }
}

/// The last day of a token's life, to be chosen freely.
#[component]
fn DayField<F: Fn(leptos::ev::Event) + Copy + Send + Sync + 'static>(
    /// What was chosen.
    expiry: RwSignal<Expiry>,
    /// `true` if something is wrong with it.
    invalid: Signal<Option<&'static str>>,
    /// How many days the token may live.
    max: u32,
    /// Called when a day is typed or picked.
    on_input: F,
) -> impl IntoView {
    let now = clock::now();
    // A day ends up to a day after this very time of it, so the last day that is offered is one less than may be.
    let last = now.plus((i64::from(max) - 1) * DAY);
    view! {
        <div class="field">
            <label class="field__label" for="last-day">"Last day"</label>
            <input
                class="input"
                id="last-day"
                type="date"
                aria-invalid=invalid
                aria-describedby="end-error"
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

    fn wish(choice: Choice, ends: Option<Timestamp>) -> Result<Wish, ()> {
        let day = String::new();
        Expiry { choice, day }.wish(NOW, |_| ends)
    }

    #[test]
    fn b_3_a_link_names_days_or_a_day_and_nothing_else() {
        let end_of_day = |day: &str| Timestamp::parse(&[day, "T23:59:59Z"].concat());
        let read = |text| Expiry::of_link(text, end_of_day);
        assert_eq!(read("30"), Some(Expiry::days(30)));
        let day = read("2027-01-31").unwrap();
        assert_eq!(
            day.wish(NOW, end_of_day),
            Ok(Some(end_of_day("2027-01-31")))
        );
        for text in ["", "0", "-1", "soon", "2027-02-31", "31.01.2027"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn each_kind_has_its_default() {
        let policy = Policy::default();
        let end = |kind| Expiry::by_default(kind, &policy).wish(NOW, |_| None);
        let days = |days| Ok(Some(Some(NOW.plus(days * DAY))));
        assert_eq!(end(Kind::Custom), days(90));
        assert_eq!(end(Kind::OneTouchRecovery), days(7));
    }

    #[test]
    fn every_preset_lies_within_what_is_allowed() {
        let mut policy = Policy::default();
        policy.token_max_days.custom = 45;
        policy.token_default_days.custom = 45;
        for kind in Kind::ALL {
            for choice in offered(kind, &policy, false, Choice::Custom) {
                if let (Choice::Days(_), Ok(wish)) = (choice, wish(choice, None)) {
                    assert!(policy.end_of_life(kind, wish, NOW).is_ok(), "{choice:?}");
                }
            }
        }
        let custom = offered(Kind::Custom, &policy, true, Choice::Days(21));
        assert!(custom.contains(&Choice::Days(45)) && custom.contains(&Choice::Keep));
        assert!(custom.contains(&Choice::Days(21)));
        assert!(!custom.contains(&Choice::Days(60)) && !custom.contains(&Choice::Never));
    }

    #[test]
    fn no_end_is_offered_only_where_it_may_be() {
        let policy = Policy::widest();
        let never = |kind| offered(kind, &policy, false, Choice::Custom).contains(&Choice::Never);
        assert!(never(Kind::All) && !never(Kind::MicrosoftScim));
    }

    #[test]
    fn a_day_of_ones_own_must_be_chosen_and_what_is_kept_is_not_sent() {
        assert_eq!(wish(Choice::Custom, None), Err(()));
        assert_eq!(
            wish(Choice::Custom, Some(NOW.plus(9))),
            Ok(Some(Some(NOW.plus(9))))
        );
        assert_eq!(wish(Choice::Keep, None), Ok(None));
        assert_eq!(wish(Choice::Never, None), Ok(Some(None)));
    }
}
