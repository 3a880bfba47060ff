//! Every path of the app, and who may be where.

use crate::{
    page::NotFound,
    session::{Account, Who, sign_in::SignInPage},
    settings::{notifications::NotificationsPage, profile::ProfilePage, security::SecurityPage},
    sign_up::SignUpPage,
    tokens::ApiAccessPage,
    ui::failed::Failed,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    Lazy, LazyRoute,
    components::{FlatRoutes, Route},
    path,
};

/// Sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Sign up.
pub const SIGN_UP: &str = "/sign-up";
/// Who one is.
pub const PROFILE: &str = "/settings/profile";
/// How one signs in.
pub const SECURITY: &str = "/settings/security";
/// Access tokens.
pub const API_ACCESS: &str = "/settings/api-access";
/// What one is told about.
pub const NOTIFICATIONS: &str = "/settings/notifications";

/// The page for the current path. Each but the first is a chunk of its own.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") view=Home />
            <Route path=path!("/sign-in") view={Lazy::<SignInPage>::new()} />
            <Route path=path!("/sign-up") view={Lazy::<SignUpPage>::new()} />
            <Route path=path!("/settings/profile") view={Lazy::<ProfilePage>::new()} />
            <Route path=path!("/settings/security") view={Lazy::<SecurityPage>::new()} />
            <Route path=path!("/settings/api-access") view={Lazy::<ApiAccessPage>::new()} />
            <Route path=path!("/settings/notifications") view={Lazy::<NotificationsPage>::new()} />
        </FlatRoutes>
    }
}

/// Fetches the page behind a link that somebody seems about to follow.
pub fn prefetch(path: &str) {
    match path {
        SIGN_IN => spawn_local(SignInPage::preload()),
        SIGN_UP => spawn_local(SignUpPage::preload()),
        PROFILE => spawn_local(ProfilePage::preload()),
        SECURITY => spawn_local(SecurityPage::preload()),
        API_ACCESS => spawn_local(ApiAccessPage::preload()),
        NOTIFICATIONS => spawn_local(NotificationsPage::preload()),
        _ => {}
    }
}

/// The root, where everybody is sent on. The static shell stays until it is known where to.
#[component]
fn Home() -> impl IntoView {
    let api = crate::api::Api::in_use();
    let unreachable = move || api.account.0.with(|who| *who == Who::Unreachable);
    move || {
        unreachable().then(|| {
            crate::page::appear("Not reachable");
            view! {
                <main class="page" id="main" tabindex="-1">
                    <h1 class="visually-hidden" tabindex="-1">"Latchkey"</h1>
                    <Failed message=crate::api::Failure::Unreachable.message() retry=Callback::new(move |()| api.account.ask(api)) />
                </main>
            }
        })
    }
}

/// Where somebody must go instead.
#[derive(Debug, PartialEq, Eq)]
pub enum Detour {
    /// To sign in, and then on to this path.
    SignIn(Option<String>),
    /// To this path.
    To(String),
}

/// Where `who` must go who is at `path`, with `search` behind it and `next` in it.
pub fn detour(who: &Who, path: &str, search: &str, next: Option<&str>) -> Option<Detour> {
    let guarded = path == "/" || path.starts_with("/settings");
    let for_strangers = matches!(path, "/" | SIGN_IN | SIGN_UP);
    match who {
        Who::Asking | Who::Unreachable => None,
        Who::Left => guarded.then_some(Detour::SignIn(None)),
        Who::Nobody if path == "/" => Some(Detour::SignIn(None)),
        Who::Nobody => guarded.then(|| {
            Detour::SignIn(Some(if search.is_empty() {
                path.to_owned()
            } else {
                [path, "?", search].concat()
            }))
        }),
        Who::Somebody(_) => for_strangers.then(|| {
            Detour::To(
                next.filter(|next| is_own_path(next))
                    .unwrap_or(API_ACCESS)
                    .to_owned(),
            )
        }),
    }
}

/// Whether a text can only lead to this site: one slash and then no second one.
///
/// Browsers read `\` as `/` and drop tabs and line breaks, so neither may be in it.
fn is_own_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(|c: char| c == '\\' || c.is_control())
}

/// Where the person must go from where they are, as a path with its query.
pub fn detour_from(account: Account, url: &leptos_router::location::Url) -> Option<String> {
    let next = url.search_params().get("next");
    let detour = account
        .0
        .with(|who| detour(who, url.path(), url.search(), next.as_deref()))?;
    Some(match detour {
        Detour::To(path) => path,
        Detour::SignIn(None) => SIGN_IN.into(),
        Detour::SignIn(Some(next)) => format!(
            "{SIGN_IN}?next={}",
            String::from(js_sys::encode_uri_component(&next))
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::session::Session;

    fn somebody() -> Who {
        let session: Session = serde_json::from_str(
            r#"{"user":{"id":"usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","email":"ada@example.com","first_name":"Ada","last_name":"Lovelace","phone":null,"time_zone":null,"photo_url":null,
            "role":{"id":"rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","name":"Member"},"active":true,"mfa_enabled":false,"created_at":"2026-11-22T20:01:35Z","last_seen_at":null},
            "tenant_name":"Northwind","permissions":[],"scopes":[],"step_up_until":null}"#,
        )
        .unwrap();
        Who::Somebody(session)
    }

    #[test]
    fn next_must_be_a_path_of_this_site() {
        for path in [
            "/",
            "/settings/api-access",
            "/settings/api-access?search=ci%2F",
            "/a//b",
        ] {
            assert!(is_own_path(path), "{path}");
        }
        for path in [
            "",
            "settings",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\\b",
        ] {
            assert!(!is_own_path(path), "{path:?}");
        }
    }

    #[test]
    fn nobody_is_sent_to_sign_in_and_back_to_where_they_were() {
        assert_eq!(
            detour(&Who::Nobody, API_ACCESS, "search=ci", None),
            Some(Detour::SignIn(Some(
                "/settings/api-access?search=ci".into()
            )))
        );
        assert_eq!(
            detour(&Who::Nobody, "/", "", None),
            Some(Detour::SignIn(None))
        );
        assert_eq!(detour(&Who::Nobody, SIGN_UP, "", None), None);
        assert_eq!(
            detour(&Who::Left, PROFILE, "", None),
            Some(Detour::SignIn(None))
        );
    }

    #[test]
    fn somebody_is_sent_on_from_pages_for_strangers_but_never_off_the_site() {
        let to = |path: &str| Some(Detour::To(path.to_owned()));
        assert_eq!(
            detour(&somebody(), SIGN_IN, "", Some("/settings/profile")),
            to(PROFILE)
        );
        assert_eq!(
            detour(&somebody(), SIGN_IN, "", Some("//evil.example")),
            to(API_ACCESS)
        );
        assert_eq!(detour(&somebody(), "/", "", None), to(API_ACCESS));
        assert_eq!(detour(&somebody(), PROFILE, "", None), None);
    }

    #[test]
    fn while_the_server_is_asked_nobody_is_sent_anywhere() {
        assert_eq!(detour(&Who::Asking, API_ACCESS, "", None), None);
        assert_eq!(detour(&Who::Unreachable, "/", "", None), None);
    }
}
