//! What a list of people or machines is narrowed to, and its order: fields above the list, kept in the URL under the
//! names that the API has for them.

use super::query;
use crate::{
    router::Router,
    ui::{filter::filter, search::Search},
};
use contract::roles::Role;
use leptos::prelude::*;

/// A value of a parameter, and how it is called.
type Choice = (&'static str, &'static str);

/// What is particular to one list.
pub struct Words {
    /// What is searched, for those who do not see it.
    pub search: &'static str,
    /// What is searched, in short.
    pub placeholder: &'static str,
    /// The parameter about whether they are let in.
    pub state: &'static str,
    /// Its values; the first stands for all.
    pub states: &'static [Choice],
    /// The orders; the first is the usual one.
    pub orders: &'static [Choice],
    /// What the button says that widens the list again.
    pub all: &'static str,
}

/// What one list is narrowed to, and its order.
#[derive(Clone, Copy)]
pub struct Narrow {
    words: &'static Words,
    search: Memo<String>,
    state: Memo<String>,
    /// The id of a role, or any.
    role: Memo<String>,
    order: Memo<String>,
}

impl Narrow {
    /// What the URL of the page says.
    pub fn new(words: &'static Words) -> Self {
        Self {
            words,
            search: query::parameter("search"),
            state: query::parameter(words.state),
            role: query::parameter("role"),
            order: query::parameter("sort"),
        }
    }

    /// As it follows others in the query of the list.
    pub fn query(self) -> String {
        query::told(&[
            ("search", &self.search.get()),
            (self.words.state, &self.state.get()),
            ("role", &self.role.get()),
            ("sort", &self.order.get()),
        ])
    }

    /// Whether anybody may be left out.
    pub fn is_narrowed(self) -> bool {
        [self.search, self.state, self.role]
            .iter()
            .any(|parameter| !parameter.with_untracked(String::is_empty))
    }

    /// The fields. `roles` are those to choose from, once they came.
    pub fn fields(self, roles: RwSignal<Vec<Role>>) -> AnyView {
        let router = Router::in_use();
        let choose = move |name: &'static str| {
            Callback::new(move |value: String| query::set(router, name, &value))
        };
        let pair = |(value, label): (&str, &str)| (value.to_owned(), label.to_owned());
        let pairs =
            |options: &[Choice]| Signal::stored(options.iter().copied().map(pair).collect());
        let Words {
            search,
            placeholder,
            state,
            states,
            orders,
            ..
        } = *self.words;
        let roles = Signal::derive(move || {
            let roles = roles.get();
            let roles = roles
                .iter()
                .map(|role| pair((role.id.as_str(), &role.name)));
            std::iter::once(pair(("", "Any role")))
                .chain(roles)
                .collect()
        });
        view! {
            <div class="filters" role="search">
                <Search label=search placeholder value=self.search seek=choose("search") />
                {filter("Status", pairs(states), self.state, choose(state))}
                {filter("Role", roles, self.role, choose("role"))}
                {filter("Order", pairs(orders), self.order, choose("sort"))}
            </div>
        }
        .into_any()
    }

    /// The button that widens the list to all. The order stays.
    pub fn show_all(self) -> AnyView {
        let router = Router::in_use();
        let Words { state, all, .. } = *self.words;
        let widen = move |_| query::set_all(router, &[("search", ""), (state, ""), ("role", "")]);
        view! { <button type="button" class="button button--secondary" on:click=widen>{all}</button> }
            .into_any()
    }
}
