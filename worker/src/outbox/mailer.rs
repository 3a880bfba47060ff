//! Sending mail: by the platform's own binding, or by the HTTP API of Resend.

use super::{Fault, Letter};
use crate::error::{Error, Result};
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::{
    Env, Fetch, Method, Request, RequestInit, RequestRedirect, SendEmail, SendEmailBuilder,
};

/// How mail is sent, as the deployment chose.
pub struct Mailer {
    from: String,
    transport: Transport,
}

enum Transport {
    Binding(SendEmail),
    Resend { base: String, key: String },
}

impl Mailer {
    /// The one of the deployment: `MAIL_TRANSPORT` says `binding` or `resend`.
    pub fn of(env: &Env) -> Result<Self> {
        let var = |name: &str| {
            env.var(name)
                .map(|value| value.to_string())
                .map_err(|_| Error::Internal(format!("the variable {name} is missing")))
        };
        let transport = match var("MAIL_TRANSPORT")?.as_str() {
            "binding" => Transport::Binding(env.send_email("EMAIL")?),
            "resend" => Transport::Resend {
                base: var("RESEND_BASE_URL")?,
                key: var("RESEND_API_KEY")?,
            },
            other => {
                return Err(Error::Internal(format!(
                    "MAIL_TRANSPORT says {other:?} instead of binding or resend"
                )));
            }
        };
        Ok(Self {
            from: var("MAIL_FROM")?,
            transport,
        })
    }

    /// Sends a letter. A provider that is asked twice for the same `id` sends once, if it can tell.
    pub async fn send(&self, id: &str, to: &str, letter: &Letter) -> Result<(), Fault> {
        match &self.transport {
            Transport::Binding(binding) => {
                let mail = SendEmailBuilder::builder(&self.from, to, &letter.subject)
                    .text(&letter.text())
                    .html(&letter.html())
                    .build();
                let sent = binding.send_with_builder(&mail).await;
                sent.map(drop).map_err(|error| by_binding(&error))
            }
            Transport::Resend { base, key } => {
                let mail = json!({
                    "from": self.from,
                    "to": [to],
                    "subject": letter.subject,
                    "text": letter.text(),
                    "html": letter.html(),
                });
                let status = post(base, key, id, &mail.to_string())
                    .await
                    .map_err(|error| Fault::Later(format!("Resend was not reached: {error}")))?;
                by_status(status)
            }
        }
    }
}

async fn post(base: &str, key: &str, id: &str, body: &str) -> worker::Result<u16> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_redirect(RequestRedirect::Manual)
        .with_body(Some(JsValue::from_str(body)));
    let request = Request::new_with_init(&[base, "/emails"].concat(), &init)?;
    let headers = request.headers();
    headers.set("Authorization", &["Bearer ", key].concat())?;
    headers.set("Content-Type", "application/json")?;
    headers.set("Idempotency-Key", id)?;
    Ok(Fetch::Request(request).send().await?.status_code())
}

/// What Resend's status means. Whoever is refused for what they sent is refused again.
fn by_status(status: u16) -> Result<(), Fault> {
    let said = || format!("Resend answered {status}");
    match status {
        200..300 => Ok(()),
        400 | 404 | 405 | 413 | 422 => Err(Fault::Never(said())),
        _ => Err(Fault::Later(said())),
    }
}

/// What the binding's error means, by the code that it carries.
fn by_binding(error: &js_sys::Error) -> Fault {
    let code = js_sys::Reflect::get(error, &"code".into())
        .ok()
        .and_then(|code| code.as_string());
    by_code(code.as_deref().unwrap_or("without a code"))
}

/// Codes of Cloudflare's Email Service for what no second attempt can mend.
fn by_code(code: &str) -> Fault {
    let said = format!("The mail service refused: {code}");
    match code {
        "E_RECIPIENT_SUPPRESSED"
        | "E_RECIPIENT_NOT_ALLOWED"
        | "E_VALIDATION_ERROR"
        | "E_CONTENT_TOO_LARGE" => Fault::Never(said),
        _ => Fault::Later(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_work_later_is_told_apart_from_what_never_will() {
        for later in [302, 401, 403, 408, 409, 429, 500, 503] {
            assert!(matches!(by_status(later), Err(Fault::Later(_))), "{later}");
        }
        for never in [400, 422] {
            assert!(matches!(by_status(never), Err(Fault::Never(_))), "{never}");
        }
        assert_eq!(by_status(200), Ok(()));
        assert!(matches!(by_code("E_RECIPIENT_SUPPRESSED"), Fault::Never(_)));
        for later in ["E_RATE_LIMIT_EXCEEDED", "E_SENDER_NOT_VERIFIED", "E_NEW"] {
            assert!(matches!(by_code(later), Fault::Later(_)), "{later}");
        }
    }
}
