//! Eleven resources, each to read or to write.

use crate::{form::Form, ui::text_field::complaint};
use contract::{
    scopes::{Access, Resource, Scope, ScopeSet},
    tokens::CreateToken,
};
use leptos::prelude::*;

/// The grid. `ScopeSet` itself ties write to read, so the boxes need only show what is in it.
#[component]
pub fn ScopeGrid(
    /// The form whose scopes these are.
    form: Form<CreateToken>,
) -> impl IntoView {
    form.place("scopes");
    let message = move || form.state.complaint("scopes");
    let preset = move |label: &'static str, scopes: fn() -> ScopeSet| {
        let choose = move |_| form.change("scopes", |draft| draft.scopes = scopes());
        view! { <button type="button" class="button button--secondary button--small" on:click=choose>{label}</button> }
    };
    view! {
        <fieldset class="fieldset scope-grid" aria-invalid=move || message().map(|_| "true") aria-describedby=move || message().map(|_| "scopes-error")>
            <legend class="field__label">"Scopes"</legend>
            <div class="scope-grid__presets">
                {preset("Read all", ScopeSet::all_read)}
                {preset("Read and write all", || ScopeSet::ALL)}
                {preset("Clear", ScopeSet::default)}
                <span class="scope-grid__count" role="status">{move || form.draft.with(|draft| draft.scopes.iter().count())} " of 22"</span>
            </div>
            <table class="scope-grid__table">
                <thead>
                    <tr>
                        <th scope="col">"Resource"</th>
                        <th scope="col">"Read"</th>
                        <th scope="col">"Write"</th>
                    </tr>
                </thead>
                <tbody>{Resource::ALL.into_iter().map(|resource| row(form, resource)).collect_view()}</tbody>
            </table>
            {move || complaint("scopes", message())}
        </fieldset>
    }
}

fn row(form: Form<CreateToken>, resource: Resource) -> AnyView {
    let label = resource.label();
    view! {
        <tr>
            <th scope="row">{label}</th>
            {cell(form, Scope(resource, Access::Read), [label, " Read"].concat())}
            {cell(form, Scope(resource, Access::Write), [label, " Write"].concat())}
        </tr>
    }
    .into_any()
}

fn cell(form: Form<CreateToken>, scope: Scope, label: String) -> AnyView {
    let toggle = move |ev| {
        let checked = event_target_checked(&ev);
        form.change("scopes", |draft| {
            if checked {
                draft.scopes.insert(scope);
            } else {
                draft.scopes.remove(scope);
            }
        });
    };
    view! {
        <td>
            <label class="scope-grid__cell">
                <input class="checkbox" type="checkbox" aria-label=label prop:checked=move || form.draft.with(|draft| draft.scopes.contains(scope)) on:change=toggle />
            </label>
        </td>
    }
    .into_any()
}
