//! The menu behind the person's name.

use crate::{
    api::{Api, Method},
    routes,
    session::Who,
    theme::Theme,
    ui::{avatar::Avatar, icon::icon, menu::Menu, segmented::Segmented, toast::Toaster},
};
use contract::{session::SESSION, users::User};
use leptos::{prelude::*, task::spawn_local};

/// The menu, once it is known whose.
#[component]
pub fn UserMenu() -> impl IntoView {
    let account = Api::in_use().account;
    move || account.with(|session| session.user.clone()).map(menu)
}

fn menu(user: User) -> AnyView {
    let name = format!("{} {}", user.first_name, user.last_name);
    let email = user.email.clone();
    let button =
        view! { <Avatar user /><span class="menu__name">{name.clone()}</span>{icon("#i-chevron")} };
    view! {
        <Menu id="account-menu" button=button.into_any()>
            <div class="menu__who">
                <span class="menu__who-name">{name}</span>
                <span class="menu__who-sub">{email}</span>
            </div>
            <a class="menu__item" href=routes::PROFILE>{icon("#i-user")}"Profile"</a>
            <a class="menu__item" href=routes::API_ACCESS>{icon("#i-key")}"API Access"</a>
            <hr class="menu__line" />
            <ThemeSwitch />
            <hr class="menu__line" />
            <SignOut />
        </Menu>
    }
    .into_any()
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(Theme::current().as_str());
    let choose = Callback::new(move |chosen| {
        theme.set(chosen);
        Theme::named(chosen).apply();
    });
    view! {
        <fieldset class="menu__theme">
            <legend>"Theme"</legend>
            <Segmented
                name="theme"
                options=Theme::ALL.map(|theme| (theme.as_str(), theme.label())).to_vec()
                value=theme.into()
                on_change=choose
                class="segmented segmented--small"
            />
        </fieldset>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let sign_out = move |_| {
        spawn_local(async move {
            match api.send(Method::DELETE, SESSION, None).await {
                Ok(_) => api.account.0.set(Who::Left("")),
                Err(failure) => toaster.complain(failure.message()),
            }
        });
    };
    view! { <button type="button" class="menu__item" data-leaves on:click=sign_out>{icon("#i-sign-out")}"Sign out"</button> }
}
