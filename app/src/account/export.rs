//! Taking along what is kept about oneself.

use super::{Desk, Task};
use crate::{
    api::{Api, Method},
    clock, dom,
    ui::toast::Toaster,
};
use contract::users::MY_EXPORT;
use leptos::{prelude::*, task::spawn_local};

/// Fetches the file and lets the browser save it, unless that is being done.
pub fn start(desk: Desk) {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    // Not while the page is being made from what is changed here.
    spawn_local(async move {
        if desk.task.try_get_untracked() == Some(Task::Export) {
            desk.task.set(Task::None);
        }
        if desk.exporting.try_get_untracked() != Some(false) {
            return;
        }
        desk.exporting.set(true);
        let answer = api.send(Method::GET, MY_EXPORT, None).await;
        desk.exporting.try_set(false);
        let name = ["latchkey-", &clock::now().day(), ".json"].concat();
        match answer {
            Ok(file) if dom::save_as(&name, &file).is_ok() => {
                toaster.say(format!("Your data was saved as {name}."));
            }
            Ok(_) => toaster.complain(
                "Your browser did not save the file. Allow downloads and try again.".into(),
            ),
            Err(failure) => toaster.complain(failure.message()),
        }
    });
}
