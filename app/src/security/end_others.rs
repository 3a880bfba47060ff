//! The question before all other sessions are ended.

use crate::{
    api::{Api, Method},
    listing::{Listing, Rows},
    ui::{dialog::Dialog, notice, toast::Toaster},
};
use contract::{
    list::List,
    session::{Device, MY_SESSIONS},
};
use leptos::{prelude::*, task::spawn_local};

/// What the page provides.
#[derive(Clone, Copy)]
pub struct Ending {
    /// The list of all.
    pub listing: Listing<Device>,
    /// Why it is asked, often nothing in particular; taken back to close the dialog.
    pub asking: RwSignal<Option<&'static str>>,
}

impl Ending {
    /// Nothing is asked, and the sessions are being fetched.
    pub fn new() -> Self {
        let listing = Listing::new(Api::in_use());
        listing.load(all());
        Self {
            listing,
            asking: RwSignal::new(None),
        }
    }

    /// Asks after a change of how one signs in, where there is anything to end (OWASP ASVS 5.0, 7.4.3): what began since
    /// the page was opened counts most.
    pub fn offer(self, api: Api) {
        spawn_local(async move {
            let answer = api.get::<List<Device>>(&all()).await;
            let Ok(List { items, .. }) = answer else {
                return;
            };
            let others = items.iter().any(|device| !device.current);
            self.listing.rows.try_set(Rows::Loaded(items));
            if others {
                self.asking
                    .try_set(Some("Your second factor has changed. "));
            }
        });
    }

    fn others(self) -> usize {
        self.listing.rows.with_untracked(|rows| {
            let devices = rows.known().iter();
            devices.filter(|device| !device.current).count()
        })
    }
}

fn all() -> String {
    [MY_SESSIONS, "?limit=100"].concat()
}

/// The dialog.
pub fn dialog() -> AnyView {
    let ending = expect_context::<Ending>();
    let Ending { listing, asking } = ending;
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None);
    let close = Callback::new(move |()| asking.set(None));
    let end = move |_| {
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api.send(Method::DELETE, MY_SESSIONS, None).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    asking.try_set(None);
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
                <p>{asking.get_untracked()}{question(ending.others())}</p>
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
