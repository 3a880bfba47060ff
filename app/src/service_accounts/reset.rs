//! The dialog in which an account gets a new pair.

use super::{Desk, Dialog, Reason, edit::path};
use crate::{
    api::parse,
    form::Form,
    ui::{button::Submit, dialog::Dialog as Modal, notice, segmented::Segmented},
};
use contract::service_accounts::{ResetCredentials, ServiceAccount};
use leptos::{ev::SubmitEvent, prelude::*};

/// For how long the old pair goes on working: value, label and seconds.
const GRACES: [(&str, &str, u32); 4] = [
    ("now", "Now", 0),
    ("hour", "In 1 hour", 3600),
    ("day", "In 24 hours", 24 * 3600),
    ("week", "In 7 days", 7 * 24 * 3600),
];

/// The dialog.
pub fn reset(desk: Desk, account: &ServiceAccount) -> AnyView {
    let found = account.secret_revoked;
    let grace = RwSignal::new(if found { "now" } else { "day" });
    let path = [&path(account), "/reset-credentials"].concat();
    let form = Form::new("reset-credentials", path, ResetCredentials::default());
    form.place("grace_seconds");
    let made = move |answer: &str| {
        let credentials = Box::new(parse(answer)?);
        desk.dialog.set(Dialog::Reveal(credentials, Reason::Reset));
        desk.accounts.reload();
        Ok(())
    };
    let submit = move |ev: SubmitEvent| {
        let chosen = grace.get_untracked();
        let seconds = GRACES.iter().find(|(value, ..)| *value == chosen);
        let seconds = seconds.map_or(0, |(.., seconds)| *seconds);
        form.draft.update(|draft| draft.grace_seconds = seconds);
        form.submit(&ev, None, made);
    };
    let kept = StoredValue::new(account.clone());
    // Back to where it was asked for.
    let back = Callback::new(move |()| {
        desk.dialog.set(Dialog::Edit(Box::new(kept.get_value())));
    });
    let choice = view! {
        <fieldset class="fieldset">
            <legend class="field__label">"The old key and secret stop working"</legend>
            <Segmented
                name="grace"
                options=GRACES.map(|(value, label, _)| (value, label)).to_vec()
                value=grace.into()
                on_change=Callback::new(move |chosen| grace.set(chosen))
            />
            <p class="field__hint">"Choose Now if somebody else may have them. Otherwise both pairs work for a while, and you see who still uses the old one."</p>
        </fieldset>
    };
    view! {
        <Modal id="reset-credentials-title" title="Reset credentials" small=true on_close=back>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <p>"“"{kept.with_value(|account| account.name.clone())}"” gets a new API key and a new API secret, together."</p>
                    {if found { None } else { Some(choice) }}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| back.run(())>"Cancel"</button>
                    <Submit label="Reset" busy="Resetting…" pending=form.state.pending />
                </div>
            </form>
        </Modal>
    }
    .into_any()
}
