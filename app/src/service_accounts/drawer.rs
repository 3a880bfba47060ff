//! Whatever is open: a drawer or a dialog.

use super::{
    Desk, Dialog, delete::delete, draft::Draft, edit::edit, new::new, reset::reset, reveal::Reveal,
};
use crate::{
    form::{Field, Form},
    ui::{
        select::{Choice, select},
        text_area::text_area,
        text_field::TextField,
    },
};
use leptos::prelude::*;

/// Whatever is open.
pub fn open() -> AnyView {
    let desk = Desk::in_use();
    let view = move || {
        // Not a copy: a secret that is shown is to be nowhere else.
        desk.dialog.with(|dialog| {
            untrack(|| match dialog {
                Dialog::Closed => ().into_any(),
                Dialog::New => new(desk),
                Dialog::Edit(account) => edit(desk, account),
                Dialog::Reset(account) => reset(desk, account),
                Dialog::Delete(account) => delete(desk, account),
                Dialog::Reveal(_, reason) => view! { <Reveal reason=*reason /> }.into_any(),
            })
        })
    };
    view.into_any()
}

/// What can be said about an account, whether it is new or not.
pub fn fields(desk: Desk, form: Form<Draft>) -> AnyView {
    let description = form.field(
        "description",
        |draft| &draft.description,
        |draft| &mut draft.description,
    );
    let role = form.field(
        "role_id",
        |draft| &draft.role_id,
        |draft| &mut draft.role_id,
    );
    let ip_ranges = form.field(
        "ip_allowlist",
        |draft| &draft.ip_ranges,
        |draft| &mut draft.ip_ranges,
    );
    view! {
        {text_area("Description", description, "What the service account does in the system.", true)}
        {move || select("Role", role, "What it may do. Only roles with API access are available.", roles(desk, form))}
        {desk.people.view("Owner", owner(desk, form), "Who looks after it, and hears of it if its secret is found somewhere.")}
        {text_area("IP ranges", ip_ranges, "From where it may call: an address, a network such as 192.0.2.0/24, or a range, one in a line. From anywhere if there is none.", true)}
    }
    .into_any()
}

/// Roles with API access, as soon as they are fetched; of an account also the one that it has, should that have lost it.
fn roles(desk: Desk, form: Form<Draft>) -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice {
        group: String::new(),
        value: value.to_owned(),
        label: label.to_owned(),
    };
    let mut choices: Vec<_> = desk
        .roles_with_api_access()
        .iter()
        .map(|role| choice(role.id.as_str(), &role.name))
        .collect();
    form.draft.with_untracked(|draft| match &draft.before {
        Some(account) if !account.role_has_api_access => {
            let label = [&account.role.name, " (no API access)"].concat();
            choices.insert(0, choice(account.role.id.as_str(), &label));
        }
        Some(_) => {}
        None => choices.insert(0, choice("", "Select a role")),
    });
    choices
}

fn owner(desk: Desk, form: Form<Draft>) -> Field {
    form.place("owner_id");
    let known = form.draft.with_untracked(|draft| {
        let owner = draft.before.as_ref()?.owner.as_ref()?;
        Some((owner.id.as_str().to_owned(), owner.name.clone()))
    });
    let is_new = form.draft.with_untracked(|draft| draft.before.is_none());
    let text = match known {
        Some((id, name)) => {
            desk.people.know(&id, &name);
            name
        }
        None if is_new => {
            let (id, label) = desk.people.me();
            form.draft.update_untracked(|draft| draft.owner_id = id);
            label
        }
        None => String::new(),
    };
    desk.people.field("owner_id", text, form.state, move |id| {
        form.change("owner_id", |draft| draft.owner_id = id);
    })
}

/// The name of a new account.
pub fn name(form: Form<Draft>) -> AnyView {
    let name = form.field("name", |draft| &draft.name, |draft| &mut draft.name);
    view! { <TextField label="Name" field=name hint="It cannot be changed once it is set, and never be given again." autofocus=true /> }.into_any()
}
