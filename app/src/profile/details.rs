//! The form with what a person says of themselves.

use super::{
    meanwhile::{Meanwhile, Member},
    page::Read,
    phone::Phone,
    time_zone::TimeZone,
};
use crate::{
    api::{Api, Failure},
    form::Form,
    ui::{button::Submit, leave::AskBeforeLeaving, notice, text_field::TextField, toast::Toaster},
};
use contract::{
    problem::Code,
    users::{ME, UpdateUser},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// What is said once it is saved; the words are the seed's.
const SAVED: &str = "Your profile has been successfully updated.";

/// The form.
#[component]
pub fn Details(
    /// The profile that is edited.
    read: Read,
) -> impl IntoView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let form = Form::new("profile-form", ME, UpdateUser::of(&read.user));
    let first_name = form.field(
        "first_name",
        |draft| draft.first_name.as_deref().unwrap_or_default(),
        |draft| draft.first_name.get_or_insert_default(),
    );
    let last_name = form.field(
        "last_name",
        |draft| draft.last_name.as_deref().unwrap_or_default(),
        |draft| draft.last_name.get_or_insert_default(),
    );
    let phone = form.field(
        "phone",
        |draft| draft.phone.as_deref().unwrap_or_default(),
        |draft| draft.phone.get_or_insert_default(),
    );
    let time_zone = form.field(
        "time_zone",
        |draft| draft.time_zone.as_deref().unwrap_or_default(),
        |draft| draft.time_zone.get_or_insert_default(),
    );
    let members = StoredValue::new([
        Member("First name", first_name),
        Member("Last name", last_name),
        Member("Phone", phone),
        Member("Time zone", time_zone),
    ]);

    let tag = StoredValue::new(read.tag);
    let meanwhile = RwSignal::new(None);
    let catch_up = move || {
        spawn_local(async move {
            match Read::now(api).await {
                Ok(read) => {
                    tag.try_set_value(read.tag);
                    let differences = form.catch_up(UpdateUser::of(&read.user));
                    meanwhile.try_set(Some(differences));
                }
                Err(failure) => form.state.fail(failure),
            }
        });
    };
    let changed = Memo::new(move |_| form.changed());
    let unchanged = Signal::derive(move || changed.with(Vec::is_empty));
    let submit = move |ev: SubmitEvent| {
        if unchanged.get_untracked() {
            return ev.prevent_default();
        }
        form.submit_changes(&ev, UpdateUser::since, tag.get_value(), move |answer| {
            match answer {
                Ok(reply) => {
                    let read = Read::take(reply)?;
                    tag.set_value(read.tag);
                    meanwhile.set(None);
                    form.keep(UpdateUser::of(&read.user));
                    api.account.change(|user| *user = read.user);
                    toaster.say(SAVED.into());
                }
                Err(Failure::Refused(problem)) if problem.code == Code::PreconditionFailed => {
                    catch_up();
                }
                Err(failure) => return Err(failure),
            }
            Ok(())
        });
    };
    let discard = move |_| {
        meanwhile.set(None);
        form.discard();
    };
    let told = move || {
        changed.with(|changed| {
            let is_changed = |member: &&Member| changed.contains(&member.1.name);
            let labels = members.with_value(|members| {
                let changed = members.iter().filter(is_changed);
                changed.map(|member| member.0).collect::<Vec<_>>()
            });
            told(&labels)
        })
    };
    view! {
        <form id=form.state.id novalidate on:submit=submit>
            <div class="card__body form profile__form">
                {notice::alert(move || form.state.trouble())}
                {move || meanwhile.get().map(|differences| view! { <Meanwhile differences members /> })}
                <div class="field-row">
                    <TextField label="First name" field=first_name autocomplete="given-name" />
                    <TextField label="Last name" field=last_name autocomplete="family-name" />
                </div>
                <Phone field=phone />
                <TimeZone field=time_zone />
            </div>
            <div class="card__footer">
                <p class="muted profile__changed" role="status">{told}</p>
                <button type="button" class="button button--ghost" hidden=unchanged on:click=discard>"Discard changes"</button>
                <Submit label="Save" busy="Saving…" pending=form.state.pending idle=unchanged />
            </div>
        </form>
        <AskBeforeLeaving edited=Signal::derive(move || !unchanged.get()) />
    }
}

/// Which members are changed, in words.
fn told(labels: &[&str]) -> String {
    match labels {
        [] => "Nothing is changed. What you change is kept once you save it.".into(),
        [only] => format!("Changed: {only}."),
        [first @ .., last] => format!("Changed: {} and {last}.", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_listed() {
        assert!(told(&[]).starts_with("Nothing is changed."));
        assert_eq!(told(&["Phone"]), "Changed: Phone.");
        assert_eq!(
            told(&["First name", "Last name", "Phone"]),
            "Changed: First name, Last name and Phone."
        );
    }
}
