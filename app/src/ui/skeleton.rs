//! Rows that are not there yet. The style lets them appear after 150 ms, so that a quick answer does not flicker.

use leptos::prelude::*;

/// The body of a table that is being loaded: three rows of `columns` after the name.
pub fn skeleton_rows(selectable: bool, columns: usize) -> AnyView {
    let row = move || {
        let class = if columns > 6 {
            "skeleton skeleton--short"
        } else {
            "skeleton"
        };
        let cells = (0..columns)
            .map(|_| view! { <td><span class=class></span></td> })
            .collect_view();
        view! {
            <tr class="table__skeleton">
                {selectable.then(|| view! { <td class="table__select"></td> })}
                <td><span class="skeleton skeleton--long"></span></td>
                {cells}
            </tr>
        }
    };
    view! { <tbody aria-hidden="true">{(0..3).map(|_| row()).collect_view()}</tbody> }.into_any()
}

/// A card that is being loaded.
pub fn skeleton_card() -> AnyView {
    view! { <div class="card__body shell__skeleton" aria-hidden="true"><span class="skeleton skeleton--title"></span><span class="skeleton skeleton--long"></span></div> }.into_any()
}
