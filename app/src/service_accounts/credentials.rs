//! The part of an account's drawer about its key, and about the pair before that is still let in.

use super::{Desk, Dialog, edit::path};
use crate::{
    api::Method,
    routes::SERVICE_ACCOUNTS,
    settings::facts,
    ui::{copy_button::CopyButton, icon::icon, notice, time_ago::time_ago, toast::Toaster},
};
use contract::service_accounts::{OldPair, ServiceAccount};
use leptos::{prelude::*, task::spawn_local};

/// The seed's words.
const NOTE: &str = "Note: It is not possible to change the API key. If you want to change the API key, you must change the API key and its API secret.";

/// The part.
pub fn credentials(desk: Desk, account: &ServiceAccount) -> AnyView {
    let kept = StoredValue::new(account.clone());
    let reset = move |_| {
        desk.dialog.set(Dialog::Reset(Box::new(kept.get_value())));
    };
    let tokens = [SERVICE_ACCOUNTS, "/", account.id.as_str(), "/tokens"].concat();
    let rows = vec![
        ("API key", key(&account.api_key)),
        (
            "Key Creation time",
            time_ago(Some(account.key_created_at), "Never"),
        ),
        ("Last used", last_used(account)),
        ("Last updated", time_ago(Some(account.updated_at), "Never")),
    ];
    let old = account
        .old_pair
        .as_ref()
        .map(|pair| old_pair(desk, account, pair));
    view! {
        <section class="credentials" aria-labelledby="credentials">
            <h3 class="field__label" id="credentials">"Credentials"</h3>
            <div class="card">{facts(rows)}</div>
            {notice::info(NOTE)}
            {old}
            <div class="cluster">
                <button type="button" class="button button--secondary" on:click=reset>{icon("#i-rotate")}"Reset credentials"</button>
                <a class="button button--secondary" href=tokens>{icon("#i-key")}"Access tokens"</a>
            </div>
        </section>
    }
    .into_any()
}

fn key(key: &str) -> AnyView {
    let text = key.to_owned();
    view! {
        <span class="credentials__key">
            <code class="mono">{key.to_owned()}</code>
            <CopyButton text=Callback::new(move |()| text.clone()) on_copied=Callback::new(|()| ()) fallback=Callback::new(|()| ()) />
        </span>
    }
    .into_any()
}

fn last_used(account: &ServiceAccount) -> AnyView {
    let from = account
        .last_used_ip
        .as_ref()
        .map(|ip| [" from ", ip].concat());
    view! { {time_ago(account.last_used_at, "Never")} {from} }.into_any()
}

fn old_pair(desk: Desk, account: &ServiceAccount, pair: &OldPair) -> AnyView {
    let (api, toaster) = (desk.api, expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let grace = [&path(account), "/grace"].concat();
    let retire = move |_| {
        let grace = grace.clone();
        pending.set(true);
        spawn_local(async move {
            match api.send(Method::DELETE, &grace, None).await {
                Ok(_) => {
                    desk.close();
                    toaster.say("The old key and secret work no more.".into());
                }
                Err(failure) => toaster.complain(failure.message()),
            }
            desk.accounts.reload();
            pending.try_set(false);
        });
    };
    let user = match (&pair.last_used_ip, &pair.last_used_agent) {
        (Some(ip), Some(agent)) => [" from ", ip, " by ", agent].concat(),
        (Some(ip), None) => [" from ", ip].concat(),
        _ => String::new(),
    };
    let state = if pair.last_used_at.is_some() {
        view! { "Used last " {time_ago(pair.last_used_at, "never")} {user} ". Whoever that is still needs the new pair." }.into_any()
    } else {
        "Nobody has used it since it was replaced: it can be retired.".into_any()
    };
    view! {
        <div class="notice notice--warning">
            {icon("#i-history")}
            <div class="notice__body">
                <p class="notice__title">"The pair before still works, until " {time_ago(Some(pair.until), "never")}</p>
                <p>"Key " <code class="mono">{pair.api_key.clone()}</code>". "{state}</p>
                <div class="cluster">
                    <button type="button" class="button button--secondary button--small" disabled=pending on:click=retire>"Retire now"</button>
                </div>
            </div>
        </div>
    }
    .into_any()
}
