//! Rows that are selected by checkboxes: one by one, a range with Shift, or all.

use leptos::{ev, prelude::*};

/// Which rows are selected, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ids: Vec<String>,
    /// The row clicked last, where a range begins.
    anchor: Option<String>,
}

impl Selection {
    /// Whether a row is selected.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.iter().any(|selected| selected == id)
    }

    /// Selects a row, or takes it out; with `range` every row from the one clicked before.
    pub fn set(&mut self, id: &str, selected: bool, range: bool, order: &[String]) {
        let place = |id: &str| order.iter().position(|other| other == id);
        let start = self.anchor.as_deref().filter(|_| range).and_then(place);
        let rows = match (start, place(id)) {
            (Some(a), Some(b)) => order.get(a.min(b)..=a.max(b)).unwrap_or_default(),
            _ => &[id.to_owned()],
        };
        self.ids.retain(|id| !rows.contains(id));
        if selected {
            self.ids.extend_from_slice(rows);
        }
        self.anchor = Some(id.to_owned());
    }

    /// Selects every row, or none.
    pub fn set_all(&mut self, selected: bool, order: &[String]) {
        *self = Self {
            ids: if selected { order.to_vec() } else { Vec::new() },
            anchor: None,
        };
    }

    /// How many of the rows shown are selected: what cannot be seen does not count.
    pub fn count(&self, order: &[String]) -> usize {
        order.iter().filter(|id| self.contains(id)).count()
    }
}

/// The checkbox of a row.
#[component]
pub fn SelectRow<'a>(
    /// The row's id.
    id: String,
    /// What the row is about.
    name: &'a str,
    /// What is selected.
    selection: RwSignal<Selection>,
    /// Every row's id, in the order shown.
    order: Signal<Vec<String>>,
) -> impl IntoView {
    let shown = id.clone();
    let clicked = move |ev: ev::MouseEvent| {
        let selected = event_target_checked(&ev);
        selection.update(|selection| {
            selection.set(&id, selected, ev.shift_key(), &order.get_untracked());
        });
    };
    view! { <input class="checkbox" type="checkbox" aria-label=format!("Select {name}") prop:checked=move || selection.with(|it| it.contains(&shown)) on:click=clicked /> }
}

/// The checkbox of all rows: mixed when only some are selected.
#[component]
pub fn SelectAll(
    /// What selecting all means.
    label: &'static str,
    /// What is selected.
    selection: RwSignal<Selection>,
    /// Every row's id, in the order shown.
    order: Signal<Vec<String>>,
) -> impl IntoView {
    let selected = move || order.with(|order| selection.with(|selection| selection.count(order)));
    let total = move || order.with(Vec::len);
    let all = move || selected() > 0 && selected() == total();
    let some = move || selected() > 0 && selected() < total();
    view! {
        <input
            class="checkbox"
            type="checkbox"
            aria-label=label
            prop:checked=all
            prop:indeterminate=some
            on:change=move |ev| selection.update(|selection| selection.set_all(event_target_checked(&ev), &order.get_untracked()))
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Vec<String> {
        ["a", "b", "c", "d"].map(String::from).to_vec()
    }

    fn ids(selection: &Selection) -> Vec<&str> {
        let mut ids: Vec<_> = selection.ids.iter().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn shift_selects_from_the_row_clicked_before_in_either_direction() {
        let mut selection = Selection::default();
        selection.set("d", true, false, &order());
        selection.set("b", true, true, &order());
        assert_eq!(ids(&selection), ["b", "c", "d"]);
        selection.set("c", false, true, &order());
        assert_eq!(ids(&selection), ["d"]);
    }

    #[test]
    fn shift_without_a_row_clicked_before_selects_one() {
        let mut selection = Selection::default();
        selection.set("b", true, true, &order());
        assert_eq!(ids(&selection), ["b"]);
    }

    #[test]
    fn all_and_none() {
        let mut selection = Selection::default();
        selection.set_all(true, &order());
        assert_eq!(selection.count(&order()), 4);
        selection.set_all(false, &order());
        assert_eq!(selection, Selection::default());
    }

    #[test]
    fn rows_that_are_not_shown_do_not_count_and_no_range_begins_there() {
        let mut selection = Selection::default();
        selection.set("a", true, false, &order());
        assert_eq!(selection.count(&order()[1..]), 0);
        selection.set("d", true, true, &order()[1..]);
        assert_eq!(ids(&selection), ["a", "d"]);
    }
}
