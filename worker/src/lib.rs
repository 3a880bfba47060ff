//! The API of Latchkey on Cloudflare Workers, storing in D1 and, photos only, in R2.
//!
//! A call flows `router → <feature>::http → rules → store`; [`auth`] says who is calling, [`respond`] gives
//! every answer its headers.

mod audit;
mod auth;
mod call;
mod config;
mod db;
mod devices;
mod edge;
mod emails;
mod entity_tag;
mod error;
mod export;
mod extract;
mod files;
mod gates;
mod idempotency;
mod invitations;
mod leaks;
mod limits;
mod log;
mod mfa;
mod notifications;
mod oauth;
#[cfg(test)]
mod openapi;
mod order;
mod outbox;
mod pages;
mod passwords;
mod photos;
mod policy;
mod promise;
mod rates;
mod rekey;
mod reminders;
mod respond;
mod roles;
mod router;
mod secret;
mod service_accounts;
mod session;
mod sign_up;
mod slack;
mod statistics;
mod tokens;
mod usage;
mod users;

use axum::response::IntoResponse;
use contract::{notifications::Channel, time::Timestamp};
use js_sys::Reflect;
use worker::{
    Context, Env, MessageBatch, ScheduleContext, ScheduledEvent, event, wasm_bindgen::JsValue,
    web_sys,
};

/// A call makes hundreds of small allocations, which the default allocator of WebAssembly is slow at.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// How the name of the queue ends into which goes what could not be handed over, and of that of Slack.
const DEAD: &str = "-dead";
const SLACK: &str = "-slack";

/// Has futures go on by a settled promise, which the runtime calls back several times faster than by `queueMicrotask`.
#[event(start)]
fn start() {
    // It is inherited: only something of its own in front hides it.
    let _ = Reflect::set(
        &js_sys::global(),
        &"queueMicrotask".into(),
        &JsValue::UNDEFINED,
    );
}

/// Every HTTP request there is: API, pages and assets.
#[event(fetch, respond_with_errors)]
async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<web_sys::Response> {
    config::complain_once(&env);
    let answer = match edge::request(&request).await {
        Ok(request) => router::answer(request, env, context).await,
        Err(error) => respond::finish(error.into_response(), respond::Content::Data, "unknown"),
    };
    edge::response(answer).await
}

/// Clears away what time has made useless, tells what ends soon, sees to messages that nobody sent, and encrypts anew what
/// an earlier key still opens.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let now = call::clock();
    for done in [
        purge(&env, now).await,
        reminders::remind(&env, now).await,
        outbox::sweep(&env, now).await,
        slack::give_back(&env).await,
        rekey::seal_anew(&env).await,
    ] {
        if let Err(error) = done {
            log::failure(&error, "scheduled");
        }
    }
}

async fn purge(env: &Env, now: Timestamp) -> error::Result<()> {
    let [lines, addresses, refusals, calls] = usage::purge(now, config::addresses_kept_days(env));
    db::Db::of(env)?
        .commit([
            session::purge(now),
            limits::purge(now),
            devices::purge(now),
            passwords::purge(now),
            emails::purge(now),
            idempotency::purge(now),
            invitations::purge(now),
            oauth::purge(now),
            slack::purge(now),
            slack::purge_turns(now),
            outbox::purge(now),
            reminders::purge(now),
            lines,
            addresses,
            refusals,
            calls,
        ])
        .await
        .map(drop)
}

/// Messages to be sent. What fails stays in the outbox, where the next sweep finds it; so nothing is left in the queue.
/// What the queue could not hand over comes back by another queue, to be given up.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> worker::Result<()> {
    let ids: Vec<_> = batch
        .raw_iter()
        .filter_map(|message| message.body().as_string())
        .collect();
    let queue = batch.queue();
    let done = if queue.ends_with(DEAD) {
        outbox::give_up(&env, &ids).await
    } else if queue.ends_with(SLACK) {
        outbox::deliver(&env, Channel::Slack, &ids).await
    } else {
        outbox::deliver(&env, Channel::Email, &ids).await
    };
    if let Err(error) = done {
        log::failure(&error, "queue");
    }
    batch.ack_all();
    Ok(())
}
