//! The grid of scopes: eleven resources, each to read or to write.

use crate::{
    form::{Form, State},
    page::look,
    ui::text_field::complaint,
};
use contract::{
    check::Check,
    scopes::{Access, Resource, Scope, ScopeSet},
};
use leptos::prelude::*;
use serde::Serialize;

/// The scopes that are the member `scopes` of a form.
#[derive(Clone, Copy)]
pub struct Scopes {
    value: Signal<ScopeSet>,
    write: Callback<ScopeSet>,
    form: State,
    /// What can be chosen; what is chosen already can be taken away.
    pub within: ScopeSet,
    /// Whether they are only shown.
    pub fixed: bool,
}

impl Scopes {
    /// The scopes of a form, of which all can be chosen.
    pub fn of<R: Check + Serialize + Clone + Send + Sync>(
        form: Form<R>,
        get: fn(&R) -> ScopeSet,
        set: fn(&mut R, ScopeSet),
    ) -> Self {
        form.place("scopes");
        Self {
            value: Signal::derive(move || form.draft.with(get)),
            write: Callback::new(move |scopes| form.change("scopes", |draft| set(draft, scopes))),
            form: form.state,
            within: ScopeSet::ALL,
            fixed: false,
        }
    }

    /// The grid. `ScopeSet` itself ties write to read, so the boxes need only show what is in it.
    pub fn grid(self) -> AnyView {
        let message = move || self.form.complaint("scopes");
        let preset = move |label: &'static str, scopes: ScopeSet| {
            let scopes = scopes.intersection(self.within);
            view! { <button type="button" class="button button--secondary button--small" data-edits on:click=move |_| self.write.run(scopes)>{label}</button> }
        };
        let presets = (!self.fixed).then(|| {
            view! {
                {preset("Read all", ScopeSet::all_read())}
                {preset("Read and write all", ScopeSet::ALL)}
                {preset("Backup operator", ScopeSet::backup_operator())}
                {preset("Clear", ScopeSet::default())}
            }
        });
        view! {
            <fieldset class="fieldset scope-grid" aria-invalid=move || message().map(|_| "true") aria-describedby=move || message().map(|_| "scopes-error")>
                <legend class="field__label">"Scopes"</legend>
                <link rel="stylesheet" href=look("/scopes.css") />
                {move || complaint("scopes", message())}
                <div class="scope-grid__presets">
                    {presets}
                    <span class="scope-grid__count" role="status">{move || self.value.get().iter().count()} " of 22"</span>
                </div>
                <table class="scope-grid__table">
                    <thead>
                        <tr>
                            <th scope="col">"Resource"</th>
                            <th scope="col">"Read"</th>
                            <th scope="col">"Write"</th>
                        </tr>
                    </thead>
                    <tbody>{Resource::ALL.into_iter().map(|resource| self.row(resource)).collect_view()}</tbody>
                </table>
            </fieldset>
        }
        .into_any()
    }

    fn row(self, resource: Resource) -> AnyView {
        let label = resource.label();
        view! {
            <tr>
                <th scope="row">{label}</th>
                {self.cell(Scope(resource, Access::Read), [label, " Read"].concat())}
                {self.cell(Scope(resource, Access::Write), [label, " Write"].concat())}
            </tr>
        }
        .into_any()
    }

    fn cell(self, scope: Scope, label: String) -> AnyView {
        let checked = move || self.value.with(|scopes| scopes.contains(scope));
        let toggle = move |ev| {
            let mut scopes = self.value.get_untracked();
            if event_target_checked(&ev) {
                scopes.insert(scope);
            } else {
                scopes.remove(scope);
            }
            self.write.run(scopes);
        };
        let disabled = move || self.fixed || !(self.within.contains(scope) || checked());
        view! {
            <td>
                <label class="scope-grid__cell">
                    <input class="checkbox" type="checkbox" aria-label=label disabled=disabled prop:checked=checked on:change=toggle />
                </label>
            </td>
        }
        .into_any()
    }
}
