//! A remark that stands out.

use super::icon::icon;
use leptos::prelude::*;

/// Something to know.
pub fn info(text: &'static str) -> AnyView {
    view! {
        <div class="notice">
            {icon("#i-info")}
            <div class="notice__body"><p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// Something to bear in mind.
pub fn warning(text: &'static str) -> AnyView {
    warning_of(text.into())
}

/// The same in words that depend on the case.
pub fn warning_of(text: String) -> AnyView {
    view! {
        <div class="notice notice--warning">
            {icon("#i-warning")}
            <div class="notice__body"><p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// Something that went well and should be known here.
pub fn success(text: &'static str) -> AnyView {
    view! {
        <div class="notice notice--success">
            {icon("#i-success")}
            <div class="notice__body"><p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// Something that went wrong just now, while there is such a thing.
pub fn alert(text: impl Fn() -> Option<String> + Send + 'static) -> AnyView {
    let notice = |text| {
        view! { <div class="notice notice--danger" role="alert" tabindex="-1">{icon("#i-danger")}<div class="notice__body"><p>{text}</p></div></div> }.into_any()
    };
    view! { {move || text().map(notice)} }.into_any()
}
