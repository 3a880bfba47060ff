//! The question before all other sessions are ended.

use crate::{
    api::{Api, Method},
    listing::{Listing, Rows},
    ui::{dialog::Dialog, notice, toast::Toaster},
};
use contract::session::{Device, MY_SESSIONS};
use leptos::{prelude::*, task::spawn_local};

/// What the card provides.
#[derive(Clone, Copy)]
pub struct Ending {
    /// The list of all.
    pub listing: Listing<Device>,
    /// Taken back to close the dialog.
    pub asking: RwSignal<bool>,
}

/// The dialog.
pub fn dialog() -> AnyView {
    let Ending { listing, asking } = expect_context();
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None);
    let others = listing.rows.with_untracked(|rows| match rows {
        Rows::Loaded(devices) => devices.iter().filter(|device| !device.current).count(),
        _ => 0,
    });
    let close = Callback::new(move |()| asking.set(false));
    let end = move |_| {
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api.send(Method::DELETE, MY_SESSIONS, None).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    asking.try_set(false);
                    toaster.say("Signed out everywhere else.".into());
                    listing.reload();
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                }
            }
        });
    };
    view! {
        <Dialog id="end-others-title" title="Sign out all others" small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>{question(others)}</p>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--danger" disabled=pending on:click=end>"Sign out"</button>
            </div>
        </Dialog>
    }
    .into_any()
}

fn question(others: usize) -> String {
    let what = if others == 1 {
        "1 other session".to_owned()
    } else {
        format!("{others} other sessions")
    };
    format!("End {what}? You stay signed in on this device.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_several_are_told_apart() {
        assert!(question(1).starts_with("End 1 other session? "));
        assert!(question(2).starts_with("End 2 other sessions? "));
    }
}
