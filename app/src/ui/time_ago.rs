//! An instant as people think of it.

use crate::clock::{self, Clock};
use contract::time::Timestamp;
use leptos::prelude::*;

/// An instant as its distance from now, exact on hover; `never` where there is none.
pub fn time_ago(time: Option<Timestamp>, never: &'static str) -> AnyView {
    let Some(time) = time else {
        return never.into_any();
    };
    let clock = expect_context::<Clock>();
    view! { <time datetime=time.to_string() title=clock::exact(time)>{move || clock::relative(time, clock.get())}</time> }.into_any()
}
