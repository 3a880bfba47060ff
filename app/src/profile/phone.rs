//! A telephone number: the country, and the number as it is dialled there.

use crate::{
    clock::LOCALE,
    form::Field,
    ui::{
        select::{Choice, select},
        text_field::TextField,
    },
};
use contract::phone;
use js_sys::{Array, Intl::DisplayNames, JsString, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

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
        let (country, number) = match phone::country_of(number, likely) {
            Some((country, number)) => (country.code, number),
            None => (likely, number),
        };
        Self {
            country: country.into(),
            number: number.trim().into(),
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

    /// A number that begins with the code of a country says which one it is.
    fn settled(self) -> Self {
        let number = self.number.trim();
        if number.starts_with('+') || number.starts_with("00") {
            Self::of(&self.international(), &self.country)
        } else {
            self
        }
    }
}

/// The two fields. `field` is where the number goes, in E.164.
pub fn fields(label: &'static str, field: Field) -> AnyView {
    let here = region();
    let typed_country = RwSignal::new(None::<String>);
    let typed_number = RwSignal::new(None::<String>);
    // What was typed, as long as it is what the form has; the form may have been given something else.
    let shown = move || {
        let number = field.value.get();
        let typed = Typed {
            country: typed_country.get().unwrap_or_else(|| here.to_owned()),
            number: typed_number.get().unwrap_or_default(),
        };
        if typed.international() == number {
            typed
        } else {
            Typed::of(&number, here)
        }
    };
    let write = move |typed: Typed| {
        let typed = typed.settled();
        let number = typed.international();
        typed_country.set(Some(typed.country));
        typed_number.set(Some(typed.number));
        field.write.run(number);
    };
    let country = Field {
        name: "phone_country",
        value: Signal::derive(move || shown().country),
        write: Callback::new(move |country| {
            let now = untrack(shown);
            write(Typed { country, ..now });
        }),
        ..field
    };
    let number = Field {
        value: Signal::derive(move || shown().number),
        write: Callback::new(move |number| {
            let now = untrack(shown);
            write(Typed { number, ..now });
        }),
        ..field
    };
    view! {
        {select("Country", country, "", countries())}
        <TextField label field=number kind="tel" autocomplete="tel-national" hint="As you dial it at home, or with a country code." optional=true />
    }
    .into_any()
}

/// The ISO code of the country that the browser is set up for; often empty.
fn region() -> &'static str {
    let language = window().navigator().language().unwrap_or_default();
    let region = language.split('-').next_back().and_then(phone::country);
    region.map_or("", |country| country.code)
}

/// Every country, by the name that the browser has for it.
fn countries() -> Vec<Choice> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"type".into(), &"region".into());
    let names = DisplayNames::new(&Array::of1(&LOCALE.into()), &options);
    // Sorted by the browser, which knows where Å and Ü belong.
    let lines = Array::new();
    for country in phone::countries() {
        let name = names.of(country.code).map(String::from);
        let name = name.as_deref().unwrap_or(country.code);
        let line = [name, " +", country.calling_code, "\n", country.code].concat();
        lines.push(&line.into());
    }
    let mut choices = vec![Choice {
        group: String::new(),
        value: String::new(),
        label: "Choose a country".into(),
    }];
    let mut in_order = |a: JsValue, b: JsValue| {
        let b = b.as_string().unwrap_or_default();
        JsString::from(a).locale_compare(&b, &Array::of1(&LOCALE.into()), &Object::new())
    };
    for line in lines.sort_by(&mut in_order) {
        let line = line.as_string().unwrap_or_default();
        if let Some((label, code)) = line.split_once('\n') {
            choices.push(Choice {
                group: String::new(),
                value: code.into(),
                label: label.into(),
            });
        }
    }
    choices
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
        assert_eq!(german.clone().settled(), german);
        assert_eq!(Typed::of("+4930901820", "GB"), typed("DE", "30901820"));
        assert_eq!(Typed::of("", "GB"), typed("GB", ""));
        assert_eq!(typed("DE", " ").international(), "");
    }

    #[test]
    fn a_number_with_the_code_of_a_country_chooses_it() {
        for (number, settled) in [
            ("+49 30 901820", typed("DE", "30901820")),
            ("0049 30 901820", typed("DE", "30901820")),
            ("+49", typed("DE", "")),
            ("+4", typed("GB", "+4")),
            ("+1 212", typed("US", "212")),
        ] {
            assert_eq!(typed("GB", number).settled(), settled, "{number}");
        }
        assert_eq!(typed("CA", "+1 212").settled(), typed("CA", "212"));
    }

    #[test]
    fn without_a_country_a_number_is_left_to_the_rules() {
        assert_eq!(typed("", "030 901820").international(), "030 901820");
        assert_eq!(typed("", "+44 20 7946").settled(), typed("GB", "20 7946"));
    }
}
