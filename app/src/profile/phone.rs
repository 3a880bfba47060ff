//! A telephone number: the country, and the number as it is dialled there.

use crate::{clock::LOCALE, form::Field, ui::text_field::complaint};
use contract::phone::{self, Country};
use js_sys::{Array, Intl::DisplayNames, Object, Reflect};
use leptos::prelude::*;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Typed {
    /// ISO code; empty while none is chosen.
    country: String,
    /// As it is dialled in that country.
    number: String,
}

impl Typed {
    /// What somebody could have typed for a number in E.164, most likely in the country `likely`.
    fn of(number: &str, likely: &str) -> Self {
        match phone::country_of(number, likely) {
            Some((country, number)) => Self {
                country: country.code.into(),
                number: number.into(),
            },
            None => Self {
                country: likely.into(),
                number: number.into(),
            },
        }
    }

    /// The number in E.164, as far as it is one.
    fn international(&self) -> String {
        match phone::country(&self.country) {
            _ if self.number.trim().is_empty() => String::new(),
            Some(country) => country.international(&self.number),
            None => self.number.clone(),
        }
    }
}

/// The number.
#[component]
pub fn Phone(
    /// Where it goes, in E.164.
    field: Field,
) -> impl IntoView {
    let here = StoredValue::new(region());
    let of = move |number: &str| here.with_value(|here| Typed::of(number, here));
    let typed = RwSignal::new(of(&field.value.get_untracked()));
    // What was typed, as long as it is what the form has; the form may have been given something else.
    let shown = Memo::new(move |_| {
        let number = field.value.get();
        typed.with(|typed| {
            if typed.international() == number {
                typed.clone()
            } else {
                of(&number)
            }
        })
    });
    let write = move |now: Typed| {
        let number = now.international();
        typed.set(now);
        field.write.run(number);
    };
    let choose = move |ev| {
        write(Typed {
            country: event_target_value(&ev),
            ..shown.get_untracked()
        });
    };
    let input = move |ev| {
        write(Typed {
            number: event_target_value(&ev),
            ..shown.get_untracked()
        });
    };
    // A number with the code of another country says which one it is.
    let settle = move |_| {
        let now = shown.get_untracked();
        if now.number.trim_start().starts_with(['+', '0']) {
            let likely = now.country.clone();
            typed.set(Typed::of(&now.international(), &likely));
        }
    };
    let country = move || shown.with(|shown| shown.country.clone());
    let invalid = move || field.complaint().map(|_| "true");
    let hint = move || {
        let number = field.value.get();
        match phone::check(&number) {
            Ok(number) => ["In full: ", &number].concat(),
            Err(_) => "As you dial it at home, or with a country code.".into(),
        }
    };
    let selected = shown.with_untracked(|shown| shown.country.clone());
    let options: Vec<_> = named()
        .into_iter()
        .map(|(country, name)| {
            let label = [&name, " +", country.calling_code].concat();
            view! { <option value=country.code selected=country.code == selected>{label}</option> }
        })
        .collect();
    view! {
        <div class="field-row profile__phone">
            <div class="field">
                <label class="field__label" for="phone_country">"Country"</label>
                <div class="select">
                    <select class="input" id="phone_country" autocomplete="tel-country-code" prop:value=country on:change=choose>
                        <option value="">"Choose a country"</option>
                        {options}
                    </select>
                </div>
            </div>
            <div class="field">
                <label class="field__label" for=field.name>"Phone" " " <span class="field__optional">"optional"</span></label>
                <input
                    class="input"
                    id=field.name
                    name=field.name
                    type="tel"
                    autocomplete="tel-national"
                    aria-invalid=invalid
                    aria-describedby=move || field.described_by(true)
                    prop:value=move || shown.with(|shown| shown.number.clone())
                    on:input=input
                    on:change=settle
                />
                <p class="field__hint" id=format!("{}-hint", field.name)>{hint}</p>
                {move || complaint(field.name, field.complaint())}
            </div>
        </div>
    }
}

/// The ISO code of the country that the browser is set up for; often empty.
fn region() -> String {
    let language = window().navigator().language().unwrap_or_default();
    language
        .rsplit('-')
        .next()
        .filter(|region| phone::country(region).is_some())
        .unwrap_or_default()
        .into()
}

/// Every country with its name, by name.
fn named() -> Vec<(Country, String)> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"type".into(), &"region".into());
    let words = DisplayNames::new(&Array::of1(&LOCALE.into()), &options);
    let mut named: Vec<_> = phone::countries()
        .map(|country| {
            let name = words.of(country.code);
            (
                country,
                name.map_or_else(|| country.code.into(), String::from),
            )
        })
        .collect();
    named.sort_by(|(_, one), (_, other)| one.cmp(other));
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(country: &str, number: &str) -> Typed {
        Typed {
            country: country.into(),
            number: number.into(),
        }
    }

    #[test]
    fn what_is_typed_becomes_a_number_and_comes_back() {
        let german = typed("DE", "030 901820");
        assert_eq!(german.international(), "+4930901820");
        assert_eq!(Typed::of("+4930901820", "GB"), typed("DE", "30901820"));
        assert_eq!(Typed::of("", "GB"), typed("GB", ""));
        assert_eq!(typed("DE", " ").international(), "");
    }

    #[test]
    fn without_a_country_a_number_is_left_to_the_rules() {
        assert_eq!(typed("", "030 901820").international(), "030 901820");
        assert_eq!(typed("", "+44 20 7946").international(), "+44 20 7946");
    }
}
