//! The form with what a person says of themselves.

use super::{
    desk::{Desk, LABELS, Read},
    phone, time_zone,
};
use crate::{
    api::{Failure, Reply},
    form::Field,
    ui::{button::Submit, notice, text_field::TextField, toast::Toaster},
};
use contract::{problem::Code, users::UpdateUser};
use leptos::{ev::SubmitEvent, prelude::*};

/// What is said once it is saved; the words are the seed's.
const SAVED: &str = "Your profile has been successfully updated.";

/// The form.
pub fn view(desk: Desk) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let form = desk.form;
    let state = form.state();
    let done = move |answer: Result<Reply, Failure>| {
        match answer {
            Ok(reply) => {
                let read = Read::take(reply)?;
                desk.tag.set(read.tag);
                desk.met.set(false);
                form.keep(UpdateUser::of(&read.user));
                desk.api.account.change(|user| *user = read.user);
                toaster.say(SAVED.into());
            }
            Err(Failure::Refused(problem)) if problem.code == Code::PreconditionFailed => {
                desk.met.set(true);
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    };
    let submit = move |ev: SubmitEvent| {
        if untrack(|| desk.is_edited()) {
            let tag = desk.tag.get_untracked();
            form.submit(&ev, UpdateUser::since, tag, Box::new(done));
        } else {
            ev.prevent_default();
        }
    };
    let discard = move |_| {
        desk.met.set(false);
        form.discard();
    };
    let unchanged = Signal::derive(move || !desk.is_edited());
    let [first_name, last_name, phone, time_zone] = desk.fields.get_value();
    view! {
        <form id=state.id novalidate on:submit=submit>
            <div class="card__body form profile__form">
                {notice::alert(move || state.trouble())}
                <div class="field-row">
                    <TextField label=LABELS[0] field=first_name autocomplete="given-name" />
                    <TextField label=LABELS[1] field=last_name autocomplete="family-name" />
                </div>
                <div class="field-row profile__phone">{phone::fields(LABELS[2], phone)}</div>
                {time_zone::field(LABELS[3], time_zone)}
            </div>
            <div class="card__footer">
                <p class="muted profile__changed" role="status">{move || desk.fields.with_value(|fields| told(fields, &form.changed()))}</p>
                <button type="button" class="button button--ghost" hidden=move || unchanged.get() on:click=discard>"Discard changes"</button>
                <Submit label="Save" busy="Saving…" pending=state.pending idle=unchanged />
            </div>
        </form>
    }
    .into_any()
}

/// Which fields are changed, in words.
fn told(fields: &[Field; 4], changed: &[&str]) -> String {
    let labels = fields.iter().zip(LABELS);
    let labels: Vec<_> = labels
        .filter(|(field, _)| changed.contains(&field.name))
        .map(|(_, label)| label)
        .collect();
    listed(&labels)
}

fn listed(labels: &[&str]) -> String {
    match labels {
        [] => "Nothing is changed. What you change is kept once you save it.".into(),
        [only] => ["Changed: ", only, "."].concat(),
        [first @ .., last] => ["Changed: ", &first.join(", "), " and ", last, "."].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_listed() {
        assert!(listed(&[]).starts_with("Nothing is changed."));
        assert_eq!(listed(&["Phone"]), "Changed: Phone.");
        assert_eq!(
            listed(&["First name", "Last name", "Phone"]),
            "Changed: First name, Last name and Phone."
        );
    }
}
