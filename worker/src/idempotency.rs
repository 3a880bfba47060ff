//! Calls that create something and may be repeated under one `Idempotency-Key`: the first makes it, the others are told
//! the same, without the secret.

use crate::{
    auth::{Actor, Tenant},
    call::Call,
    db::{Outcome, Statement, changed},
    error::{Error, Result},
    extract,
    secret::Digest,
};
use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use contract::{
    check::{Check, Invalid},
    time::{DAY, Timestamp},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The most characters of a key.
const MAX: usize = 255;

/// A JSON body like [`extract::Checked`], with the key under which the call may be repeated.
pub struct Repeatable<B: Check>(pub B::Checked, pub Attempt);

/// One of perhaps several calls for the same thing.
pub struct Attempt {
    key: Option<String>,
    route: String,
    body: String,
}

impl<S, B> FromRequest<S> for Repeatable<B>
where
    S: Sync,
    B: Check + DeserializeOwned + Default,
{
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self> {
        let call = Call::of(request.extensions())?;
        let key = match request.headers().get(HEADER) {
            None => None,
            Some(value) => {
                let text = value
                    .to_str()
                    .ok()
                    .filter(|text| (1..=MAX).contains(&text.len()))
                    .filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
                let text = text.ok_or_else(|| {
                    Error::unreadable("Idempotency-Key: use 1 to 255 visible ASCII characters.")
                })?;
                Some(text.to_owned())
            }
        };
        let route = format!("{} {}", request.method(), request.uri().path());
        let bytes = extract::json_body(request).await?;
        let body = call.digest(&String::from_utf8_lossy(&bytes))?;
        let checked = extract::check_json::<B>(&bytes, call.now)?;
        let attempt = Attempt {
            key,
            route,
            body: body.as_str().to_owned(),
        };
        Ok(Self(checked, attempt))
    }
}

/// What became of an attempt.
pub enum Attempted {
    /// It was the first: what each statement did.
    Done(Vec<Outcome>),
    /// It was made before: what is answered.
    Repeated(Response),
}

#[derive(Deserialize)]
struct Row {
    body: String,
    status: u16,
    answer: String,
}

impl Attempt {
    /// The same where the route does not name what it is about.
    pub fn about(mut self, id: &str) -> Self {
        self.route = [&self.route, " ", id].concat();
        self
    }

    /// The answer of the attempt before, if there was one.
    pub async fn repeated(&self, call: &Call, actor: &Actor) -> Result<Option<Response>> {
        let Some(digest) = self.digest(call, actor)? else {
            return Ok(None);
        };
        let over = call.now.plus(-DAY);
        let [_, found] = call
            .db
            .commit([forget(&digest, over), find(&digest)])
            .await?;
        let Some(row) = found.row::<Row>()? else {
            return Ok(None);
        };
        if row.body != self.body {
            return Err(Invalid::one(
                "idempotency_key",
                "This Idempotency-Key was used with another body. Use a new one.",
            )
            .into());
        }
        let answer: Value = serde_json::from_str(&row.answer)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::OK);
        Ok(Some(match answer {
            Value::Null => status.into_response(),
            answer => (status, Json(answer)).into_response(),
        }))
    }

    /// Runs statements of which the last changes something if and only if the thing was made, and remembers what is
    /// answered to one that repeats it: without its secret, if it has one, and then with `secret_already_shown`; `null`
    /// stands for no body. Of calls
    /// side by side one does it; the others are told.
    pub async fn commit(
        &self,
        call: &Call,
        actor: &Actor,
        tenant: &Tenant,
        statements: Vec<Statement>,
        answer: (StatusCode, &Value),
    ) -> Result<Attempted> {
        self.commit_telling(call, actor, tenant, statements, answer, vec![])
            .await
    }

    /// The same with messages about it, each after a statement that changed something.
    pub async fn commit_telling(
        &self,
        call: &Call,
        actor: &Actor,
        tenant: &Tenant,
        mut statements: Vec<Statement>,
        answer: (StatusCode, &Value),
        messages: Vec<Statement>,
    ) -> Result<Attempted> {
        let Some(digest) = self.digest(call, actor)? else {
            statements.extend(messages);
            return call.db.commit_all(statements).await.map(Attempted::Done);
        };
        let place = statements.len();
        statements.push(remember(&digest, tenant, &self.body, answer, call.now));
        statements.extend(messages);
        let outcome = call.db.commit_all(statements).await;
        let lost = match &outcome {
            Ok(outcomes) => changed(outcomes, place) == 0,
            Err(error) => matches!(error, Error::Taken(_)),
        };
        if lost && let Some(response) = self.repeated(call, actor).await? {
            return Ok(Attempted::Repeated(response));
        }
        outcome.map(Attempted::Done)
    }

    fn digest(&self, call: &Call, actor: &Actor) -> Result<Option<Digest>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let caller = actor.id().unwrap_or_default();
        let text = format!("idempotency {caller} {} {key}", self.route);
        call.digest(&text).map(Some)
    }
}

fn find(digest: &Digest) -> Statement {
    Statement::new(
        "SELECT body, status, answer FROM idempotency_keys WHERE digest = ?1",
        [digest],
    )
}

/// Makes room for another use of a key whose day is over.
fn forget(digest: &Digest, over: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM idempotency_keys WHERE digest = ?1 AND created_at <= ?2",
        [digest, &over],
    )
}

fn remember(
    digest: &Digest,
    tenant: &Tenant,
    body: &str,
    (status, answer): (StatusCode, &Value),
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO idempotency_keys (digest, tenant_id, body, status, answer, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE changes() > 0",
        [
            digest,
            tenant,
            &body,
            &u32::from(status.as_u16()),
            &answer.to_string(),
            &now,
        ],
    )
}

/// Forgets keys whose day is over.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM idempotency_keys WHERE created_at <= ?1",
        [&now.plus(-DAY)],
    )
}
