//! The dialog in which an account is deleted, by typing its name.

use super::{Desk, Dialog, edit::path};
use crate::{
    api::Method,
    ui::{dialog::Dialog as Modal, notice, toast::Toaster, typed::typed_word},
};
use contract::service_accounts::ServiceAccount;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// The dialog.
pub fn delete(desk: Desk, account: &ServiceAccount) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let (pending, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let typed = RwSignal::new(String::new());
    let field = typed_word(&account.name, typed);
    let kept = StoredValue::new(account.clone());
    let matches = move || {
        let typed = typed.get();
        kept.with_value(|account| typed.trim() == account.name)
    };
    let back = Callback::new(move |()| {
        desk.dialog.set(Dialog::Edit(Box::new(kept.get_value())));
    });
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        if pending.get_untracked() || !untrack(matches) {
            return;
        }
        pending.set(true);
        let path = kept.with_value(path);
        spawn_local(async move {
            let answer = desk.api.send(Method::DELETE, &path, None).await;
            match answer {
                Ok(_) => {
                    desk.close();
                    desk.accounts.reload();
                    toaster.say("The service account was deleted.".into());
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                    pending.try_set(false);
                }
            }
        });
    };
    view! {
        <Modal id="delete-account-title" title="Delete Service Account" small=true on_close=back>
            <form class="dialog__form" novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || trouble.get())}
                    <p>"Its key, its secret and its tokens stop working at once. This cannot be undone, and its name is never given again. To see first what would stop, disable it for a day."</p>
                    {field}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| back.run(())>"Cancel"</button>
                    <button type="submit" class="button button--danger" disabled=move || pending.get() || !matches()>"Delete"</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}
