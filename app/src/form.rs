//! Forms: what was typed, what is wrong with it, and sending it.

use crate::{
    api::{Api, Cargo, Failure, Method, Reply},
    clock, dom,
};
use contract::check::{Check, Complaint, Invalid};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use serde::Serialize;
use web_sys::HtmlElement;

/// How a form is doing, whatever is in it.
#[derive(Clone, Copy)]
pub struct State {
    /// Its element's id.
    pub id: &'static str,
    /// Whether an answer is awaited.
    pub pending: RwSignal<bool>,
    complaints: RwSignal<Vec<Complaint>>,
    /// A failure that is about no field.
    trouble: RwSignal<Option<String>>,
    fields: StoredValue<Vec<&'static str>>,
}

impl State {
    fn new(id: &'static str) -> Self {
        Self {
            id,
            pending: RwSignal::new(false),
            complaints: RwSignal::default(),
            trouble: RwSignal::new(None),
            fields: StoredValue::default(),
        }
    }

    /// What is wrong with the field `name`.
    pub fn complaint(self, name: &str) -> Option<String> {
        self.complaints.with(|all| {
            all.iter()
                .find(|complaint| is_about(&complaint.pointer, name))
                .map(|complaint| complaint.message.clone())
        })
    }

    /// Everything that is wrong with the lines of the field `name`, each with its place.
    pub fn complaints_of_lines(self, name: &str) -> Vec<(usize, String)> {
        self.complaints.with(|all| {
            let of_line = |complaint: &Complaint| {
                let place = complaint.pointer.strip_prefix('/')?.strip_prefix(name)?;
                let place = place.strip_prefix('/')?.parse().ok()?;
                Some((place, complaint.message.clone()))
            };
            all.iter().filter_map(of_line).collect()
        })
    }

    /// What is wrong beyond the fields.
    pub fn trouble(self) -> Option<String> {
        self.trouble.get()
    }

    /// Takes back what was said about a field, since it is being changed.
    fn forgive(self, name: &str) {
        if self.complaints.with_untracked(|all| {
            all.iter()
                .any(|complaint| is_about(&complaint.pointer, name))
        }) {
            self.complaints
                .update(|all| all.retain(|complaint| !is_about(&complaint.pointer, name)));
        }
    }

    /// Starts anew.
    pub fn clear(self) {
        self.trouble.set(None);
        self.complaints.set(Vec::new());
    }

    /// Shows complaints under their fields, or at the form where there is no such field.
    fn complain(self, complaints: Vec<Complaint>) {
        // The form may be gone by the time its answer comes.
        let Some(fields) = self.fields.try_get_value() else {
            return;
        };
        let stray = complaints.iter().find(|complaint| {
            !fields
                .iter()
                .any(|field| is_about(&complaint.pointer, field))
        });
        let stray = stray.map(|complaint| complaint.message.clone());
        if stray.is_some() {
            self.show_trouble();
        }
        self.trouble.set(stray);
        self.complaints.set(complaints);
        let id = self.id;
        request_animation_frame(move || {
            let invalid = format!(
                "#{id} :is(input, select, textarea)[aria-invalid=true], #{id} fieldset[aria-invalid=true] input"
            );
            if let Some(field) = dom::find(&invalid) {
                let _ = field.focus();
            }
        });
    }

    /// Shows why something failed.
    pub fn fail(self, failure: Failure) {
        match failure {
            Failure::Invalid(complaints) => self.complain(complaints),
            failure => {
                self.trouble.try_set(Some(failure.message()));
                self.show_trouble();
            }
        }
    }

    /// Moves to what went wrong if it is out of sight, or if nothing else has the focus, as after a button that waited.
    fn show_trouble(self) {
        let id = self.id;
        request_animation_frame(move || {
            let alert = dom::find(&["#", id, " [role=alert]"].concat());
            let unseen = |alert: &HtmlElement| {
                alert.get_bounding_client_rect().top() < 0.0 || dom::focused().is_none()
            };
            if let Some(alert) = alert.filter(unseen) {
                let _ = alert.focus();
            }
        });
    }
}

/// Whether a JSON pointer leads to the member `name` or into it.
fn is_about(pointer: &str, name: &str) -> bool {
    pointer
        .strip_prefix('/')
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A text in a form.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name: on the wire, in the form and as the id of its input.
    pub name: &'static str,
    /// What is in it.
    pub value: Signal<String>,
    /// Takes what is typed.
    pub write: Callback<String>,
    /// How its form is doing.
    pub form: State,
}

impl Field {
    /// What is wrong with it.
    pub fn complaint(self) -> Option<String> {
        self.form.complaint(self.name)
    }

    /// The ids of what describes it.
    pub fn described_by(self, has_hint: bool) -> Option<String> {
        let hint = has_hint.then(|| format!("{}-hint", self.name));
        let error = self.complaint().map(|_| format!("{}-error", self.name));
        let ids: Vec<_> = [hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A form that sends a `Request`. A copy is the same form.
pub struct Form<Request: 'static> {
    api: Api,
    path: StoredValue<String>,
    /// What was typed so far.
    pub draft: RwSignal<Request>,
    /// How it is doing.
    pub state: State,
}

impl<R> Clone for Form<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Form<R> {}

impl<R: Check + Serialize + Clone + Send + Sync> Form<R> {
    /// A form with the element id `id` that sends to `path`, filled in with `draft`.
    pub fn new(id: &'static str, path: impl Into<String>, draft: R) -> Self {
        Self {
            api: Api::in_use(),
            path: StoredValue::new(path.into()),
            draft: RwSignal::new(draft),
            state: State::new(id),
        }
    }

    /// Makes complaints about `name` appear at its own place rather than at the form's foot.
    pub fn place(self, name: &'static str) {
        self.state.fields.update_value(|fields| fields.push(name));
    }

    /// The text that is the member `name` of the request.
    pub fn field(
        self,
        name: &'static str,
        get: fn(&R) -> &str,
        get_mut: fn(&mut R) -> &mut String,
    ) -> Field {
        self.place(name);
        let value = Signal::derive(move || self.draft.with(|draft| get(draft).to_owned()));
        let write = Callback::new(move |text| {
            self.draft.update(|draft| *get_mut(draft) = text);
            self.state.forgive(name);
        });
        Field {
            name,
            value,
            write,
            form: self.state,
        }
    }

    /// Changes something other than a text, the member `name` of the request.
    pub fn change(self, name: &'static str, change: impl FnOnce(&mut R)) {
        self.draft.update(change);
        self.state.forgive(name);
    }

    /// Checks the request and posts it; `extra` is what the form itself finds wrong, `done` gets the answer's text.
    pub fn submit(
        self,
        ev: &SubmitEvent,
        extra: Option<Complaint>,
        done: impl FnOnce(&str) -> Result<(), Failure> + 'static,
    ) {
        let request = self.draft.get_untracked();
        let done = |answer: Result<Reply, Failure>| answer.and_then(|reply| done(&reply.text));
        self.send(ev, Method::POST, request, None, extra, Box::new(done));
    }

    /// Checks a request, often the draft, and sends it, if what it changes still has the entity tag `if_match`.
    pub fn send<Request: Check + Serialize>(
        self,
        ev: &SubmitEvent,
        method: Method,
        mut request: Request,
        if_match: Option<String>,
        extra: Option<Complaint>,
        done: Done,
    ) {
        ev.prevent_default();
        request.compose(&compose);
        let cargo = Cargo {
            if_match,
            ..Cargo::json(&serde_json::to_string(&request).unwrap_or_default())
        };
        let mut complaints = match request.check(clock::now()) {
            Ok(_) => Vec::new(),
            Err(Invalid(complaints)) => complaints,
        };
        complaints.extend(extra);
        if complaints.is_empty() {
            let path = self.path.get_value();
            send(self.api, method, path, self.state, cargo, done);
        } else {
            self.state.complain(complaints);
        }
    }
}

/// A text in Unicode's normalisation form C, as the Worker hashes passwords: keyboards differ in how they compose `é`.
pub fn compose(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFC").into()
}

/// What becomes of an answer. One that cannot be understood is a failure.
pub type Done = Box<dyn FnOnce(Result<Reply, Failure>) -> Result<(), Failure>>;

fn send(api: Api, method: Method, path: String, state: State, cargo: Cargo, done: Done) {
    // Enter in a field submits even while the button is disabled.
    if state.pending.get_untracked() {
        return;
    }
    state.clear();
    state.pending.set(true);
    spawn_local(async move {
        let answer = api.exchange(method, &path, &cargo).await;
        // The form may be gone by the time its answer comes; what is to be done then is for `done` to know.
        let _ = state.pending.try_set(false);
        if let Err(failure) = done(answer) {
            state.fail(failure);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_belongs_to_its_field_and_to_no_other() {
        assert!(is_about("/name", "name"));
        assert!(is_about("/ids/0", "ids"));
        assert!(!is_about("/name", "first_name"));
        assert!(!is_about("/name_of_all", "name"));
        assert!(!is_about("", "name"));
    }
}
