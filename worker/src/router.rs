//! Every route on one screen, and what comes before and after each.

use crate::{
    audit, auth,
    call::Call,
    config, emails,
    error::{Error, Result},
    export, gates, invitations, leaks, log, mfa, notifications, oauth, pages, passwords, photos,
    policy,
    respond::{self, Answer, Content},
    roles, service_accounts, session, sign_up, slack, statistics, tokens, usage, users,
};
use axum::{
    Json, Router,
    body::Body,
    http::{Request, header},
    response::IntoResponse,
    routing::{any, delete, get, post, put},
};
use contract::problem::Code;
use serde_json::{Value, json};
use std::sync::OnceLock;
use tower_service::Service;
use worker::{Context, Env};

fn routes() -> Router {
    Router::new()
        .route("/api/health", get(health))
        .route("/api/openapi.json", get(pages::openapi))
        .merge(sessions())
        .merge(people())
        .merge(messages())
        .merge(access_tokens())
        .merge(administration())
        .merge(machines())
        .fallback(async || Error::not_found("route"))
        .method_not_allowed_fallback(not_allowed)
}

async fn not_allowed(_: Call) -> Error {
    Error::refused(
        Code::MethodNotAllowed,
        "The header Allow lists what this path knows.",
    )
}

/// Coming in, going out, and proving who one is.
fn sessions() -> Router {
    Router::new()
        .route("/api/v1/sign-up", post(sign_up::http::create))
        .route(
            "/api/v1/session",
            post(session::http::create)
                .get(session::http::show)
                .delete(session::http::revoke),
        )
        .route("/api/v1/session/mfa", post(session::http::second_factor))
        .route("/api/v1/session/step-up", post(session::http::step_up))
        .route(
            "/api/v1/password-resets",
            post(passwords::http::request_reset),
        )
        .route(
            "/api/v1/password-resets/{token}",
            put(passwords::http::reset),
        )
        .route(
            "/api/v1/email-confirmations/{token}",
            post(emails::http::confirm),
        )
}

/// People, and what is each one's own.
fn people() -> Router {
    Router::new()
        .route(
            "/api/v1/users",
            get(users::http::list).post(invitations::http::create),
        )
        .route(
            "/api/v1/users/{user}",
            get(users::http::show)
                .patch(users::http::update)
                .delete(users::http::delete),
        )
        .route(
            "/api/v1/users/me/export",
            // To ask for its headers only would count as an export.
            get(export::http::show)
                .head(async |call| ([(header::ALLOW, "GET")], not_allowed(call).await)),
        )
        .route("/api/v1/invitations", get(invitations::http::list))
        .route(
            "/api/v1/invitations/{invitation}",
            get(invitations::http::show)
                .post(invitations::http::accept)
                .delete(invitations::http::cancel),
        )
        .route(
            "/api/v1/invitations/{invitation}/resend",
            post(invitations::http::resend),
        )
        .route(
            "/api/v1/users/{user}/photo",
            get(photos::http::show)
                .put(photos::http::update)
                .delete(photos::http::remove),
        )
        .route(
            "/api/v1/users/me/email",
            get(emails::http::show)
                .post(emails::http::create)
                .delete(emails::http::withdraw),
        )
        .route("/api/v1/users/me/password", post(passwords::http::update))
        .route(
            "/api/v1/users/me/totp",
            get(mfa::http::show)
                .post(mfa::http::begin)
                .delete(mfa::http::disable),
        )
        .route("/api/v1/users/{id}/totp", delete(mfa::http::reset))
        .route("/api/v1/users/me/totp/confirm", post(mfa::http::confirm))
        .route(
            "/api/v1/users/me/recovery-codes",
            post(mfa::http::renew_recovery_codes),
        )
        .route(
            "/api/v1/users/{user}/sessions",
            get(session::http::list).delete(session::http::end_others),
        )
        .route(
            "/api/v1/users/{user}/sessions/{id}",
            delete(session::http::end_one),
        )
        .route(
            "/api/v1/users/{user}/tokens",
            get(tokens::http::list).post(tokens::http::create),
        )
}

/// What people are told about, and where.
fn messages() -> Router {
    Router::new()
        .route(
            "/api/v1/users/me/notifications",
            get(notifications::http::show).put(notifications::http::update),
        )
        .route(
            "/api/v1/users/me/deliveries",
            get(notifications::http::deliveries),
        )
        .route(
            "/api/v1/users/me/deliveries/{id}/retry",
            post(notifications::http::retry),
        )
        .route(
            "/api/v1/slack/connection",
            get(slack::http::show)
                .post(slack::http::create)
                .patch(slack::http::update)
                .delete(slack::http::delete),
        )
        .route("/api/v1/slack/callback", get(slack::http::callback))
        .route("/api/v1/slack/test", post(slack::http::test))
}

/// Access tokens.
fn access_tokens() -> Router {
    Router::new()
        .route("/api/v1/tokens/revoke", post(tokens::http::revoke_all))
        .route(
            "/api/v1/tokens/self",
            get(tokens::http::show_self).delete(tokens::http::revoke_self),
        )
        .route(
            "/api/v1/tokens/self/rotate",
            post(tokens::http::rotate_self),
        )
        .route("/api/v1/tokens/renew", post(tokens::http::renew))
        .route(
            "/api/v1/tokens/{id}",
            get(tokens::http::show)
                .patch(tokens::http::update)
                .delete(tokens::http::revoke),
        )
        .route("/api/v1/tokens/{id}/rotate", post(tokens::http::rotate))
        .route("/api/v1/tokens/{id}/grace", delete(tokens::http::end_grace))
        .route(
            "/api/v1/tokens/{id}/rotation",
            delete(tokens::http::undo_rotation),
        )
        .route("/api/v1/tokens/{id}/usage", get(tokens::http::usage))
        .route("/api/v1/tokens/{id}/activity", get(tokens::http::activity))
        .route("/api/v1/tokens/{id}/calls", get(tokens::http::calls))
        .route("/api/v1/credentials/revoke", post(leaks::revoke))
}

/// What administrators look after, and numbers.
fn administration() -> Router {
    Router::new()
        .route(
            "/api/v1/service-accounts",
            get(service_accounts::http::list).post(service_accounts::http::create),
        )
        .route(
            "/api/v1/service-accounts/{id}",
            get(service_accounts::http::show)
                .patch(service_accounts::http::update)
                .delete(service_accounts::http::delete),
        )
        .route(
            "/api/v1/service-accounts/{id}/reset-credentials",
            post(service_accounts::http::reset_credentials),
        )
        .route(
            "/api/v1/service-accounts/{id}/grace",
            delete(service_accounts::http::end_grace),
        )
        .route(
            "/api/v1/service-accounts/{id}/tokens",
            get(tokens::http::list_of_account).post(tokens::http::create_for_account),
        )
        .route(
            "/api/v1/policy",
            get(policy::http::show).put(policy::http::update),
        )
        .route("/api/v1/policy/preview", post(policy::http::preview))
        .route("/api/v1/audit-events", get(audit::http::list))
        .route(
            "/api/v1/roles",
            get(roles::http::list).post(roles::http::create),
        )
        .route(
            "/api/v1/roles/{id}",
            get(roles::http::show)
                .patch(roles::http::update)
                .delete(roles::http::delete),
        )
        .route("/api/v1/usage", get(usage::http::show))
        .route("/api/v1/statistics", get(statistics::http::show))
}

/// The gates that machines come to.
fn machines() -> Router {
    Router::new()
        .route("/oauth2/token", post(oauth::issue))
        .route("/oauth2/introspect", post(oauth::introspect))
        .route(
            "/.well-known/oauth-authorization-server",
            get(oauth::metadata),
        )
        .route("/forward-auth", get(gates::forward_auth))
        .route("/forward-auth/{*path}", any(gates::forward_auth_below))
        .route("/gateway/{*path}", any(gates::forward))
}

/// Answers one request.
pub async fn answer(request: Request<Body>, env: Env, context: Context) -> Answer {
    /// The table is the same for every request, so it is built once.
    static ROUTES: OnceLock<Router> = OnceLock::new();

    let (mut parts, body) = request.into_parts();
    let about = pages::content(parts.uri.path());
    let method = parts.method.clone();
    let call = match Call::new(&parts, env, context) {
        Ok(call) => call,
        Err(error) => return respond::finish(error.into_response(), about, "unknown"),
    };
    let mut response = if let Some(refusal) = gates::refuse_strays(&parts) {
        refusal
    } else if about.is_data() {
        match auth::refuse_other_sites(&parts) {
            Ok(()) => {
                parts.extensions.insert(call.clone());
                let request = Request::from_parts(parts, body);
                let Ok(response) = ROUTES.get_or_init(routes).clone().call(request).await;
                response
            }
            Err(error) => error.into_response(),
        }
    } else {
        pages::serve(&call, &parts)
            .await
            .unwrap_or_else(Error::into_response)
    };
    // Before a refusal says which limit it went by, which may be a narrower one than the credential's.
    if about.is_data() {
        for (name, value) in call.told() {
            respond::set(response.headers_mut(), name.clone(), value);
        }
        // The edge sets it anyway; pages judge by it how far their own clock is off.
        respond::set(response.headers_mut(), header::DATE, &call.now.http_date());
    }
    let refused = respond::refused(&response);
    let answer = respond::finish(response, about, &call.request_id);
    let status = answer.response.status();
    usage::answered(&call, status, refused);
    if log::requests(call.env()) {
        let route = match about {
            Content::Page => Some("page"),
            Content::Immutable => Some("file"),
            Content::Data | Content::OAuth => call.template(),
        };
        log::answered(&call, &method, route, status, call.ms());
    }
    answer
}

/// Whether Latchkey can do its work.
#[worker::send]
async fn health(call: Call) -> Result<Json<Value>> {
    config::must_be_complete(&call).await?;
    Ok(Json(
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}),
    ))
}
