//! The table of single events, for those who want to differ from the levels.

use contract::notifications::{Channel, Event, Level, Notifications};
use leptos::prelude::*;

/// What is chosen, as the form provides it.
#[derive(Clone, Copy)]
pub struct Draft(pub RwSignal<Notifications>);

/// The table.
pub fn table() -> AnyView {
    let Draft(draft) = expect_context();
    view! {
        <table class="notifications__events" aria-label="Single events">
            <thead>
                <tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"Email"</th>
                    <th scope="col">"Slack"</th>
                </tr>
            </thead>
            {Level::ALL.into_iter().map(|level| group(draft, level)).collect_view()}
        </table>
    }
    .into_any()
}

fn group(draft: RwSignal<Notifications>, level: Level) -> AnyView {
    let events = Event::ALL.iter().copied();
    let rows = events
        // That one goes to the address that it is about, whatever one chooses.
        .filter(|event| event.level() == level && *event != Event::EmailChangeRequested)
        .map(|event| row(draft, event));
    view! {
        <tbody>
            <tr><th class="notifications__level" scope="rowgroup" colspan="3">{level.label()}</th></tr>
            {rows.collect_view()}
        </tbody>
    }
    .into_any()
}

fn row(draft: RwSignal<Notifications>, event: Event) -> AnyView {
    view! {
        <tr>
            <th scope="row">{event.in_words()}</th>
            {cell(draft, event, Channel::Email, " by email")}
            {cell(draft, event, Channel::Slack, " in Slack")}
        </tr>
    }
    .into_any()
}

fn cell(
    draft: RwSignal<Notifications>,
    event: Event,
    channel: Channel,
    where_to: &'static str,
) -> AnyView {
    let on = move || draft.with(|draft| draft.choice(event).has(channel));
    let set =
        move |ev| draft.update(|draft| choose(draft, event, channel, event_target_checked(&ev)));
    view! {
        <td>
            <label class="scope-grid__cell">
                <input class="checkbox" type="checkbox" aria-label=[event.in_words(), where_to].concat() prop:checked=on on:change=set />
            </label>
        </td>
    }
    .into_any()
}

/// Sends an event to a channel, or not. What its level decides alike needs no line of its own.
fn choose(draft: &mut Notifications, event: Event, channel: Channel, on: bool) {
    let mut choice = draft.choice(event);
    match channel {
        Channel::Email => choice.email = on,
        Channel::Slack => choice.slack = on,
    }
    draft.events.remove(event.as_str());
    if draft.choice(event) != choice {
        draft.events.insert(event.as_str().into(), choice);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_comes_back_to_its_level_leaves_no_trace() {
        let mut draft = Notifications::default();
        choose(&mut draft, Event::TokenCreated, Channel::Email, true);
        assert!(draft.choice(Event::TokenCreated).email);
        assert!(!draft.choice(Event::TokenCreated).slack);
        choose(&mut draft, Event::TokenCreated, Channel::Email, false);
        assert_eq!(draft, Notifications::default());
    }
}
