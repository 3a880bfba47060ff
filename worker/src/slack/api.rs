//! Slack's HTTP API: its consent page, its methods and its webhooks, and what their answers mean.

use super::blocks;
use crate::{
    edge::pause,
    outbox::{Fault, Letter},
};
use contract::slack::Via;
use data_encoding::BASE64;
use futures_util::future::{Either, select};
use serde::Deserialize;
use serde_json::{Value, json};
use std::pin::pin;
use wasm_bindgen::JsValue;
use worker::Url;
use worker::{Env, Fetch, Headers, Method, Request, RequestInit, RequestRedirect};

/// Where Slack is, unless the deployment says otherwise.
const SLACK: &str = "https://slack.com";
/// The one host of its webhooks.
const HOOKS: &str = "https://hooks.slack.com";
/// What a person is asked to allow.
const SCOPES: &str = "incoming-webhook,chat:write,im:write";
/// How long Slack has for an answer, in milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// Seconds to wait when Slack does not say how long.
const PAUSE: u32 = 30;

/// The app of this deployment at Slack.
pub(super) struct Slack {
    base: String,
    client_id: String,
    client_secret: String,
}

/// What came of a consent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub team_id: String,
    pub team_name: String,
    pub member: String,
    pub bot_token: String,
    /// Whether the person may be written to.
    pub direct: bool,
    /// The channel that they chose.
    pub webhook: Option<Webhook>,
}

impl Granted {
    /// Messages go on to where they went before, if that can be; otherwise to the person where they may, and to the
    /// channel where they may not.
    pub fn via(&self, before: Option<Via>) -> Via {
        match before {
            Some(Via::Channel) if self.webhook.is_some() => Via::Channel,
            _ if self.direct => Via::Direct,
            _ => Via::Channel,
        }
    }
}

impl Slack {
    /// The one of the deployment; without `SLACK_CLIENT_ID` and the secret `SLACK_CLIENT_SECRET` there is none.
    pub fn of(env: &Env) -> Option<Self> {
        let set = |text: String| Some(text).filter(|text| !text.is_empty());
        let var = |name: &str| env.var(name).ok().and_then(|value| set(value.to_string()));
        Some(Self {
            base: var("SLACK_BASE_URL").unwrap_or_else(|| SLACK.into()),
            client_id: var("SLACK_CLIENT_ID")?,
            client_secret: env
                .secret("SLACK_CLIENT_SECRET")
                .ok()
                .and_then(|secret| set(secret.to_string()))?,
        })
    }

    /// Where a person gives their consent.
    pub fn authorize_url(&self, state: &str, redirect: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", SCOPES)
            .append_pair("state", state)
            .append_pair("redirect_uri", redirect)
            .finish();
        [&self.base, "/oauth/v2/authorize?", &query].concat()
    }

    /// What a consent is worth, by the code that the person came back with; or Slack's word for why nothing.
    pub async fn exchange(&self, code: &str, redirect: &str) -> Result<Granted, String> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect)
            .finish();
        let pair = [&self.client_id, ":", &self.client_secret].concat();
        let basic = ["Basic ", &BASE64.encode(pair.as_bytes())].concat();
        let form = "application/x-www-form-urlencoded";
        let answer = self.method("oauth.v2.access", &basic, form, &body).await;
        let answer = answer.and_then(|told| by_method(&told)).map_err(word_of)?;
        granted(answer, &self.base)
    }

    /// Sends a letter to a member's direct messages.
    pub async fn post_message(
        &self,
        token: &str,
        member: &str,
        letter: &Letter,
    ) -> Result<(), Fault> {
        let mut message = blocks::message(letter);
        if let Some(members) = message.as_object_mut() {
            members.insert("channel".into(), json!(member));
        }
        let bearer = ["Bearer ", token].concat();
        let json = "application/json; charset=utf-8";
        let told = self
            .method("chat.postMessage", &bearer, json, &message.to_string())
            .await?;
        by_method(&told).map(drop)
    }

    /// Sends a letter to the channel behind a webhook.
    pub async fn post_webhook(&self, url: &str, letter: &Letter) -> Result<(), Fault> {
        if !is_webhook(url, &self.base) {
            return Err(Fault::Disconnected("no_service".into()));
        }
        let message = blocks::message(letter).to_string();
        by_webhook(&send(url, None, "application/json", &message).await?)
    }

    /// Gives the consent back.
    pub async fn revoke(&self, token: &str) -> Result<(), Fault> {
        let bearer = ["Bearer ", token].concat();
        let form = "application/x-www-form-urlencoded";
        by_method(&self.method("auth.revoke", &bearer, form, "").await?).map(drop)
    }

    async fn method(
        &self,
        name: &str,
        authorization: &str,
        media_type: &str,
        body: &str,
    ) -> Result<Told, Fault> {
        let url = [&self.base, "/api/", name].concat();
        send(&url, Some(authorization), media_type, body).await
    }
}

/// An answer of Slack.
struct Told {
    status: u16,
    retry_after: Option<u32>,
    body: String,
}

async fn send(
    url: &str,
    authorization: Option<&str>,
    media_type: &str,
    body: &str,
) -> Result<Told, Fault> {
    let answer = pin!(post(url, authorization, media_type, body));
    match select(answer, pin!(pause(TIMEOUT_MS))).await {
        Either::Left((answer, _)) => {
            answer.map_err(|error| Fault::Later(format!("Slack was not reached: {error}")))
        }
        Either::Right(_) => Err(Fault::Later("Slack did not answer in time.".into())),
    }
}

async fn post(
    url: &str,
    authorization: Option<&str>,
    media_type: &str,
    body: &str,
) -> worker::Result<Told> {
    let headers = Headers::new();
    headers.set("Content-Type", media_type)?;
    if let Some(authorization) = authorization {
        headers.set("Authorization", authorization)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        // To follow would carry the token to wherever the answer points.
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(JsValue::from_str(body)));
    let request = Request::new_with_init(url, &init)?;
    let mut response = Fetch::Request(request).send().await?;
    Ok(Told {
        status: response.status_code(),
        retry_after: response
            .headers()
            .get("Retry-After")?
            .and_then(|seconds| seconds.parse().ok()),
        body: response.text().await?,
    })
}

/// What statuses mean that methods and webhooks share.
fn by_status(told: &Told) -> Result<(), Fault> {
    match told.status {
        200..300 => Ok(()),
        300..400 => Err(Fault::Disconnected(format!("redirect_{}", told.status))),
        429 => Err(Fault::After(
            told.retry_after.unwrap_or(PAUSE),
            "Slack asked to wait (429)".into(),
        )),
        500.. => Err(Fault::Later(format!("Slack answered {}", told.status))),
        _ => Err(Fault::Never(format!("Slack answered {}", told.status))),
    }
}

/// What a method's answer means. Failures come with status 200 and `ok: false`.
fn by_method(told: &Told) -> Result<Value, Fault> {
    match by_status(told) {
        Err(Fault::Never(_)) if matches!(told.status, 401 | 403 | 404 | 410) => {
            return Err(Fault::Disconnected(format!("http_{}", told.status)));
        }
        outcome => outcome?,
    }
    let answer: Value = serde_json::from_str(&told.body)
        .map_err(|_| Fault::Later("Slack answered no JSON".into()))?;
    if answer.get("ok") == Some(&json!(true)) {
        return Ok(answer);
    }
    let error = answer.get("error").and_then(Value::as_str);
    Err(by_word(word(error.unwrap_or("unknown_error")), told))
}

/// What a word of Slack's means.
fn by_word(error: String, told: &Told) -> Fault {
    match error.as_str() {
        "ratelimited" | "rate_limited" => Fault::After(
            told.retry_after.unwrap_or(PAUSE),
            "Slack asked to wait".into(),
        ),
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => Fault::Later(["Slack said: ", &error].concat()),
        "invalid_blocks"
        | "invalid_blocks_format"
        | "invalid_arguments"
        | "no_text"
        | "msg_too_long"
        | "invalid_post_type"
        | "invalid_json"
        | "json_not_object" => Fault::Never(["Slack said: ", &error].concat()),
        // Everything else is about the token, the person or the place: no message gets through.
        _ => Fault::Disconnected(error),
    }
}

/// What a webhook's answer means. Failures come with a word in plain text, whatever the status.
fn by_webhook(told: &Told) -> Result<(), Fault> {
    let error = word(&told.body);
    match told.status {
        200..300 if told.body.trim() == "ok" => Ok(()),
        200..300 if told.body.trim() == error => Err(by_word(error, told)),
        // As methods say it, or nothing that Slack would say.
        200..300 => by_method(told).map(drop),
        403 | 404 | 410 => Err(Fault::Disconnected(error)),
        400 if matches!(
            error.as_str(),
            "no_service" | "no_team" | "no_active_hooks" | "invalid_token" | "user_not_found"
        ) =>
        {
            Err(Fault::Disconnected(error))
        }
        400 => Err(Fault::Never(["Slack said: ", &error].concat())),
        _ => by_status(told),
    }
}

/// A word of Slack's as it may be kept and shown.
fn word(text: &str) -> String {
    let word: String = text
        .trim()
        .chars()
        .take(64)
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    if word.is_empty() {
        "unknown_error".into()
    } else {
        word
    }
}

fn word_of(fault: Fault) -> String {
    match fault {
        Fault::Disconnected(why)
        | Fault::Broken { why, .. }
        | Fault::After(_, why)
        | Fault::Later(why)
        | Fault::Never(why) => why,
        Fault::NotYet(_) | Fault::NoWorkspace => String::new(),
    }
}

/// Slack's answer to a consent, as far as it matters here.
#[derive(Deserialize)]
struct Access {
    #[serde(rename = "access_token")]
    token: String,
    #[serde(default)]
    scope: String,
    team: Team,
    authed_user: Member,
    incoming_webhook: Option<Webhook>,
}

#[derive(Deserialize)]
struct Team {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Member {
    id: String,
}

/// A channel, and the URL that leads there.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Webhook {
    #[serde(rename = "channel")]
    pub name: String,
    #[serde(rename = "channel_id")]
    pub id: String,
    pub url: String,
}

/// What Slack gave leave for: one way to write to the person at least.
fn granted(answer: Value, base: &str) -> Result<Granted, String> {
    let access: Access = serde_json::from_value(answer).map_err(|_| "unexpected_answer")?;
    let webhook = access
        .incoming_webhook
        .filter(|webhook| is_webhook(&webhook.url, base));
    let direct = access.scope.split(',').any(|scope| scope == "chat:write");
    if !direct && webhook.is_none() {
        return Err("missing_scope".into());
    }
    Ok(Granted {
        team_id: access.team.id,
        team_name: access.team.name,
        member: access.authed_user.id,
        bot_token: access.token,
        direct,
        webhook,
    })
}

/// Whether a URL is one of Slack's webhooks, or of what stands for Slack in this deployment: nothing else is called,
/// whatever a token answer says.
fn is_webhook(url: &str, base: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let here = |base: &str| Url::parse(base).is_ok_and(|base| base.origin() == url.origin());
    let place = here(HOOKS) || (base != SLACK && here(base));
    place
        && url.username().is_empty()
        && url.password().is_none()
        && url.path().starts_with("/services/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> Told {
        Told {
            status,
            retry_after: None,
            body: body.into(),
        }
    }

    #[test]
    fn only_webhooks_of_slack_are_called() {
        let good = "https://hooks.slack.com/services/T0/B0/x";
        assert!(is_webhook(good, SLACK));
        assert!(is_webhook(
            "http://127.0.0.1:4100/services/T0/B0/x",
            "http://127.0.0.1:4100"
        ));
        for bad in [
            "http://hooks.slack.com/services/T0/B0/x",
            "https://hooks.slack.com:8443/services/T0/B0/x",
            "https://hooks.slack.com.evil.example/services/T0/B0/x",
            "https://evil.example/services/T0/B0/x",
            "https://hooks.slack.com@evil.example/services/T0/B0/x",
            "https://user@hooks.slack.com/services/T0/B0/x",
            "https://hooks.slack.com/other",
            "https://hooks.slack.com/services/../admin",
            "http://127.0.0.1/services/x",
            "http://[::1]/services/x",
            "http://[::ffff:127.0.0.1]/services/x",
            "http://0x7f000001/services/x",
            "http://169.254.169.254/services/x",
            "https://slack.com/services/T0/B0/x",
            "file:///services/x",
            "services/x",
            "",
        ] {
            assert!(!is_webhook(bad, SLACK), "{bad}");
        }
    }

    #[test]
    fn a_failure_of_a_method_is_told_by_its_body() {
        assert!(by_method(&told(200, r#"{"ok":true}"#)).is_ok());
        for gone in [
            "token_revoked",
            "invalid_auth",
            "account_inactive",
            "no_service",
        ] {
            let body = format!(r#"{{"ok":false,"error":"{gone}"}}"#);
            assert_eq!(
                by_method(&told(200, &body)),
                Err(Fault::Disconnected(gone.into()))
            );
        }
        let said = |status, body: &str| by_method(&told(status, body));
        assert!(matches!(
            said(200, r#"{"ok":false,"error":"internal_error"}"#),
            Err(Fault::Later(_))
        ));
        assert!(matches!(
            said(200, r#"{"ok":false,"error":"invalid_blocks"}"#),
            Err(Fault::Never(_))
        ));
        assert!(matches!(said(200, "<html>"), Err(Fault::Later(_))));
        assert!(matches!(said(503, ""), Err(Fault::Later(_))));
        assert!(matches!(said(302, ""), Err(Fault::Disconnected(_))));
        assert!(matches!(said(403, ""), Err(Fault::Disconnected(_))));
        let limited = Told {
            retry_after: Some(7),
            ..told(429, "")
        };
        assert!(matches!(by_method(&limited), Err(Fault::After(7, _))));
    }

    #[test]
    fn a_failure_of_a_webhook_is_told_by_status_and_word() {
        assert!(by_webhook(&told(200, "ok")).is_ok());
        assert!(by_webhook(&told(200, r#"{"ok":true}"#)).is_ok());
        for body in ["invalid_auth", r#"{"ok":false,"error":"invalid_auth"}"#] {
            assert_eq!(
                by_webhook(&told(200, body)),
                Err(Fault::Disconnected("invalid_auth".into()))
            );
        }
        assert!(matches!(
            by_webhook(&told(200, "<html>")),
            Err(Fault::Later(_))
        ));
        assert!(matches!(by_webhook(&told(200, "")), Err(Fault::Later(_))));
        for (status, body) in [
            (404, "no_service"),
            (410, "channel_is_archived"),
            (403, "action_prohibited"),
            (400, "invalid_token"),
        ] {
            assert_eq!(
                by_webhook(&told(status, body)),
                Err(Fault::Disconnected(body.into()))
            );
        }
        assert!(matches!(
            by_webhook(&told(400, "invalid_payload")),
            Err(Fault::Never(_))
        ));
        assert!(matches!(
            by_webhook(&told(500, "rollup_error")),
            Err(Fault::Later(_))
        ));
        assert!(matches!(
            by_webhook(&told(301, "")),
            Err(Fault::Disconnected(_))
        ));
    }

    #[test]
    fn what_slack_says_is_kept_as_a_word() {
        assert_eq!(word("no_service\n"), "no_service");
        assert_eq!(word("<script>"), "unknown_error");
        assert_eq!(word(&"a".repeat(100)).len(), 64);
    }

    #[test]
    fn messages_go_to_the_person_where_they_may() {
        let answer = |scope: &str, url: Option<&str>| {
            let webhook = url.map(|url| json!({"channel": "#ops", "channel_id": "C1", "url": url}));
            let answer = json!({"ok": true, "access_token": "xoxb-1", "scope": scope, "incoming_webhook": webhook,
                "team": {"id": "T1", "name": "Acme"}, "authed_user": {"id": "U1"}});
            let granted = granted(answer, SLACK)?;
            let channel = granted.webhook.as_ref().map(|webhook| webhook.id.clone());
            Ok::<_, String>((granted.via(None), channel))
        };
        let ops = Some("C1".to_owned());
        let hook = Some("https://hooks.slack.com/services/T/B/x");
        assert_eq!(
            answer("incoming-webhook,chat:write", hook),
            Ok((Via::Direct, ops.clone()))
        );
        assert_eq!(answer("incoming-webhook", hook), Ok((Via::Channel, ops)));
        assert_eq!(answer("chat:write", None), Ok((Via::Direct, None)));
        let evil = Some("https://evil.example/services/x");
        assert_eq!(
            answer("incoming-webhook", evil),
            Err("missing_scope".into())
        );
    }
}
