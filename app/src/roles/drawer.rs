//! The drawer of a role, and whatever else is open.

use super::{Desk, Dialog, delete::delete, draft::Draft, holders, path};
use crate::{
    api::{Failure, Method, Reply},
    form::Form,
    fresh::{self, Fresh},
    scopes::Scopes,
    ui::{
        button::Submit, icon::icon, notice, slip::DraftDialog, text_field::TextField,
        toast::Toaster,
    },
};
use contract::{
    ids::RoleId,
    roles::{Permission, ROLES, Role},
    scopes::ScopeSet,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// Whatever is open.
pub fn open() -> AnyView {
    let desk = Desk::in_use();
    let view = move || {
        let dialog = desk.dialog.get();
        untrack(|| match dialog {
            Dialog::Closed => ().into_any(),
            Dialog::New(model) => new(desk, model.as_deref()),
            Dialog::Edit(id) => existing(desk, &id),
            Dialog::Delete(role) => delete(desk, &role),
        })
    };
    view.into_any()
}

/// The drawer for a new role.
fn new(desk: Desk, model: Option<&Role>) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let mine = Mine::of(desk);
    let mut draft = model.map(Draft::copy_of).unwrap_or_default();
    if model.is_none() {
        draft.switch(Permission::ApiAccess, mine.may(Permission::ApiAccess));
    }
    // Nobody gives what they do not hold: of a mightier model they get their own part.
    draft.role.permissions.retain(|one| mine.may(*one));
    draft.role.scopes = draft.role.scopes.intersection(mine.scopes);
    let form = Form::new("role", ROLES, draft);
    let made = move |_: &str| {
        desk.close();
        desk.roles.reload();
        toaster.say("The role was made.".into());
        Ok(())
    };
    let submit = move |ev: SubmitEvent| form.submit(&ev, None, made);
    let close = Callback::new(move |()| desk.close());
    view! {
        <DraftDialog id="role-title" title="New Role" drawer=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    {fields(form, &mine, false)}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Save" busy="Saving…" pending=form.state.pending />
                </div>
            </form>
        </DraftDialog>
    }
    .into_any()
}

/// The drawer for a role that is there.
fn existing(desk: Desk, id: &RoleId) -> AnyView {
    let close = Callback::new(move |()| desk.close());
    let content = fresh::in_dialog(path(id), move |role: &Role, fresh| {
        if role.built_in {
            built_in(desk, role)
        } else {
            edit(desk, role, fresh)
        }
    });
    view! { <DraftDialog id="role-title" title="Role" drawer=true on_close=close>{content}</DraftDialog> }
        .into_any()
}

/// A role that came with the product: to look at, and to copy.
fn built_in(desk: Desk, role: &Role) -> AnyView {
    let form = Form::new("role", path(&role.id), Draft::of(role));
    let model = role.clone();
    let copy = move |_| {
        desk.dialog.set(Dialog::New(Some(Box::new(model.clone()))));
    };
    view! {
        <div class="dialog__form">
            <div class="dialog__body">
                {notice::info("This role came with Latchkey and stays as it is. Duplicate it and change the copy.")}
                {held_by(role)}
                {fields(form, &Mine::of(desk), true)}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" on:click=move |_| desk.close()>"Close"</button>
                <button type="button" class="button button--primary" on:click=copy>{icon("#i-copy")}"Duplicate"</button>
            </div>
        </div>
    }
    .into_any()
}

fn edit(desk: Desk, role: &Role, fresh: Fresh) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let mine = Mine::of(desk);
    let form = Form::new("role", path(&role.id), Draft::of(role));
    let done = move |answer: Result<Reply, Failure>| {
        fresh.hear(&answer);
        answer?;
        desk.close();
        desk.roles.reload();
        // What this changes may be one's own rights.
        desk.api.account.ask();
        toaster.say("The role was saved.".into());
        Ok(())
    };
    let unchanged = Signal::derive(move || form.draft.with(Draft::is_unchanged));
    let submit = move |ev: SubmitEvent| {
        if untrack(|| unchanged.get()) {
            ev.prevent_default();
        } else {
            let draft = form.draft.get_untracked();
            let tag = fresh.tag();
            form.send(&ev, Method::PATCH, draft, tag, None, Box::new(done));
        }
    };
    let doomed = role.clone();
    let delete = move |_| desk.dialog.set(Dialog::Delete(Box::new(doomed.clone())));
    let own = (mine.role.as_deref() == Some(role.id.as_str()))
        .then(|| notice::warning("This is your own role: what you take out, you lose at once."));
    let (has_api_access, accounts) = (
        role.permissions.contains(&Permission::ApiAccess),
        role.service_accounts,
    );
    let cut_off = move || {
        let lost = has_api_access && !form.draft.with(|draft| draft.has(Permission::ApiAccess));
        (lost && accounts > 0).then(|| {
            notice::warning("Service accounts hold this role. Without API access, their calls are refused from the moment you save.")
        })
    };
    view! {
        <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || form.state.trouble())}
                {fresh.way_on()}
                {own}
                {held_by(role)}
                {fields(form, &mine, false)}
                {cut_off}
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--ghost button--away" on:click=delete>{icon("#i-trash")}"Delete"</button>
                <button type="button" class="button button--secondary" on:click=move |_| desk.close()>"Cancel"</button>
                <Submit label="Save" busy="Saving…" pending=form.state.pending idle=unchanged />
            </div>
        </form>
    }
    .into_any()
}

fn held_by(role: &Role) -> Option<AnyView> {
    holders(role).map(|who| {
        view! { <p class="field__hint">"Held by " {who} ". A change counts at once, for sessions and tokens too."</p> }.into_any()
    })
}

/// What the person in front holds, and can put into a role.
#[derive(Clone)]
struct Mine {
    role: Option<String>,
    permissions: Vec<Permission>,
    scopes: ScopeSet,
}

impl Mine {
    fn of(desk: Desk) -> Self {
        let mine = |session: &contract::session::Session| Self {
            role: Some(session.user.role.id.as_str().to_owned()),
            permissions: session.permissions.clone(),
            scopes: session.scopes,
        };
        untrack(|| desk.api.account.with(mine)).unwrap_or(Self {
            role: None,
            permissions: Vec::new(),
            scopes: ScopeSet::default(),
        })
    }

    fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    fn is_all(&self) -> bool {
        self.permissions.len() == Permission::ALL.len() && self.scopes == ScopeSet::ALL
    }
}

/// Name, permissions and scopes.
fn fields(form: Form<Draft>, mine: &Mine, fixed: bool) -> AnyView {
    let name = form.field(
        "name",
        |draft| &draft.role.name,
        |draft| &mut draft.role.name,
    );
    let name = if fixed {
        view! {
            <div class="field">
                <label class="field__label" for="name">"Name"</label>
                <input class="input" id="name" type="text" readonly prop:value=name.value />
            </div>
        }
        .into_any()
    } else {
        view! { <TextField label="Name" field=name autofocus=true /> }.into_any()
    };
    let limited = (!fixed && !mine.is_all()).then(|| {
        view! { <p class="field__hint">"What you do not hold yourself, you cannot give."</p> }
    });
    form.place("permissions");
    let boxes = Permission::ALL
        .map(|permission| choice(form, permission, fixed || !mine.may(permission), fixed))
        .collect_view();
    let mut scopes = Scopes::of(
        form,
        |draft| draft.role.scopes,
        |draft, scopes| draft.role.scopes = scopes,
    );
    scopes.within = mine.scopes;
    scopes.fixed = fixed;
    view! {
        {name}
        {limited}
        <fieldset class="fieldset">
            <legend class="field__label">"Permissions"</legend>
            {boxes}
        </fieldset>
        {scopes.grid()}
    }
    .into_any()
}

/// One permission. What is not the person's to give can still be taken away.
fn choice(form: Form<Draft>, permission: Permission, beyond: bool, fixed: bool) -> AnyView {
    let checked = move || form.draft.with(|draft| draft.has(permission));
    let toggle = move |ev| {
        let on = event_target_checked(&ev);
        form.change("permissions", |draft| draft.switch(permission, on));
    };
    let hint = ["permission-", permission.as_str()].concat();
    view! {
        <label class="choice">
            <input
                class="checkbox"
                type="checkbox"
                aria-label=permission.label()
                aria-describedby=hint.clone()
                disabled=move || fixed || (beyond && !checked())
                prop:checked=checked
                on:change=toggle
            />
            <span class="choice__text">{permission.label()}<span class="choice__hint" id=hint>{permission.about()}</span></span>
        </label>
    }
    .into_any()
}
