//! Calls of a token by route: which were called, and the days of one of them.

use super::chart::chart;
use contract::usage::{DayUsage, RouteUsage, TokenUsage, Usage};
use leptos::prelude::*;

/// The chart, of all calls or of the route that is chosen below it.
pub fn calls(usage: &TokenUsage) -> AnyView {
    let chosen = RwSignal::new(None::<usize>);
    let rows = usage.routes.iter().enumerate().map(|(place, route)| {
        let is_chosen = move || chosen.get() == Some(place);
        let choose = move |_| chosen.set(Some(place).filter(|place| chosen.get_untracked() != Some(*place)));
        view! {
            <tr>
                <th scope="row">
                    <button type="button" class="link" aria-pressed=move || if is_chosen() { "true" } else { "false" } on:click=choose>{name(route)}</button>
                </th>
                <td>{route.calls}</td>
            </tr>
        }
    });
    let table = (!usage.routes.is_empty()).then(|| {
        view! {
            <div role="group" aria-label="Calls by route">
                <table class="facts">
                    <thead><tr><th scope="col">"Route"</th><th scope="col">"Calls"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    let usage = usage.clone();
    let picture = move || match chosen.get().and_then(|place| usage.routes.get(place)) {
        Some(route) => chart(&of_route(&usage.all, route), &name(route)),
        None => chart(&usage.all, ""),
    };
    view! { {picture} {table} }.into_any()
}

fn name(route: &RouteUsage) -> String {
    if route.route.is_empty() {
        "Not told apart".into()
    } else {
        route.route.clone()
    }
}

/// The usage of one route on all the days of `all`.
fn of_route(all: &Usage, route: &RouteUsage) -> Usage {
    let on_day = |day: &DayUsage| {
        let counted = route.days.iter().find(|counted| counted.day == day.day);
        DayUsage {
            day: day.day.clone(),
            calls: counted.map_or(0, |counted| counted.calls),
        }
    };
    Usage {
        from: all.from.clone(),
        to: all.to.clone(),
        calls: route.calls,
        days: all.days.iter().map(on_day).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_route_are_those_of_all_calls() {
        let day = |day: &str, calls| DayUsage {
            day: day.into(),
            calls,
        };
        let all = Usage {
            from: "2026-11-21".into(),
            to: "2026-11-22".into(),
            calls: 12,
            days: vec![day("2026-11-21", 2), day("2026-11-22", 10)],
        };
        let route = RouteUsage {
            route: "GET /jobs".into(),
            calls: 9,
            days: vec![day("2026-11-22", 9)],
        };
        let usage = of_route(&all, &route);
        assert_eq!(usage.calls, 9);
        assert_eq!(usage.days, [day("2026-11-21", 0), day("2026-11-22", 9)]);
    }
}
