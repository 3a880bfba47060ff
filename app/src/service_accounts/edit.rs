//! The drawer of a service account that is there already.

use super::{Desk, Dialog, credentials::credentials, draft::Draft, drawer::fields};
use crate::{
    api::{Failure, Method, Reply},
    form::Form,
    fresh::{self, Fresh},
    ui::{button::Submit, icon::icon, notice, slip::DraftDialog, toast::Toaster},
};
use contract::service_accounts::{SERVICE_ACCOUNTS, ServiceAccount};
use leptos::{ev::SubmitEvent, prelude::*};

/// The drawer.
pub fn edit(desk: Desk, account: &ServiceAccount) -> AnyView {
    let close = Callback::new(move |()| desk.close());
    let content = fresh::in_dialog(path(account), move |account, fresh| {
        form(desk, account, fresh)
    });
    view! {
        <DraftDialog id="service-account-title" title="Service Account" drawer=true on_close=close>{content}</DraftDialog>
    }
    .into_any()
}

fn form(desk: Desk, account: &ServiceAccount, fresh: Fresh) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let form = Form::new("service-account", path(account), Draft::of(account));
    let done = move |answer: Result<Reply, Failure>| {
        fresh.hear(&answer);
        answer?;
        desk.close();
        desk.accounts.reload();
        toaster.say("The service account was saved.".into());
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
    let doomed = account.clone();
    let delete = move |_| {
        desk.dialog.set(Dialog::Delete(Box::new(doomed.clone())));
    };
    let above = view! { {warnings(account)} {fixed_name(account)} };
    let credentials = credentials(desk, account);
    view! {
        <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
            <div class="dialog__body">
                {notice::alert(move || form.state.trouble())}
                {fresh.way_on()}
                {above}
                {fields(desk, form)}
                {switch(form)}
                {credentials}
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

/// Where an account is.
pub fn path(account: &ServiceAccount) -> String {
    [SERVICE_ACCOUNTS, "/", account.id.as_str()].concat()
}

fn warnings(account: &ServiceAccount) -> AnyView {
    view! {
        {(!account.role_has_api_access)
            .then(|| notice::warning("Its role has lost API access, so every call is refused. Give it another role, or give the role API access again."))}
        {account
            .secret_revoked
            .then(|| notice::warning("Its secret was found where it should not be and revoked at once. Find out how it got there, then reset the credentials."))}
    }
    .into_any()
}

/// The name, which says why it stays.
fn fixed_name(account: &ServiceAccount) -> AnyView {
    view! {
        <div class="field">
            <label class="field__label" for="name">"Name"</label>
            <input class="input" id="name" type="text" readonly value=account.name.clone() aria-describedby="name-hint" />
            <p class="field__hint" id="name-hint">"The name cannot be changed: the audit log tells by it what the account did."</p>
        </div>
    }
    .into_any()
}

fn switch(form: Form<Draft>) -> AnyView {
    form.place("enabled");
    let toggle = move |ev| {
        let enabled = event_target_checked(&ev);
        form.change("enabled", |draft| draft.enabled = enabled);
    };
    view! {
        <label class="choice">
            <input class="checkbox" type="checkbox" prop:checked=move || form.draft.with(|draft| draft.enabled) on:change=toggle />
            <span class="choice__text">
                "Enabled"
                <span class="choice__hint">"While it is not, every call with its key or one of its tokens is refused. Nothing is lost."</span>
            </span>
        </label>
    }
    .into_any()
}
