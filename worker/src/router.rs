//! Every route on one screen, and what comes before and after each.

use crate::{
    audit, auth,
    call::Call,
    error::{Error, Result},
    mfa, pages, passwords, photos,
    respond::{self, Content},
    roles, session, sign_up, statistics, tokens, usage, users,
};
use axum::{
    Json, Router,
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use contract::problem::Code;
use serde_json::{Value, json};
use std::sync::OnceLock;
use tower_service::Service;
use worker::{Context, Env, HttpRequest};

fn routes() -> Router {
    Router::new()
        .route("/api/health", get(health))
        .route("/api/v1/sign-up", post(sign_up::http::create))
        .route(
            "/api/v1/session",
            post(session::http::create)
                .get(session::http::show)
                .delete(session::http::revoke),
        )
        .route("/api/v1/session/mfa", post(session::http::second_factor))
        .route("/api/v1/session/step-up", post(session::http::step_up))
        .route("/api/v1/users", get(users::http::list))
        .route(
            "/api/v1/users/{user}",
            get(users::http::show).patch(users::http::update),
        )
        .route(
            "/api/v1/users/{user}/photo",
            get(photos::http::show)
                .put(photos::http::update)
                .delete(photos::http::remove),
        )
        .route("/api/v1/users/me/password", post(passwords::http::update))
        .route(
            "/api/v1/users/me/totp",
            get(mfa::http::show)
                .post(mfa::http::begin)
                .delete(mfa::http::disable),
        )
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
            "/api/v1/users/me/sessions/{id}",
            delete(session::http::end_one),
        )
        .route(
            "/api/v1/users/{user}/tokens",
            get(tokens::http::list).post(tokens::http::create),
        )
        .route("/api/v1/tokens/revoke", post(tokens::http::revoke_all))
        .route(
            "/api/v1/tokens/self",
            get(tokens::http::show_self).delete(tokens::http::revoke_self),
        )
        .route(
            "/api/v1/tokens/{id}",
            get(tokens::http::show).delete(tokens::http::revoke),
        )
        .route("/api/v1/audit-events", get(audit::http::list))
        .route("/api/v1/roles", get(roles::http::list))
        .route("/api/v1/roles/{id}", get(roles::http::show))
        .route("/api/v1/usage", get(usage::http::show))
        .route("/api/v1/statistics", get(statistics::http::show))
        .fallback(async || Error::not_found("route"))
        .method_not_allowed_fallback(async || {
            Error::refused(
                Code::MethodNotAllowed,
                "The header Allow lists what this path knows.",
            )
        })
}

/// Answers one request.
pub async fn answer(request: HttpRequest, env: Env, context: Context) -> Response {
    /// The table is the same for every request, so it is built once.
    static ROUTES: OnceLock<Router> = OnceLock::new();

    let (mut parts, body) = request.into_parts();
    let about = pages::content(parts.uri.path());
    let call = match Call::new(&parts, env, context) {
        Ok(call) => call,
        Err(error) => return respond::finish(error.into_response(), about, "unknown"),
    };
    let response = if about == Content::Data {
        match auth::refuse_other_sites(&parts) {
            Ok(()) => {
                parts.extensions.insert(call.clone());
                let request = Request::from_parts(parts, Body::new(body));
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
    respond::finish(response, about, &call.request_id)
}

/// Whether Latchkey can do its work.
#[worker::send]
async fn health(call: Call) -> Result<Json<Value>> {
    call.db.ping().await?;
    Ok(Json(
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}),
    ))
}
