//! The API of Latchkey on Cloudflare Workers, storing in D1 and, photos only, in R2.
//!
//! A call flows `router → <feature>::http → rules → store`; [`auth`] says who is calling, [`respond`] gives
//! every answer its headers.

mod audit;
mod auth;
mod call;
mod db;
mod edge;
mod error;
mod extract;
mod limits;
mod mfa;
mod pages;
mod passwords;
mod photos;
mod respond;
mod roles;
mod router;
mod secret;
mod session;
mod sign_up;
mod statistics;
mod tokens;
mod usage;
mod users;

use axum::response::IntoResponse;
use worker::{Context, Env, ScheduleContext, ScheduledEvent, console_error, event, web_sys};

/// Every HTTP request there is: API, pages and assets.
#[event(fetch, respond_with_errors)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<web_sys::Response> {
    let response = match edge::request(&request) {
        Ok(request) => router::answer(request, env, context).await,
        Err(error) => respond::finish(error.into_response(), respond::Content::Data, "unknown"),
    };
    edge::response(response).await
}

/// Clears away what time has made useless.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let purge = async { session::purge(db::Db::of(&env)?, call::clock()).await };
    if let Err(error) = purge.await {
        console_error!("{}", respond::log_line(&error, "scheduled"));
    }
}
