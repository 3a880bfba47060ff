//! The drawer `New Service Account`.

use super::{
    Desk, Dialog, Reason,
    draft::Draft,
    drawer::{fields, name},
};
use crate::{
    api::parse,
    form::Form,
    ui::{button::Submit, notice, slip::DraftDialog},
};
use contract::service_accounts::SERVICE_ACCOUNTS;
use leptos::{ev::SubmitEvent, prelude::*};

/// The drawer.
pub fn new(desk: Desk) -> AnyView {
    let form = Form::new("new-service-account", SERVICE_ACCOUNTS, Draft::default());
    let made = move |answer: &str| {
        let credentials = Box::new(parse(answer)?);
        desk.dialog.set(Dialog::Reveal(credentials, Reason::Made));
        desk.accounts.reload();
        Ok(())
    };
    let submit = move |ev: SubmitEvent| form.submit(&ev, None, made);
    let close = Callback::new(move |()| desk.close());
    view! {
        <DraftDialog id="new-service-account-title" title="New Service Account" drawer=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    {name(form)}
                    {fields(desk, form)}
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
