//! The dialog in which a role is deleted, or which says who stands in the way.

use super::{Desk, holders, path};
use crate::{
    api::Method,
    routes,
    ui::{dialog::Dialog as Modal, notice, toast::Toaster},
};
use contract::roles::Role;
use leptos::{prelude::*, task::spawn_local};

/// The dialog.
pub fn delete(desk: Desk, role: &Role) -> AnyView {
    let close = Callback::new(move |()| desk.close());
    let content = match holders(role) {
        Some(who) => in_use(desk, role, who),
        None => confirm(desk, role),
    };
    view! { <Modal id="delete-role-title" title="Delete Role" small=true on_close=close>{content}</Modal> }.into_any()
}

fn in_use(desk: Desk, role: &Role, who: String) -> AnyView {
    let people = (role.members > 0).then(|| {
        let href = [routes::USERS, "?role=", role.id.as_str()].concat();
        view! { <p><a href=href>"Show the people who hold it"</a></p> }
    });
    let name = role.name.clone();
    view! {
        <div class="dialog__body">
            <p><strong>{name}</strong> " is in use by " {who} ". Give them another role first, then it can be deleted."</p>
            {people}
        </div>
        <div class="dialog__footer">
            <button type="button" class="button button--secondary" autofocus on:click=move |_| desk.close()>"Close"</button>
        </div>
    }
    .into_any()
}

fn confirm(desk: Desk, role: &Role) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let (pending, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let path = path(&role.id);
    let delete = move |_| {
        pending.set(true);
        let path = path.clone();
        spawn_local(async move {
            let answer = desk.api.send(Method::DELETE, &path, None).await;
            let _ = pending.try_set(false);
            match answer {
                Ok(_) => {
                    desk.close();
                    toaster.say("The role was deleted.".into());
                }
                Err(failure) => drop(trouble.try_set(Some(failure.message()))),
            }
            desk.roles.reload();
        });
    };
    let name = role.name.clone();
    view! {
        <div class="dialog__body">
            {notice::alert(move || trouble.get())}
            <p>"Delete " <strong>{name}</strong> "? Nobody holds it. This cannot be undone; the audit log keeps what it allowed."</p>
        </div>
        <div class="dialog__footer">
            <button type="button" class="button button--secondary" autofocus on:click=move |_| desk.close()>"No, Cancel"</button>
            <button type="button" class="button button--danger" disabled=pending on:click=delete>"Yes, Proceed"</button>
        </div>
    }
    .into_any()
}
