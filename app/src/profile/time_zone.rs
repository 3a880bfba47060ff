//! The time zone in which a person is told all times.

use crate::{
    clock::{self, Clock},
    form::Field,
    ui::text_field::complaint,
};
use leptos::prelude::*;

/// Zones that belong to no part of the world, and those that the browser does not list.
const OTHERS: &str = "Other";

/// The choice.
#[component]
pub fn TimeZone(
    /// Where it goes; empty for the browser's own.
    field: Field,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let chosen = field.value.get_untracked();
    let own = clock::own_zone();
    let groups: Vec<_> = grouped(clock::zones(), &chosen)
        .into_iter()
        .map(|(part, zones)| {
            let options: Vec<_> = zones
                .into_iter()
                .map(|zone| {
                    let selected = zone == chosen;
                    view! { <option value=zone.clone() selected=selected>{place(&zone)}</option> }
                })
                .collect();
            view! { <optgroup label=part>{options}</optgroup> }
        })
        .collect();
    let hint = move || {
        let time = clock::wall_clock(&field.value.get(), clock.get());
        ["It is ", &time, " there. All times are told in this zone."].concat()
    };
    view! {
        <div class="field">
            <label class="field__label" for=field.name>"Time zone"</label>
            <div class="select">
                <select
                    class="input"
                    id=field.name
                    name=field.name
                    aria-invalid=move || field.complaint().map(|_| "true")
                    aria-describedby=move || field.described_by(true)
                    prop:value=field.value
                    on:change=move |ev| field.write.run(event_target_value(&ev))
                >
                    <option value="">"The browser's own: " {place(&own)}</option>
                    {groups}
                </select>
            </div>
            <p class="field__hint" id=format!("{}-hint", field.name)>{hint}</p>
            {move || complaint(field.name, field.complaint())}
        </div>
    }
}

/// The zones of each part of the world, the one that is chosen among them.
fn grouped(mut zones: Vec<String>, chosen: &str) -> Vec<(String, Vec<String>)> {
    for zone in ["UTC", chosen] {
        if !zone.is_empty() && !zones.iter().any(|known| known == zone) {
            // The last group is for what is alone.
            zones.push(zone.to_owned());
        }
    }
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for zone in zones {
        let part = zone.split_once('/').map_or(OTHERS, |(part, _)| part);
        match groups.iter_mut().find(|(known, _)| known == part) {
            Some((_, zones)) => zones.push(zone),
            None => groups.push((part.to_owned(), vec![zone])),
        }
    }
    groups
}

/// The place after which a zone is named: `Buenos Aires, Argentina` for `America/Argentina/Buenos_Aires`.
fn place(zone: &str) -> String {
    let place = zone.split_once('/').map_or(zone, |(_, place)| place);
    let words: Vec<_> = place.rsplit('/').collect();
    words.join(", ").replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_called_by_its_place() {
        for (zone, called) in [
            ("Europe/Berlin", "Berlin"),
            ("America/New_York", "New York"),
            ("America/Argentina/Buenos_Aires", "Buenos Aires, Argentina"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(place(zone), called);
        }
    }

    #[test]
    fn a_zone_that_the_browser_does_not_list_can_stay_chosen() {
        let zones = ["Asia/Tokyo", "Europe/Berlin", "Europe/Paris"].map(str::to_owned);
        let names = |chosen| {
            let groups = grouped(zones.to_vec(), chosen);
            let names = groups.into_iter();
            names
                .map(|(part, zones)| format!("{part}: {}", zones.join(" ")))
                .collect::<Vec<_>>()
        };
        let listed = ["Asia: Asia/Tokyo", "Europe: Europe/Berlin Europe/Paris"];
        assert_eq!(
            names("Europe/Paris"),
            [&listed[..], &["Other: UTC"]].concat()
        );
        assert_eq!(names("EST5EDT")[2], "Other: UTC EST5EDT");
        assert_eq!(names("Asia/Calcutta")[0], "Asia: Asia/Tokyo Asia/Calcutta");
    }
}
