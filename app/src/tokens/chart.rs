//! Calls per day as a picture, and as a table for those who do not see it.

use contract::usage::Usage;
use leptos::prelude::*;

/// Height of the picture, in its own units; a day is ten wide.
const HEIGHT: u64 = 100;

/// The picture; `of` names what was called, if that is not everything.
pub fn chart(usage: &Usage, of: &str) -> AnyView {
    let most = usage.days.iter().map(|day| day.calls).max().unwrap_or(0);
    let bars = usage.days.iter().enumerate().map(|(place, day)| {
        let height = bar(day.calls, most);
        view! { <rect class="chart__bar" x=place * 10 + 1 y=HEIGHT - height width="8" height=height><title>{format!("{}: {}", day.day, day.calls)}</title></rect> }
    });
    let rows = usage.days.iter().filter(|day| day.calls > 0).map(|day| {
        view! { <tr><th scope="row">{day.day.clone()}</th><td>{day.calls}</td></tr> }
    });
    let of = Some(of)
        .filter(|of| !of.is_empty())
        .map(|of| [of, ": "].concat());
    let summary = format!(
        "{}{} calls in {} days, at most {most} on one",
        of.clone().unwrap_or_default(),
        usage.calls,
        usage.days.len()
    );
    view! {
        <figure class="chart">
            <svg class="chart__picture" viewBox=format!("0 0 {} {HEIGHT}", usage.days.len() * 10) preserveAspectRatio="none" role="img" aria-label=summary>{bars.collect_view()}</svg>
            <figcaption class="chart__axis"><span>{usage.from.clone()}</span><span>{of} {most} " at most"</span><span>{usage.to.clone()}</span></figcaption>
            <table class="visually-hidden">
                <caption>"Calls per day (UTC)"</caption>
                <thead><tr><th scope="col">"Day"</th><th scope="col">"Calls"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </figure>
    }
    .into_any()
}

/// How high a bar is. A day with few calls can still be told from one without.
fn bar(calls: u64, most: u64) -> u64 {
    match calls {
        0 => 1,
        calls => (calls * HEIGHT / most.max(1)).max(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_picture_and_every_call_is_seen() {
        assert_eq!(bar(500, 500), HEIGHT);
        assert_eq!(bar(250, 500), HEIGHT / 2);
        assert_eq!((bar(1, 100_000), bar(0, 100_000), bar(0, 0)), (3, 1, 1));
    }
}
