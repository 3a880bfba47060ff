//! The time zone in which a person is told all times.

use crate::{
    clock,
    form::Field,
    ui::select::{Choice, select},
};
use leptos::prelude::*;

/// The choice; empty stands for the browser's own.
pub fn field(label: &'static str, field: Field) -> AnyView {
    let own = Choice {
        group: String::new(),
        value: String::new(),
        label: ["The browser's own: ", &spaced(place(&clock::own_zone()).1)].concat(),
    };
    let mut choices = vec![own];
    choices.extend(listed(clock::zones(), &field.value.get_untracked()));
    select(label, field, "All times are told in this zone.", choices)
}

/// The zones, each under its part of the world; among them UTC and the one that is chosen, which not every browser lists.
fn listed(mut zones: Vec<String>, chosen: &str) -> Vec<Choice> {
    for zone in ["UTC", chosen] {
        if !zone.is_empty() && !zones.iter().any(|known| known == zone) {
            zones.push(zone.to_owned());
        }
    }
    let choice = |zone: String| {
        let (part, label) = place(&zone);
        Choice {
            group: part.to_owned(),
            label: spaced(label),
            value: zone,
        }
    };
    zones.into_iter().map(choice).collect()
}

/// The part of the world, and the place after which a zone is named.
fn place(zone: &str) -> (&str, &str) {
    zone.split_once('/').unwrap_or(("Other", zone))
}

/// `New York` for `New_York`.
fn spaced(name: &str) -> String {
    name.split('_').collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_called_by_its_place() {
        assert_eq!(place("Europe/Berlin"), ("Europe", "Berlin"));
        let argentina = place("America/Argentina/Ushuaia");
        assert_eq!(argentina, ("America", "Argentina/Ushuaia"));
        assert_eq!(place("UTC"), ("Other", "UTC"));
        assert_eq!(spaced("New_York"), "New York");
    }

    #[test]
    fn a_zone_that_the_browser_does_not_list_can_stay_chosen() {
        let zones = ["Asia/Tokyo", "Europe/Berlin"].map(str::to_owned);
        let values = |chosen| {
            let choices = listed(zones.to_vec(), chosen).into_iter();
            choices.map(|choice| choice.value).collect::<Vec<_>>()
        };
        let known = ["Asia/Tokyo", "Europe/Berlin", "UTC"];
        assert_eq!(values("Europe/Berlin"), known);
        assert_eq!(values(""), known);
        assert_eq!(values("EST5EDT"), [&known[..], &["EST5EDT"]].concat());
    }
}
