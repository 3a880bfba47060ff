//! Why a call was refused, and the one mapping from there to a response.

use axum::{
    http::HeaderName,
    response::{IntoResponse, Response},
};
use contract::{
    check::{Complaint, Invalid},
    problem::Code,
    scopes::Scope,
};
use wasm_bindgen::JsValue;

/// What a handler returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that keeps a handler from its answer.
#[derive(Debug)]
pub enum Error {
    /// The caller is told why.
    Refused(Box<Refusal>),
    /// A unique index had the row already; holds the columns as `SQLite` names them, such as `users.email`.
    Taken(String),
    /// Our fault: logged once, told without a reason.
    Internal(String),
}

/// A problem in the making: all but the request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of problem.
    pub code: Code,
    /// The HTTP status; differs from the code's own only for a request that cannot be read.
    pub status: u16,
    /// What happened and what to do about it.
    pub detail: String,
    /// Complaints about members of the request.
    pub errors: Vec<Complaint>,
    /// The scope that is missing.
    pub required_scope: Option<Scope>,
    /// The page where a person can give the scope that is missing.
    pub repair: Option<String>,
    /// The name that OAuth has for it, where [`Code`] has none of its own.
    pub oauth: Option<&'static str>,
    /// Whether a bearer token was sent that is none of ours.
    pub unknown_token: bool,
    /// Seconds until trying again makes sense.
    pub retry_after: Option<i64>,
    /// How often it may be tried and how that stands: `RateLimit-Policy` and `RateLimit`, where D1 counts.
    pub limit: Option<Box<[(HeaderName, String); 2]>>,
}

impl Refusal {
    /// A refusal with the code's own status.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            status: code.status(),
            detail: detail.into(),
            errors: vec![],
            required_scope: None,
            repair: None,
            oauth: None,
            unknown_token: false,
            retry_after: None,
            limit: None,
        }
    }
}

impl Error {
    /// Refuses with `code`.
    pub fn refused(code: Code, detail: impl Into<String>) -> Self {
        Refusal::new(code, detail).into()
    }

    /// Refuses a request that cannot be read at all: 400.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Refusal {
            status: 400,
            ..Refusal::new(Code::Invalid, detail)
        }
        .into()
    }

    /// What was asked for is not there, for a reason of its own.
    pub fn gone(detail: &str) -> Self {
        Self::refused(Code::NotFound, detail)
    }

    /// There is no such thing, or it is none of the caller's business.
    pub fn not_found(noun: &str) -> Self {
        Self::refused(Code::NotFound, format!("There is no such {noun}."))
    }

    /// Whether a transaction was given up because there was nothing to put into `column`, which must have something.
    pub fn lacked(&self, column: &str) -> bool {
        matches!(self, Self::Internal(text) if text.contains(&["NOT NULL constraint failed: ", column].concat()))
    }

    /// Turns a violation of the unique index on `columns` into a conflict at the member `field`.
    #[must_use]
    pub fn when_taken(self, columns: &str, field: &str, message: &str) -> Self {
        match self {
            Self::Taken(taken) if taken == columns => {
                let Invalid(errors) = Invalid::one(field, message);
                Refusal {
                    errors,
                    ..Refusal::new(Code::Conflict, message)
                }
                .into()
            }
            other => other,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Invalid> for Error {
    fn from(Invalid(errors): Invalid) -> Self {
        let detail = match errors.as_slice() {
            [only] => only.message.clone(),
            all => format!("{} members need another value; see errors.", all.len()),
        };
        Refusal {
            errors,
            ..Refusal::new(Code::Invalid, detail)
        }
        .into()
    }
}

impl From<worker::Error> for Error {
    fn from(error: worker::Error) -> Self {
        let text = error.to_string();
        match text.split_once("UNIQUE constraint failed: ") {
            Some((_, columns)) => {
                let end = columns.find([':', '\n', '"']).unwrap_or(columns.len());
                Self::Taken(columns.get(..end).unwrap_or_default().trim().to_owned())
            }
            None => Self::Internal(text),
        }
    }
}

impl From<JsValue> for Error {
    fn from(thrown: JsValue) -> Self {
        worker::Error::from(thrown).into()
    }
}

/// The refusal travels in the extensions; [`crate::respond`] writes the body, which needs the request id.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_violation_is_told_apart_from_other_failures() {
        let d1 = |text: &str| Error::from(worker::Error::RustError(text.into()));
        let taken = d1(
            "D1_ERROR: UNIQUE constraint failed: tokens.user_id, tokens.name: SQLITE_CONSTRAINT",
        );
        assert!(
            matches!(&taken, Error::Taken(columns) if columns == "tokens.user_id, tokens.name")
        );
        assert!(matches!(d1("D1_ERROR: no such table"), Error::Internal(_)));
        let lacking = d1(
            "D1_ERROR: NOT NULL constraint failed: sessions.user_id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_NOTNULL)",
        );
        assert!(lacking.lacked("sessions.user_id") && !lacking.lacked("sessions.digest"));

        let Error::Refused(refusal) =
            taken.when_taken("tokens.user_id, tokens.name", "name", "Taken.")
        else {
            panic!("not refused")
        };
        assert_eq!((refusal.code, refusal.status), (Code::Conflict, 409));
        assert_eq!(
            refusal.errors.first().map(|c| c.pointer.as_str()),
            Some("/name")
        );
    }
}
