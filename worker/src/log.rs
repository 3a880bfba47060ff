//! What the Worker logs: a line of JSON for each request, and one for each failure of ours with its cause.
//!
//! Never a path, since paths hold links that were mailed: the template of its route stands for it. Never a header or a
//! body either.

use crate::{call::Call, error::Error};
use axum::http::{Method, StatusCode};
use serde::Serialize;
use std::sync::OnceLock;
use worker::{Env, console_error, console_log, console_warn};

/// The variable that turns the lines of requests off, and its value that does.
const VARIABLE: (&str, &str) = ("LOG", "errors");

/// Who made a call, by ids only.
#[derive(Serialize)]
pub struct Caller {
    /// What they are known by: `user` in a session, `token` or `service_account`.
    #[serde(rename = "caller")]
    pub kind: &'static str,
    /// Their id; of a token its own.
    #[serde(rename = "caller_id")]
    pub id: String,
    /// The tenant that they belong to.
    #[serde(rename = "tenant_id")]
    pub tenant: String,
}

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    request_id: &'a str,
    method: &'a str,
    route: Option<&'a str>,
    status: u16,
    ms: u64,
    statements: u32,
    #[serde(flatten)]
    caller: Option<&'a Caller>,
}

/// Whether requests are logged.
pub fn requests(env: &Env) -> bool {
    static ON: OnceLock<bool> = OnceLock::new();
    let (name, off) = VARIABLE;
    *ON.get_or_init(|| env.var(name).map_or(true, |set| set.to_string() != off))
}

/// Logs that a call was answered. `ms` is what the platform's clock says, which stands still while the Worker computes:
/// it is the time that the call waited for others.
pub fn answered(call: &Call, method: &Method, route: Option<&str>, status: StatusCode, ms: u64) {
    let line = Line {
        level: "info",
        request_id: &call.request_id,
        method: method.as_str(),
        route,
        status: status.as_u16(),
        ms,
        statements: call.db.statements(),
        caller: call.caller(),
    };
    console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
}

/// Logs a failure of ours. `id` is that of the request, or the name of the job.
pub fn failure(error: &Error, id: &str) {
    console_error!("{}", failure_line(error, id));
}

/// Logs why somebody else's service did not do what was asked of it.
pub fn trouble(service: &str, why: &str, id: &str) {
    let line = serde_json::json!({"level": "warn", "request_id": id, service: why});
    console_warn!("{line}");
}

/// JSON, so that no text in it can fake another line.
fn failure_line(error: &Error, id: &str) -> String {
    let cause = match error {
        Error::Internal(cause) => cause.clone(),
        Error::Taken(columns) => format!("unexpected duplicate of {columns}"),
        Error::Refused(refusal) => refusal.detail.clone(),
    };
    serde_json::json!({"level": "error", "request_id": id, "error": cause}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_cannot_be_faked() {
        let line = failure_line(&Error::Internal("first\nsecond \u{1b}[31m".into()), "req_1");
        assert_eq!(line.lines().count(), 1);
        assert!(!line.contains('\u{1b}'));
    }

    #[test]
    fn a_line_says_who_called_what_and_how_it_went() {
        let line = Line {
            level: "info",
            request_id: "req_1",
            method: "GET",
            route: Some("/api/v1/tokens/{id}"),
            status: 200,
            ms: 3,
            statements: 2,
            caller: Some(&Caller {
                kind: "user",
                id: "usr_1".into(),
                tenant: "tnt_1".into(),
            }),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"level":"info","request_id":"req_1","method":"GET","route":"/api/v1/tokens/{id}","status":200,"ms":3,"statements":2,"caller":"user","caller_id":"usr_1","tenant_id":"tnt_1"}"#
        );
        let nobody = Line {
            route: None,
            caller: None,
            ..line
        };
        let nobody = serde_json::to_string(&nobody).unwrap();
        assert!(nobody.ends_with(r#""route":null,"status":200,"ms":3,"statements":2}"#));
    }
}
