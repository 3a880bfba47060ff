//! The tab `Profile` of a person.

use super::{
    actions::actions,
    list::status,
    person::{self, Person},
    to_give,
};
use crate::{
    api::{Failure, Method, Reply},
    edit::Edit,
    manage::layout::Page,
    settings::{Section, facts},
    ui::{
        button::Submit,
        notice,
        select::{Choice, select},
        skeleton::skeleton_card,
        text_field::TextField,
        time_ago::time_ago,
        toast::Toaster,
    },
};
use contract::{
    roles::{BuiltIn, ROLES, Role},
    users::{UpdateUser, User},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

static PAGE: Page = Page {
    title: "User",
    above: person::ABOVE,
    needs: person::NEEDS,
    content: || person::surround("Profile", content),
};

/// The tab.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content(person: Person) -> AnyView {
    // The form needs the roles to show which one it is.
    let roles = RwSignal::new(None::<Vec<Role>>);
    spawn_local(async move {
        let all = person.api.every::<Role>(ROLES).await;
        roles.try_set(Some(all.unwrap_or_default()));
    });
    let card = move || match roles.get() {
        None => skeleton_card(),
        Some(roles) => untrack(|| form(person, &roles)),
    };
    view! {
        <Section id="profile" title="Profile" text="How they are known, and the role that says what they may do.">
            <div class="card">{card}</div>
        </Section>
        <Section id="account" title="Account" text="Whether and how they sign in.">
            <div class="card">
                {move || facts(about(&person.user.get()))}
                {actions(person)}
            </div>
        </Section>
    }
    .into_any()
}

fn about(user: &User) -> Vec<(&'static str, AnyView)> {
    let factor = if user.mfa_enabled { "On" } else { "Off" };
    vec![
        ("Status", status(user)),
        ("Email", user.email.clone().into_any()),
        ("Second factor", factor.into_any()),
        ("Last seen", time_ago(user.last_seen_at, "Never")),
        ("Joined", time_ago(Some(user.created_at), "Never")),
    ]
}

/// What can be changed about a person, as it is kept.
fn kept(user: &User) -> UpdateUser {
    UpdateUser {
        role_id: Some(user.role.id.as_str().to_owned()),
        ..UpdateUser::of(user)
    }
}

fn form(person: Person, roles: &[Role]) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let user = person.user.get_untracked();
    let form = Edit::new("person", person.path(""), kept(&user));
    let state = form.state();
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
    let role = form.field(
        "role_id",
        |draft| draft.role_id.as_deref().unwrap_or_default(),
        |draft| draft.role_id.get_or_insert_default(),
    );
    let done = move |answer: Result<Reply, Failure>| {
        person.take(answer?)?;
        form.keep(kept(&person.user.read_untracked()));
        toaster.say("The profile was saved.".into());
        Ok(())
    };
    let unchanged = Signal::derive(move || form.changed().is_empty());
    let submit = move |ev: SubmitEvent| {
        if untrack(|| unchanged.get()) {
            ev.prevent_default();
        } else {
            let tag = person.tag.get_untracked();
            form.submit(&ev, UpdateUser::since, tag, Box::new(done));
        }
    };
    let out_of_reach = is_out_of_reach(person);
    let choices = choices(person, &user, roles);
    view! {
        <form id=state.id novalidate on:submit=submit>
            <fieldset class="card__body form profile__form" disabled=out_of_reach>
                {notice::alert(move || state.trouble())}
                {out_of_reach.then(|| notice::info("Only an Administrator looks after another."))}
                <div class="field-row">
                    <TextField label="First name" field=first_name />
                    <TextField label="Last name" field=last_name />
                </div>
                <div class="field-row">
                    <TextField label="Phone" field=phone kind="tel" optional=true />
                    {select("Role", role, "", choices)}
                </div>
            </fieldset>
            <div class="card__footer">
                <p class="muted profile__changed">"A change of role counts at once, in every session and token, and is told by mail."</p>
                <button type="button" class="button button--ghost" hidden=move || unchanged.get() on:click=move |_| form.discard()>"Discard changes"</button>
                <Submit label="Save" busy="Saving…" pending=state.pending idle=unchanged />
            </div>
        </form>
    }
    .into_any()
}

/// Whether it is an Administrator, and who looks is none.
pub fn is_out_of_reach(person: Person) -> bool {
    let is_one = |name: &str| BuiltIn::Administrator.is(name);
    let me = untrack(|| {
        person
            .api
            .account
            .with(|session| is_one(&session.user.role.name))
    });
    person.user.with_untracked(|user| is_one(&user.role.name)) && me != Some(true)
}

/// The role that they hold, and those that can be given to them.
fn choices(person: Person, user: &User, roles: &[Role]) -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice {
        group: String::new(),
        value: value.to_owned(),
        label: label.to_owned(),
    };
    let given = untrack(|| person.api.account.with(|session| to_give(session, roles)));
    let given = given.unwrap_or_default();
    let mut choices: Vec<_> = given
        .iter()
        .map(|role| choice(role.id.as_str(), &role.name))
        .collect();
    if !given.iter().any(|role| role.id == user.role.id) {
        choices.insert(0, choice(user.role.id.as_str(), &user.role.name));
    }
    choices
}

/// Sends a change of whether they may sign in.
pub async fn set_active(person: Person, active: bool) -> Result<(), Failure> {
    let change = UpdateUser {
        active: Some(active),
        ..UpdateUser::default()
    };
    let cargo = crate::api::Cargo::json(&serde_json::to_string(&change).unwrap_or_default());
    let path = person.path("");
    person.take(person.api.exchange(Method::PATCH, &path, &cargo).await?)
}
