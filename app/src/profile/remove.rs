//! The dialog to remove the photo.

use super::desk::Desk;
use crate::{
    api::Method,
    ui::{dialog::Dialog, notice, toast::Toaster},
};
use contract::photos::MY_PHOTO;
use leptos::{prelude::*, task::spawn_local};

/// The dialog.
#[component]
pub fn Remove(
    /// What is shared.
    desk: Desk,
) -> impl IntoView {
    let toaster = expect_context::<Toaster>();
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| desk.close());
    let remove = move |_| {
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = desk.api.send(Method::DELETE, MY_PHOTO, None).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    desk.api.account.change(|user| user.photo_url = None);
                    desk.close();
                    toaster.say("Your photo was removed.".into());
                }
                Err(failure) => drop(trouble.try_set(Some(failure.message()))),
            }
        });
    };
    view! {
        <Dialog id="remove-photo-title" title="Remove photo" small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>"Your initials are shown instead."</p>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--danger" disabled=pending on:click=remove>"Remove photo"</button>
            </div>
        </Dialog>
    }
}
