//! Choosing somebody of the company: sought by name, since there may be thousands.

use crate::{
    api::Api,
    form::{Field, State},
    manage::query,
    ui::text_field::frame,
};
use contract::{
    list::List,
    users::{USERS, User},
};
use leptos::{leptos_dom::helpers::debounce, prelude::*, task::spawn_local};
use std::time::Duration;

/// Somebody who can be chosen.
#[derive(Clone, PartialEq, Eq)]
struct Person {
    id: String,
    label: String,
}

impl Person {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.as_str().to_owned(),
            label: format!("{} {} ({})", user.first_name, user.last_name, user.email),
        }
    }
}

/// Those who can be chosen, as far as they were sought. A copy is the same people.
#[derive(Clone, Copy)]
pub struct People {
    api: Api,
    found: RwSignal<Vec<Person>>,
}

impl People {
    /// For a start only the person in front.
    pub fn new(api: Api) -> Self {
        let me = untrack(|| api.account.with(|session| Person::of(&session.user)));
        Self {
            api,
            found: RwSignal::new(me.into_iter().collect()),
        }
    }

    /// What stands in the field for the person in front.
    pub fn me(self) -> (String, String) {
        let me = untrack(|| self.api.account.with(|session| Person::of(&session.user)));
        me.map(|me| (me.id, me.label)).unwrap_or_default()
    }

    /// Notes somebody who was chosen before.
    pub fn know(self, id: &str, label: &str) {
        self.add(vec![Person {
            id: id.to_owned(),
            label: label.to_owned(),
        }]);
    }

    fn add(self, people: Vec<Person>) {
        self.found.try_update(|found| {
            for person in people {
                if !found.contains(&person) {
                    found.push(person);
                }
            }
        });
    }

    /// Who is meant by a text.
    fn id_of(self, text: &str) -> Option<String> {
        self.found.with_untracked(|found| {
            found
                .iter()
                .find(|person| person.label == text.trim())
                .map(|person| person.id.clone())
        })
    }

    async fn seek(self, text: String) {
        // Of a whole label the address alone is sought.
        let address = text
            .split_once('(')
            .map(|(_, rest)| rest.trim_end_matches([')', ' ']));
        let query = query::told(&[("search", address.unwrap_or(&text))]);
        let path = [USERS, "?state=active&limit=20", &query].concat();
        // Those who may not see people are left with themselves.
        if let Ok(list) = self.api.get::<List<User>>(&path).await {
            self.add(list.items.iter().map(Person::of).collect());
        }
    }

    /// The member `name` of a form: `text` stands there, and `choose` gets the id of whoever is meant, or nothing.
    pub fn field(
        self,
        name: &'static str,
        text: String,
        form: State,
        choose: impl Fn(String) + Send + Sync + 'static,
    ) -> Field {
        let text = RwSignal::new(text);
        let choose = StoredValue::new(choose);
        let choose = move |id| choose.with_value(|choose| choose(id));
        let seek = StoredValue::new_local(debounce(Duration::from_millis(250), move |sought| {
            spawn_local(async move {
                self.seek(sought).await;
                // Who typed a whole name faster than it was found has chosen too. Else nothing is new:
                // what was said about the field meanwhile stays.
                let typed = text.try_get_untracked();
                if let Some(id) = typed.and_then(|typed| self.id_of(&typed)) {
                    choose(id);
                }
            });
        }));
        let write = Callback::new(move |typed: String| {
            choose(self.id_of(&typed).unwrap_or_default());
            text.set(typed.clone());
            seek.update_value(|seek| seek(typed));
        });
        Field {
            name,
            value: text.into(),
            write,
            form,
        }
    }

    /// The field, which proposes whom it has found.
    pub fn view(self, label: &'static str, field: Field, hint: &'static str) -> AnyView {
        let option = |person: Person| view! { <option value=person.label></option> };
        let list = [field.name, "-people"].concat();
        let control = view! {
            <input
                class="input"
                id=field.name
                name=field.name
                type="text"
                list=list.clone()
                autocomplete="off"
                spellcheck="false"
                aria-invalid=move || field.complaint().map(|_| "true")
                aria-describedby=move || field.described_by(!hint.is_empty())
                prop:value=field.value
                on:input=move |ev| field.write.run(event_target_value(&ev))
            />
            <datalist id=list>{move || self.found.get().into_iter().map(option).collect_view()}</datalist>
        };
        frame(label, field, hint, false, control.into_any())
    }
}
