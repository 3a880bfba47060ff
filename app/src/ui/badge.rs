//! A word about a state.

use leptos::prelude::*;

/// How a badge looks.
#[derive(Clone, Copy)]
pub enum Tone {
    /// All is well.
    Active,
    /// Over, but not for good.
    Expired,
    /// Neither good nor bad.
    Off,
}

/// A badge with `label`.
pub fn badge(tone: Tone, label: &'static str) -> AnyView {
    let class = match tone {
        Tone::Active => "badge badge--active",
        Tone::Expired => "badge badge--expired",
        Tone::Off => "badge",
    };
    view! { <span class=class>{label}</span> }.into_any()
}
