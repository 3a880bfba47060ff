//! The dialog to invite somebody.

use super::{Desk, to_give};
use crate::{
    api::Api,
    form::Form,
    ui::{
        button::Submit,
        dialog::Dialog as Modal,
        notice,
        select::{Choice, select},
        text_field::TextField,
        toast::Toaster,
    },
};
use contract::{invitations::InviteUser, users::USERS};
use leptos::{ev::SubmitEvent, prelude::*};

/// The dialog.
pub fn dialog() -> AnyView {
    view! { <Invite /> }.into_any()
}

#[component]
fn Invite() -> impl IntoView {
    let (desk, toaster) = (Desk::in_use(), expect_context::<Toaster>());
    let form = Form::new("invite", USERS, InviteUser::default());
    let email = form.field("email", |draft| &draft.email, |draft| &mut draft.email);
    let role = form.field(
        "role_id",
        |draft| &draft.role_id,
        |draft| &mut draft.role_id,
    );
    let done = move |_: &str| {
        let email = form.draft.with_untracked(|draft| draft.email.clone());
        desk.inviting.set(false);
        desk.invitations.reload();
        toaster.say(["An invitation was sent to ", email.trim(), "."].concat());
        Ok(())
    };
    let submit = move |ev: SubmitEvent| form.submit(&ev, None, done);
    let close = Callback::new(move |()| desk.inviting.set(false));
    view! {
        <Modal id="invite-title" title="Invite User" small=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <TextField label="Email" field=email kind="email" hint="They get a link by mail that works once, within 7 days." autofocus=true />
                    {move || select("Role", role, "You can give no more than you hold yourself.", roles(desk))}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Send invitation" busy="Sending…" pending=form.state.pending />
                </div>
            </form>
        </Modal>
    }
}

/// Roles that the person in front may give, as soon as they are fetched.
fn roles(desk: Desk) -> Vec<Choice> {
    let roles = desk.roles.get();
    let account = Api::in_use().account;
    let roles = untrack(|| account.with(|session| to_give(session, &roles)));
    let choice = |value: &str, label: &str| Choice {
        group: String::new(),
        value: value.to_owned(),
        label: label.to_owned(),
    };
    let roles = roles.unwrap_or_default();
    let roles = roles
        .iter()
        .map(|role| choice(role.id.as_str(), &role.name));
    std::iter::once(choice("", "Select a role"))
        .chain(roles)
        .collect()
}
