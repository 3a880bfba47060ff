//! One operation: what it is told, what it answers, and how it refuses.

use super::{
    problem_name,
    schemas::{Schemas, reference},
};
use contract::{
    check::Check,
    list::{DEFAULT_LIMIT, MAX_LIMIT},
    problem::{Code, MEDIA_TYPE},
    scopes::{Access, Resource, Scope},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

const JSON: &str = "application/json";

/// Who calls, which decides on credentials and on how a credential is refused.
#[derive(Clone, Copy)]
pub enum Caller {
    /// Anybody.
    Anyone,
    /// A person whose password was right and whose second factor is still missing.
    HalfSession,
    /// A person in a browser.
    Session,
    /// A person in a browser, or a machine with this scope to read.
    Reader(Resource),
    /// An access token.
    Token,
    /// A service account by its pair.
    Pair,
    /// Any machine.
    Machine,
}

/// An operation, as far as it is described.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: String,
    pub tag: &'static str,
    any: bool,
    summary: &'static str,
    about: Option<&'static str>,
    caller: Caller,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Map<String, Value>,
    codes: BTreeMap<u16, BTreeSet<&'static str>>,
    oauth: bool,
}

impl Operation {
    pub fn new(
        (method, path): (&'static str, &'static str),
        id: &str,
        tag: &'static str,
        summary: &'static str,
        caller: Caller,
    ) -> Self {
        let parameters = path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| path_parameter(path, method, name))
            .collect();
        let operation = Self {
            method,
            path,
            id: id.into(),
            tag,
            any: false,
            summary,
            about: None,
            caller,
            parameters,
            body: None,
            answers: Map::new(),
            codes: BTreeMap::new(),
            oauth: path.starts_with("/oauth2"),
        };
        operation.refused_by_gate().refuses(&[Code::Internal])
    }

    /// How a credential is refused, wherever it is sent.
    fn refused_by_gate(self) -> Self {
        let operation = match self.caller {
            Caller::Anyone => self,
            Caller::HalfSession => self.refuses(&[Code::Unauthenticated]),
            Caller::Session | Caller::Token => self.refuses_credentials().refuses(&[
                Code::MfaRequired,
                Code::Forbidden,
                Code::CrossSite,
            ]),
            Caller::Reader(_) => self
                .refuses_credentials()
                .refuses(&[Code::MfaRequired, Code::Forbidden, Code::CrossSite])
                .refuses(&[Code::InsufficientScope, Code::RoleNoApiAccess]),
            Caller::Pair => self.refuses_credentials().refuses(&[Code::RoleNoApiAccess]),
            Caller::Machine => self.refuses_credentials().refuses(&[
                Code::Forbidden,
                Code::InsufficientScope,
                Code::RoleNoApiAccess,
            ]),
        };
        // Of those that come with nothing, and of those that are not known yet.
        if operation.method == "GET" {
            operation
        } else {
            operation.refuses(&[Code::CrossSite])
        }
    }

    fn refuses_credentials(self) -> Self {
        self.refuses_as(400, &[Code::Invalid]).refuses(&[
            Code::Unauthenticated,
            Code::TokenExpired,
            Code::TokenDisabled,
            Code::TokenRevoked,
            Code::TokenGraceEnded,
            Code::IpNotAllowed,
            Code::RateLimited,
        ])
    }

    /// Says more than the summary.
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
    }

    /// Refuses with these codes.
    pub fn refuses(self, codes: &[Code]) -> Self {
        codes.iter().fold(self, |operation, code| {
            operation.refuses_as(code.status(), &[*code])
        })
    }

    /// Refuses with these codes under another status than their own.
    pub fn refuses_as(mut self, status: u16, codes: &[Code]) -> Self {
        let names = codes.iter().map(|code| code.as_str());
        self.codes.entry(status).or_default().extend(names);
        self
    }

    /// Never refuses with these statuses.
    pub fn never(mut self, statuses: &[u16]) -> Self {
        self.codes.retain(|status, _| !statuses.contains(status));
        self
    }

    /// Needs a confirmation that it is still the same person.
    pub fn steps_up(self) -> Self {
        self.refuses(&[Code::StepUpRequired])
    }

    /// Takes a JSON body.
    pub fn takes<B>(mut self, schemas: &mut Schemas) -> Self
    where
        B: ToSchema + Check + Default + DeserializeOwned,
    {
        let schema = schemas.add_sent::<B>();
        self.body = Some(json!({
            "required": true,
            "content": {JSON: {"schema": schema}},
        }));
        self.refuses_as(400, &[Code::Invalid]).refuses(&[
            Code::TooLarge,
            Code::UnsupportedMediaType,
            Code::Invalid,
        ])
    }

    /// Takes a body that is no JSON.
    pub fn takes_plain(mut self, media_types: &[&str], schema: &Value) -> Self {
        let content: Map<String, Value> = media_types
            .iter()
            .map(|name| ((*name).to_owned(), json!({"schema": schema})))
            .collect();
        self.body = Some(json!({"required": true, "content": content}));
        self.refuses(&[Code::TooLarge, Code::UnsupportedMediaType])
    }

    /// May be repeated under one key.
    pub fn repeatable(mut self) -> Self {
        self.parameters.push(shared("parameters", "IdempotencyKey"));
        self
    }

    /// Changes what is there only if it is still as it was read.
    pub fn conditional(mut self) -> Self {
        self.parameters.push(shared("parameters", "IfMatch"));
        self.refuses(&[Code::PreconditionFailed])
    }

    /// Takes a parameter of the query.
    pub fn query(self, name: &str, about: &str, schema: &Value) -> Self {
        self.parameter("query", name, about, schema)
            .refuses(&[Code::Invalid])
    }

    /// Takes an order: by one of `keys`, or with `-` before it the other way round; by the first as it stands there, if
    /// it is not told.
    pub fn sorts(self, keys: &[&str], about: &str) -> Self {
        let usual = keys.first().copied().unwrap_or_default();
        let names = keys.iter().map(|key| key.trim_start_matches('-'));
        let orders: Vec<_> = names
            .flat_map(|key| [key.to_owned(), format!("-{key}")])
            .collect();
        let about = format!("The order, with `-` the other way round. {about}");
        self.query(
            "sort",
            about.trim_end(),
            &json!({"type": "string", "enum": orders, "default": usual}),
        )
    }

    /// Takes a parameter.
    pub fn parameter(mut self, place: &str, name: &str, about: &str, schema: &Value) -> Self {
        self.parameters
            .push(json!({"in": place, "name": name, "description": about, "schema": schema}));
        self
    }

    /// Takes a header without which it refuses.
    pub fn needs(mut self, name: &str, about: &str, schema: &Value) -> Self {
        self.parameters.push(
            json!({"in": "header", "name": name, "required": true, "description": about, "schema": schema}),
        );
        self
    }

    /// Answers with one page of a list.
    pub fn lists<T: ToSchema>(mut self, schemas: &mut Schemas) -> Self {
        self.parameters.push(shared("parameters", "Limit"));
        let page = schemas.add_list::<T>();
        // The last of a page, by its id.
        let cursor = schemas.id_of::<T>();
        let about = "The `next_cursor` of the page before.";
        self = self.parameter("query", "cursor", about, &cursor);
        self.refuses(&[Code::Invalid]).answers_as(200, &page)
    }

    /// Answers with a value of this type.
    pub fn answers<T: ToSchema>(self, status: u16, schemas: &mut Schemas) -> Self {
        let schema = schemas.add::<T>();
        self.answers_as(status, &schema)
    }

    /// Answers with JSON of this schema.
    pub fn answers_as(self, status: u16, schema: &Value) -> Self {
        self.answers_content(status, json!({JSON: {"schema": schema}}))
    }

    /// Answers with other media types.
    pub fn answers_content(mut self, status: u16, content: Value) -> Self {
        let mut answer = self.bare(status);
        answer["content"] = content;
        self.answers.insert(status.to_string(), answer);
        self
    }

    /// Answers without a body.
    pub fn answers_nothing(mut self, status: u16) -> Self {
        self.answers.insert(status.to_string(), self.bare(status));
        self
    }

    /// Answers whatever somebody else does.
    pub fn answers_anything(mut self, about: &str) -> Self {
        self.answers
            .insert("default".into(), json!({"description": about}));
        self
    }

    /// The answers carry these headers.
    pub fn with(mut self, headers: &[&str]) -> Self {
        for answer in self.answers.values_mut() {
            for name in headers {
                answer["headers"][*name] = shared("headers", name);
            }
        }
        self
    }

    /// What was answered leads on: the operation `to` takes a value of the answer as its parameter.
    pub fn leads(mut self, to: &str, parameter: &str, value: &str) -> Self {
        if let Some(answer) = self.answers.values_mut().next() {
            answer["links"][to] = json!({
                "operationId": to,
                "parameters": {parameter: format!("$response.body#{value}")},
            });
        }
        self
    }

    /// Every method that a gate takes.
    pub const fn of_any(mut self) -> Self {
        self.any = true;
        self
    }

    fn bare(&self, status: u16) -> Value {
        let mut headers = vec!["X-Request-Id"];
        let is_counted = !matches!(self.caller, Caller::Anyone | Caller::HalfSession);
        if is_counted {
            headers.extend(["RateLimit", "RateLimit-Policy"]);
        }
        if is_counted && !matches!(self.caller, Caller::Session) {
            headers.extend(["Token-Expires-At", "Sunset"]);
        }
        let headers: Map<String, Value> = headers
            .into_iter()
            .map(|name| (name.into(), shared("headers", name)))
            .collect();
        json!({"description": in_words(status), "headers": headers})
    }

    /// The method under which the router has it.
    pub const fn routed_as(&self) -> &'static str {
        if self.any { "ANY" } else { self.method }
    }

    /// The path as documents write it, in which no part stands for several segments.
    pub fn documented_path(&self) -> String {
        self.path.replace("{*path}", "{path}")
    }

    /// Every way in which it refuses.
    pub fn problems(&self) -> impl Iterator<Item = (u16, &'static str)> {
        let all = self.codes.iter().filter(|_| !self.oauth);
        all.flat_map(|(status, codes)| codes.iter().map(|code| (*status, *code)))
    }

    /// The refusals under their names; operations that refuse alike share them.
    pub fn shared_responses(&self) -> impl Iterator<Item = (String, Value)> {
        self.codes.iter().map(|(status, codes)| {
            (
                self.response_name(*status, codes),
                self.refusal(*status, codes),
            )
        })
    }

    fn response_name(&self, status: u16, codes: &BTreeSet<&str>) -> String {
        if self.oauth {
            return format!("{status}.oauth");
        }
        let codes: Vec<_> = codes.iter().copied().collect();
        format!("{status}.{}", codes.join("."))
    }

    fn refusal(&self, status: u16, codes: &BTreeSet<&'static str>) -> Value {
        let mut headers = vec!["X-Request-Id"];
        headers.extend(match status {
            401 => &["WWW-Authenticate"][..],
            429 => &["Retry-After", "RateLimit", "RateLimit-Policy"],
            _ => &[][..],
        });
        let headers: Map<String, Value> = headers
            .into_iter()
            .map(|name| (name.into(), shared("headers", name)))
            .collect();
        let content = if self.oauth {
            json!({JSON: {"schema": reference("OAuthError")}})
        } else {
            let examples: Map<String, Value> = codes
                .iter()
                .map(|code| {
                    (
                        (*code).to_owned(),
                        shared("examples", &problem_name(status, code)),
                    )
                })
                .collect();
            json!({MEDIA_TYPE: {"schema": reference("Problem"), "examples": examples}})
        };
        json!({"description": in_words(status), "headers": headers, "content": content})
    }

    pub fn to_json(&self) -> Value {
        let mut responses = self.answers.clone();
        for (status, codes) in &self.codes {
            let name = self.response_name(*status, codes);
            responses.insert(status.to_string(), shared("responses", &name));
        }
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "security": self.security(),
            "responses": responses,
        });
        if let Some(about) = self.about {
            operation["description"] = json!(about);
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if let Some(body) = &self.body {
            operation["requestBody"] = body.clone();
        }
        operation
    }

    fn security(&self) -> Value {
        let session = json!({"session": []});
        let machine = |scopes: Value| {
            vec![
                json!({"token": scopes}),
                json!({"basic": []}),
                json!({"api_key": [], "api_secret": []}),
            ]
        };
        match self.caller {
            Caller::Anyone => json!([]),
            Caller::HalfSession | Caller::Session => json!([session]),
            Caller::Reader(resource) => {
                let scope = Scope(resource, Access::Read).to_string();
                json!([vec![session], machine(json!([scope]))].concat())
            }
            Caller::Token => json!([{"token": []}]),
            Caller::Pair => json!([{"basic": []}, {"api_key": [], "api_secret": []}]),
            Caller::Machine => json!(machine(json!([]))),
        }
    }
}

fn shared(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn in_words(status: u16) -> &'static str {
    match status {
        200 => "Done.",
        201 => "Made.",
        202 => "Taken; it is done soon, if there is anything to do.",
        204 => "Done; there is nothing to tell.",
        303 => "Look there.",
        304 => "It is what you have.",
        400 => "The request cannot be read.",
        401 => "No credential, or one that is not good.",
        403 => "The caller may not do this.",
        404 => "There is no such thing, or it is somebody else's.",
        409 => "What is there already stands in the way.",
        412 => "It was changed since it was read.",
        413 => "The body is too large.",
        415 => "The body is of another media type.",
        422 => "The request breaks a rule; every complaint is told.",
        429 => "Too often.",
        502 => "The API behind the gateway cannot be reached.",
        504 => "The API behind the gateway did not answer in time.",
        _ => "Something went wrong on our side.",
    }
}

/// What happened, for examples.
pub fn detail(code: Code, status: u16) -> &'static str {
    match code {
        Code::Invalid if status == 400 => "The body is not JSON: line 1, column 2.",
        Code::Invalid => "Enter a name.",
        Code::Unauthenticated => "Sign in, or send an access token: Authorization: Bearer lkp_…",
        Code::MfaRequired => "Enter the code of your second factor to finish signing in.",
        Code::StepUpRequired => "Confirm with your password that it is you.",
        Code::Forbidden => "Your role does not allow this.",
        Code::InsufficientScope => "The token lacks the scope users:read.",
        Code::RoleNoApiAccess => "The role of the credential's owner has no API access.",
        Code::IpNotAllowed => "This token may not be used from your address.",
        Code::TokenExpired => "This token has expired. Extend it or make a new one.",
        Code::TokenDisabled => "This token is disabled. Its owner can enable it again.",
        Code::TokenRevoked => "This token was revoked. Make a new one.",
        Code::TokenGraceEnded => {
            "This secret was replaced, and its grace is over. Use the new one."
        }
        Code::NotFound => "There is no such token.",
        Code::MethodNotAllowed => "The header Allow lists what this path knows.",
        Code::Conflict => "It was changed elsewhere a moment ago. Look at it again.",
        Code::PreconditionFailed => "It was changed elsewhere since you opened it.",
        Code::TooLarge => "Send at most 64 KiB.",
        Code::UnsupportedMediaType => "Send JSON, with the header Content-Type: application/json.",
        Code::RateLimited => "Too many attempts. Try again in 1 minute.",
        Code::CrossSite => "This call did not come from this site.",
        Code::Upstream => "The API behind this gateway cannot be reached.",
        Code::Internal => {
            "Something went wrong on our side. Try again; if it stays, quote the request id."
        }
    }
}

/// A variable part of a path; what it stands for is told by its noun.
fn path_parameter(path: &str, method: &str, name: &str) -> Value {
    let id = |noun: &str| (reference(noun), format!("The {noun}."));
    let is_invitation_link = !path.ends_with("/resend") && method != "DELETE";
    let (schema, about) = match name {
        "user" => (
            json!({"anyOf": [{"type": "string", "const": "me"}, reference("UserId")]}),
            "`me`, or the id of a person.".to_owned(),
        ),
        "invitation" if is_invitation_link => (
            secret("lki_"),
            "What the link of the invitation holds.".into(),
        ),
        "token" => (secret("lk"), "What the link that was mailed holds.".into()),
        "invitation" => id("InvitationId"),
        "*path" => (
            json!({"type": "string", "minLength": 1, "examples": ["backups/daily"]}),
            "Everything that follows, beginning with a resource.".into(),
        ),
        _ if path.ends_with("/totp") => id("UserId"),
        _ if path.contains("/sessions/") => id("SessionId"),
        _ if path.contains("/deliveries/") => id("DeliveryId"),
        _ if path.contains("/service-accounts/") => id("ServiceAccountId"),
        _ if path.contains("/roles/") => id("RoleId"),
        _ => id("TokenId"),
    };
    let about = match about
        .strip_prefix("The ")
        .and_then(|noun| noun.strip_suffix("Id."))
    {
        Some(_) => "Its id.".to_owned(),
        None => about,
    };
    json!({
        "in": "path",
        "name": name.trim_start_matches('*'),
        "required": true,
        "description": about,
        "schema": schema,
    })
}

fn secret(prefix: &str) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[0-9A-Za-z_-]+$", "examples": [format!("{prefix}…").replace('…', "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")]})
}

/// Parameters that several operations have.
pub fn parameters() -> Value {
    json!({
        "Limit": {
            "in": "query", "name": "limit", "description": "How many rows a page holds.",
            "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        },
        "IdempotencyKey": {
            "in": "header", "name": "Idempotency-Key",
            "description": "A name of the caller's choosing for this call. The same key with the same body gives the same answer for 24 hours, without its secrets; with another body it is refused.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        },
        "IfMatch": {
            "in": "header", "name": "If-Match",
            "description": "The `ETag` that came when it was read, or several of them, of which one must still be its own. Weak ones never are; `*` is whatever it is. An empty one does not arrive.",
            "schema": {"type": "string", "pattern": "^(\\*|(W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)?$", "examples": ["\"7\""]},
        },
    })
}

/// Headers of answers.
pub fn headers() -> Value {
    let header = |about: &str, example: &str| json!({"description": about, "schema": {"type": "string", "examples": [example]}});
    json!({
        "X-Request-Id": header("Under which name the call is in the log.", "req_01KARH2Y5QJ8W3D6M9T4V7XZBC"),
        "ETag": header("Which state it is in; for `If-Match`.", "\"7\""),
        "Set-Cookie": header("The session's cookie `__Host-session`, and `__Host-device`, by which the browser is known again.", "__Host-session=lkn_…; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "Location": header("Where to go on.", "/settings/notifications?slack=connected"),
        "WWW-Authenticate": header("How to authenticate (RFC 9110), and what was wrong with a token (RFC 6750).", "Bearer realm=\"Latchkey\""),
        "Retry-After": {"description": "Seconds after which trying again makes sense.", "schema": {"type": "integer", "minimum": 1}},
        "Sunset": header("When this secret, which was replaced, will work no more.", "Thu, 26 Nov 2026 08:49:37 GMT"),
        "RateLimit": header("How many calls are left, and when the window ends.", "\"credential\";r=5999;t=42"),
        "RateLimit-Policy": header("How often something may be done.", "\"credential\";q=6000;w=60"),
        "Token-Expires-At": header("When the credential that made the call ends, if it ever does.", "2026-11-22T20:01:35Z"),
        "X-Latchkey-Tenant": header("Whose call it is.", "ten_01KARH2Y5QJ8W3D6M9T4V7XZBC"),
        "X-Latchkey-Owner": header("The person or service account that calls.", "usr_01KARH2Y5QJ8W3D6M9T4V7XZBC"),
        "X-Latchkey-Credential": header("The id of the token, or `api_key`, or `oauth`.", "tok_01KARH2Y5QJ8W3D6M9T4V7XZBC"),
        "X-Latchkey-Scopes": header("What the call may touch.", "backups:read jobs:read"),
        "X-Latchkey-Request-Id": header("The same as `X-Request-Id`.", "req_01KARH2Y5QJ8W3D6M9T4V7XZBC"),
    })
}

/// How one shows who one is.
pub fn security_schemes() -> Value {
    json!({
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session", "description": "A person in a browser."},
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "lkp_…", "description": "An access token, or an OAuth token `lka_…` of a service account."},
        "basic": {"type": "http", "scheme": "basic", "description": "A service account: its key as the name, its secret as the password."},
        "api_key": {"type": "apiKey", "in": "header", "name": "api-key", "description": "The key `lkk_…` of a service account; together with `api_secret`."},
        "api_secret": {"type": "apiKey", "in": "header", "name": "api-secret", "description": "The secret `lks_…` of a service account; together with `api_key`."},
    })
}
