//! Forms that change what is there already: they know what differs from it, send only that, and meet changes that were
//! made elsewhere.

use crate::{
    api::Method,
    form::{Done, Field, Form, State},
};
use contract::check::Check;
use leptos::{ev::SubmitEvent, prelude::*};
use serde::Serialize;

/// A form with what is kept of what it edits. A copy is the same form.
pub struct Edit<Request: 'static> {
    form: Form<Request>,
    kept: RwSignal<Request>,
    texts: StoredValue<Vec<Text<Request>>>,
}

impl<R> Clone for Edit<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Edit<R> {}

/// A text of a request: its name, and the ways to it.
struct Text<R> {
    name: &'static str,
    get: fn(&R) -> &str,
    get_mut: fn(&mut R) -> &mut String,
}

impl<R: Check + Serialize + Clone + Send + Sync> Edit<R> {
    /// A form with the element id `id` that sends changes of `kept` to `path`.
    pub fn new(id: &'static str, path: impl Into<String>, kept: R) -> Self {
        Self {
            form: Form::new(id, path, kept.clone()),
            kept: RwSignal::new(kept),
            texts: StoredValue::new(Vec::new()),
        }
    }

    /// How it is doing.
    pub fn state(self) -> State {
        self.form.state
    }

    /// The text that is the member `name` of the request.
    pub fn field(
        self,
        name: &'static str,
        get: fn(&R) -> &str,
        get_mut: fn(&mut R) -> &mut String,
    ) -> Field {
        self.texts
            .update_value(|texts| texts.push(Text { name, get, get_mut }));
        self.form.field(name, get, get_mut)
    }

    /// The names of the texts that are no longer what is kept.
    pub fn changed(self) -> Vec<&'static str> {
        let (draft, kept) = (self.form.draft.read(), self.kept.read());
        self.texts.with_value(|texts| {
            let changed = texts
                .iter()
                .filter(|text| (text.get)(&draft) != (text.get)(&kept));
            changed.map(|text| text.name).collect()
        })
    }

    /// Goes back to what is kept.
    pub fn discard(self) {
        self.keep(self.kept.get_untracked());
    }

    /// Begins anew with what is kept now.
    pub fn keep(self, kept: R) {
        self.form.state.clear();
        self.form.draft.set(kept.clone());
        self.kept.set(kept);
    }

    /// Learns that something else is kept than was thought. What was typed stays, the rest follows; tells what differs.
    pub fn catch_up(self, kept: R) -> Vec<Difference> {
        let before = self.kept.get_untracked();
        let mut draft = self.form.draft.get_untracked();
        let differences = self
            .texts
            .with_value(|texts| merge(texts, &mut draft, &before, &kept));
        self.form.draft.set(draft);
        self.kept.set(kept);
        differences
    }

    /// Checks what `changes` makes of the draft and of what is kept, and sends it if that still has the entity tag.
    pub fn submit(
        self,
        ev: &SubmitEvent,
        changes: fn(R, &R) -> R,
        tag: Option<String>,
        done: Done,
    ) {
        let request = changes(self.form.draft.get_untracked(), &self.kept.read_untracked());
        self.form.send(ev, Method::PATCH, request, tag, None, done);
    }
}

/// A text that was changed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: &'static str,
    /// What was typed here, if something was.
    pub mine: Option<String>,
    /// What is kept now.
    pub theirs: String,
}

/// Puts what is kept now into every text of `draft` that was left as it was `before`, and tells what became different.
fn merge<R>(texts: &[Text<R>], draft: &mut R, before: &R, kept: &R) -> Vec<Difference> {
    let mut differences = Vec::new();
    for Text { name, get, get_mut } in texts {
        let (was, theirs, mine) = (get(before), get(kept), get(draft).to_owned());
        if theirs == was || theirs == mine {
            continue;
        }
        let typed = mine != was;
        if !typed {
            theirs.clone_into(get_mut(draft));
        }
        differences.push(Difference {
            name,
            mine: typed.then_some(mine),
            theirs: theirs.to_owned(),
        });
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pair = (String, String);
    const PAIR: [Text<Pair>; 2] = [
        Text {
            name: "first",
            get: |pair| &pair.0,
            get_mut: |pair| &mut pair.0,
        },
        Text {
            name: "last",
            get: |pair| &pair.1,
            get_mut: |pair| &mut pair.1,
        },
    ];

    fn pair(first: &str, last: &str) -> Pair {
        (first.into(), last.into())
    }

    #[test]
    fn what_was_changed_elsewhere_is_taken_over_unless_it_was_changed_here_too() {
        let mut draft = pair("Augusta", "Lovelace");
        let before = pair("Ada", "Lovelace");
        let differences = merge(&PAIR, &mut draft, &before, &pair("Eva", "Byron"));
        assert_eq!(draft, pair("Augusta", "Byron"));
        let difference = |name, mine: Option<&str>, theirs: &str| Difference {
            name,
            mine: mine.map(str::to_owned),
            theirs: theirs.into(),
        };
        assert_eq!(
            differences,
            [
                difference("first", Some("Augusta"), "Eva"),
                difference("last", None, "Byron")
            ]
        );
    }

    #[test]
    fn the_same_change_here_and_elsewhere_is_no_difference() {
        let mut draft = pair("Augusta", "King");
        let kept = pair("Augusta", "Lovelace");
        assert_eq!(
            merge(&PAIR, &mut draft, &pair("Ada", "Lovelace"), &kept),
            []
        );
        assert_eq!(draft, pair("Augusta", "King"));
    }
}
