//! The dialog `Add New Token`.

use super::{
    Desk, Dialog,
    expiry::{Expiry, ExpiryChoice},
    scope_grid::ScopeGrid,
};
use crate::{
    api::parse,
    clock,
    form::Form,
    ui::{button::Submit, dialog::Dialog as Modal, notice, text_field::TextField},
};
use contract::{
    check::Complaint,
    tokens::{CreateToken, CreatedToken, MY_TOKENS},
};
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn Create() -> impl IntoView {
    let desk = Desk::in_use();
    let form = Form::new("add-token", MY_TOKENS, CreateToken::default());
    let name = form.field("name", |draft| &draft.name, |draft| &mut draft.name);
    let description = form.field(
        "description",
        |draft| draft.description.as_deref().unwrap_or_default(),
        |draft| draft.description.get_or_insert_default(),
    );
    let expiry = RwSignal::new(Expiry::default());
    let made = move |answer: &str| {
        let created: CreatedToken = parse(answer)?;
        desk.dialog.set(Dialog::Reveal(Box::new(created)));
        desk.current.reload();
        Ok(())
    };
    let submit = move |ev| {
        // Counted from this moment, not from when the dialog was opened.
        let end = expiry.with_untracked(|expiry| expiry.end(clock::now(), clock::end_of_day));
        form.draft
            .update(|draft| draft.renewable_until = end.map(Some));
        // To `contract` none would be the default; here it means that something was forgotten.
        let complaint = end.is_none().then(|| Complaint {
            pointer: "/renewable_until".into(),
            message: "Choose the last day on which the token works.".into(),
        });
        form.submit(&ev, complaint, made);
    };
    let close = Callback::new(move |()| desk.close());
    view! {
        <Modal id="add-token-title" title="Add New Token" on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <TextField label="Name" field=name hint="What will use this token?" autofocus=true />
                    <TextField label="Description" field=description optional=true />
                    <ScopeGrid form />
                    <ExpiryChoice expiry form />
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Generate Token" busy="Generating…" pending=form.state.pending />
                </div>
            </form>
        </Modal>
    }
}
