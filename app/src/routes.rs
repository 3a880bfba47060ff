//! Every path of the app, and who may be where.

use crate::{
    api::{Api, Failure},
    audit, emails, invitation,
    later::{Fetch, Missing, Render},
    manage, notifications,
    page::{self, not_found},
    passwords, policy, profile, reference, roles,
    router::{self, Place, Router},
    security, service_accounts,
    session::{self, Account, Who},
    settings, tokens,
    ui::failed::Failed,
    users,
};
use contract::{pages, password::FORGOT_PASSWORD_PAGE};
use leptos::{prelude::*, task::spawn_local};

/// Sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Sign up.
pub const SIGN_UP: &str = "/sign-up";
/// Ask for a link to set a new password.
pub const FORGOT_PASSWORD: &str = FORGOT_PASSWORD_PAGE;
/// Set a new password by that link.
const RESET_PASSWORD: &str = "/reset-password/{token}";
/// Follow a link about a change of address.
const CONFIRM_EMAIL: &str = "/confirm-email/{token}";
/// Who one is.
pub const PROFILE: &str = "/settings/profile";
/// How one signs in.
pub const SECURITY: &str = "/settings/security";
/// Access tokens.
pub const API_ACCESS: &str = pages::API_ACCESS;
/// What one is told about.
pub const NOTIFICATIONS: &str = "/settings/notifications";
/// People, roles and what is asked of everybody.
pub const MANAGE_SECURITY: &str = "/manage/security";
/// People.
pub const USERS: &str = "/manage/users";
/// Roles.
pub const ROLES: &str = "/manage/roles";
/// What is asked of everybody.
pub const POLICY: &str = "/manage/policy";
/// What happened.
pub const AUDIT: &str = "/manage/audit";
/// The system.
pub const MANAGE_SYSTEM: &str = "/manage/system";
/// The API reference.
pub const REFERENCE: &str = pages::REFERENCE;
/// Service accounts.
pub const SERVICE_ACCOUNTS: &str = pages::SERVICE_ACCOUNTS;

/// The page behind a path. Each lies in a chunk that is fetched when it is first wanted.
fn page(path: &str) -> Option<Fetch> {
    Some(match pages::page(path)? {
        "/" => || Box::pin(async { Ok(home as Render) }),
        SIGN_IN => || Box::pin(async { Ok(session::parts().await?.sign_in) }),
        SIGN_UP => || Box::pin(async { Ok(session::parts().await?.sign_up) }),
        FORGOT_PASSWORD => || Box::pin(async { Ok(passwords::pages().await?.forgot) }),
        RESET_PASSWORD => || Box::pin(async { Ok(passwords::pages().await?.reset) }),
        CONFIRM_EMAIL => || Box::pin(async { Ok(emails::parts().await?.confirm) }),
        PROFILE => || Box::pin(profile::page()),
        SECURITY => || Box::pin(security::page()),
        API_ACCESS => || Box::pin(tokens::page()),
        NOTIFICATIONS => || Box::pin(notifications::page()),
        "/invitation/{token}" => || Box::pin(invitation::page()),
        USERS => || Box::pin(users::list()),
        "/manage/users/{id}/profile" => || Box::pin(users::profile()),
        "/manage/users/{id}/tokens" => || Box::pin(users::tokens()),
        "/manage/users/{id}/sessions" => || Box::pin(users::sessions()),
        MANAGE_SECURITY => || Box::pin(async { Ok(manage::home().await?.security) }),
        MANAGE_SYSTEM => || Box::pin(async { Ok(manage::home().await?.system) }),
        POLICY => || Box::pin(policy::page()),
        ROLES => || Box::pin(roles::page()),
        AUDIT => || Box::pin(audit::page()),
        SERVICE_ACCOUNTS => || Box::pin(service_accounts::page()),
        REFERENCE => || Box::pin(reference::page()),
        "/manage/service-accounts/{id}/tokens" => || Box::pin(service_accounts::tokens()),
        _ => return None,
    })
}

/// The page for the current path. Until its code is there, the one before it stays.
#[component]
pub fn Pages(
    /// Turns whenever somebody else takes the place of the person at the browser: then they begin anew.
    turn: RwSignal<bool>,
) -> impl IntoView {
    let router = Router::in_use();
    let place = router.place();
    let path = Memo::new(move |_| place.with(|place| place.path.clone()));
    let shown = RwSignal::new(None::<(String, Render)>);
    Effect::new(move |_| {
        let path = path.get();
        let Some(fetch) = page(&path) else {
            shown.set(Some((path, not_found)));
            return router.arrived();
        };
        spawn_local(async move {
            let page = fetch().await.unwrap_or_else(|Missing| missing(&path));
            // Somebody may have gone on meanwhile.
            if place.with_untracked(|place| place.path == path) {
                shown.set(Some((path, page)));
                router.arrived();
            }
        });
    });
    let view = |(path, page): (String, Render)| match settings::tab(&path) {
        Some(tab) => settings::surround(tab, page),
        None => page(),
    };
    move || {
        turn.track();
        shown.get().map(|shown| untrack(|| view(shown)))
    }
}

/// Fetches the page behind a link that somebody seems about to follow.
pub fn prefetch(path: &str) {
    if let Some(fetch) = page(path) {
        spawn_local(async move {
            // Whoever follows it is told if it does not come.
            let _ = fetch().await;
        });
    }
}

/// The root, where everybody is sent on. The static shell stays until it is known where to.
fn home() -> AnyView {
    let api = Api::in_use();
    let retry = Callback::new(move |()| api.account.ask());
    let view = move || {
        let unreachable = api.account.0.with(|who| *who == Who::Unreachable);
        unreachable.then(|| not_reachable(Failure::Unreachable.message(), retry))
    };
    view.into_any()
}

/// What stands for a whole page that cannot be shown.
pub fn not_reachable(message: String, retry: Callback<()>) -> AnyView {
    page::appear("Not reachable");
    view! {
        <main class="page" id="main" tabindex="-1">
            <h1 class="visually-hidden" tabindex="-1">"Latchkey"</h1>
            <Failed message retry />
        </main>
    }
    .into_any()
}

/// What stands for the page behind `path` while its code cannot be fetched. Trying again reloads: the code of a
/// version that is no longer served never comes.
fn missing(path: &str) -> Render {
    fn retry() -> Callback<()> {
        Callback::new(|()| {
            let _ = window().location().reload();
        })
    }
    match settings::tab(path) {
        Some(_) => || view! { <Failed message=Missing::MESSAGE.into() retry=retry() /> }.into_any(),
        None => || not_reachable(Missing::MESSAGE.into(), retry()),
    }
}

/// Where somebody must go instead.
#[derive(Debug, PartialEq, Eq)]
enum Detour {
    /// To sign in, and then on to this path.
    SignIn(Option<String>),
    /// To this path.
    To(String),
}

/// Where `who` must go who is at `place`, whose query says `next`.
fn detour(who: &Who, place: &Place, next: &str) -> Option<Detour> {
    let path = place.path.as_str();
    let guarded = ["/settings", "/manage"]
        .iter()
        .any(|root| path.starts_with(root))
        || path == "/";
    let for_strangers = matches!(path, "/" | SIGN_IN | SIGN_UP);
    match who {
        Who::Asking | Who::Unreachable => None,
        Who::Left(_) => guarded.then_some(Detour::SignIn(None)),
        Who::Nobody | Who::Ended | Who::Half if path == "/" => Some(Detour::SignIn(None)),
        Who::Nobody | Who::Ended | Who::Half => {
            guarded.then(|| Detour::SignIn(Some(place.to_string())))
        }
        Who::Somebody(_) => for_strangers.then(|| {
            let next = if is_own_path(next) { next } else { API_ACCESS };
            Detour::To(next.to_owned())
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
pub fn detour_from(account: Account, place: &Place) -> Option<String> {
    let next = place.parameter("next");
    let detour = account.0.with(|who| detour(who, place, &next))?;
    Some(match detour {
        Detour::To(path) => path,
        Detour::SignIn(None) => SIGN_IN.into(),
        Detour::SignIn(Some(next)) => [SIGN_IN, "?next=", &router::encode(&next)].concat(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{
        email::CONFIRM_EMAIL_PAGE, pages::PAGES, password::RESET_PASSWORD_PAGE, session::Session,
    };

    fn somebody() -> Who {
        let session: Session = serde_json::from_str(
            r#"{"user":{"id":"usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","email":"ada@example.com","first_name":"Ada","last_name":"Lovelace","phone":null,"time_zone":null,"photo_url":null,
            "role":{"id":"rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF","name":"Member"},"active":true,"mfa_enabled":false,"created_at":"2026-11-22T20:01:35Z","last_seen_at":null},
            "tenant_name":"Northwind","permissions":[],"scopes":[],"step_up_until":null,"client_ip":null}"#,
        )
        .unwrap();
        Who::Somebody(Box::new(session))
    }

    #[test]
    fn every_page_that_the_worker_serves_is_here() {
        assert!(PAGES.into_iter().all(|path| page(path).is_some()));
        assert!(page("/settings").is_none());
        for (page, mailed) in [
            (RESET_PASSWORD, RESET_PASSWORD_PAGE),
            (CONFIRM_EMAIL, CONFIRM_EMAIL_PAGE),
        ] {
            assert_eq!(page.strip_suffix("/{token}"), Some(mailed));
        }
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

    fn from(who: &Who, path: &str, query: &str, next: &str) -> Option<Detour> {
        let (path, query) = (path.to_owned(), query.to_owned());
        detour(who, &Place { path, query }, next)
    }

    #[test]
    fn nobody_is_sent_to_sign_in_and_back_to_where_they_were() {
        let back = Some("/settings/api-access?search=ci".into());
        assert_eq!(
            from(&Who::Nobody, API_ACCESS, "search=ci", ""),
            Some(Detour::SignIn(back))
        );
        assert_eq!(from(&Who::Nobody, "/", "", ""), Some(Detour::SignIn(None)));
        assert_eq!(from(&Who::Nobody, SIGN_UP, "", ""), None);
        assert_eq!(from(&Who::Half, SIGN_IN, "", ""), None);
        assert_eq!(from(&Who::Half, "/", "", ""), Some(Detour::SignIn(None)));
        assert_eq!(
            from(&Who::Ended, PROFILE, "", ""),
            Some(Detour::SignIn(Some(PROFILE.into())))
        );
        assert_eq!(
            from(&Who::Left(""), PROFILE, "", ""),
            Some(Detour::SignIn(None))
        );
    }

    #[test]
    fn somebody_is_sent_on_from_pages_for_strangers_but_never_off_the_site() {
        let to = |path: &str| Some(Detour::To(path.to_owned()));
        assert_eq!(
            from(&somebody(), SIGN_IN, "", "/settings/profile"),
            to(PROFILE)
        );
        assert_eq!(
            from(&somebody(), SIGN_IN, "", "//evil.example"),
            to(API_ACCESS)
        );
        assert_eq!(from(&somebody(), "/", "", ""), to(API_ACCESS));
        assert_eq!(from(&somebody(), PROFILE, "", ""), None);
    }

    #[test]
    fn while_the_server_is_asked_nobody_is_sent_anywhere() {
        assert_eq!(from(&Who::Asking, API_ACCESS, "", ""), None);
        assert_eq!(from(&Who::Unreachable, "/", "", ""), None);
    }
}
