//! How every refusal is told: `application/problem+json` (RFC 9457) with a stable `code`.

use crate::{check::Complaint, scopes::Scope};
use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal: what programs match (`code`) and what people read (`detail`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference naming the kind of problem, stable per `code`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words, the same at every occurrence.
    pub title: String,
    /// The HTTP status, repeated so that the body stands on its own.
    pub status: u16,
    /// What happened this time and what to do about it.
    pub detail: String,
    /// The stable name of the kind.
    pub code: Code,
    /// The id under which this call is logged; quote it when asking for help.
    pub request_id: String,
    /// For `invalid` and `conflict`: every complaint, tied to the member it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Complaint>,
    /// For `insufficient_scope`: what the credential lacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_scopes: Vec<Scope>,
    /// For `insufficient_scope`: the page where a person can give it to the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_url: Option<String>,
}

/// Every kind of refusal. A new outcome is a new variant, and the compiler finds each place to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ProblemCode))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// One or more members break a rule: 422; or the request cannot be read at all: 400.
    Invalid,
    /// No credential, or one that is not good: 401.
    Unauthenticated,
    /// The password was right and the second factor is missing: 401.
    MfaRequired,
    /// The password or second factor must be given again first: 403.
    StepUpRequired,
    /// The caller may not do this: 403.
    Forbidden,
    /// The token, or its owner's role, lacks a scope: 403.
    InsufficientScope,
    /// The role of the credential's owner has no API access: 403.
    RoleNoApiAccess,
    /// The call came from an address outside the allowlist: 403.
    IpNotAllowed,
    /// The token's time is over: 401.
    TokenExpired,
    /// The token is switched off: 401.
    TokenDisabled,
    /// The token was revoked: 401.
    TokenRevoked,
    /// The secret was replaced and its grace is over: 401.
    TokenGraceEnded,
    /// There is no such thing, or it is somebody else's: 404.
    NotFound,
    /// The path exists, the method does not: 405.
    MethodNotAllowed,
    /// What is there already stands in the way: 409.
    Conflict,
    /// It was changed by somebody else since it was read: 412.
    PreconditionFailed,
    /// The body is over its cap: 413.
    TooLarge,
    /// The body is of another media type: 415.
    UnsupportedMediaType,
    /// Too many calls: 429.
    RateLimited,
    /// The call was made by another site: 403.
    CrossSite,
    /// The upstream failed: 502.
    Upstream,
    /// Something went wrong here: 500. A kind that only a newer version knows reads as this one.
    #[serde(other)]
    Internal,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated
            | Self::MfaRequired
            | Self::TokenExpired
            | Self::TokenDisabled
            | Self::TokenRevoked
            | Self::TokenGraceEnded => 401,
            Self::StepUpRequired
            | Self::Forbidden
            | Self::InsufficientScope
            | Self::RoleNoApiAccess
            | Self::IpNotAllowed
            | Self::CrossSite => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Upstream => 502,
        }
    }

    /// The code as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::MfaRequired => "mfa_required",
            Self::StepUpRequired => "step_up_required",
            Self::Forbidden => "forbidden",
            Self::InsufficientScope => "insufficient_scope",
            Self::RoleNoApiAccess => "role_no_api_access",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::TokenExpired => "token_expired",
            Self::TokenDisabled => "token_disabled",
            Self::TokenRevoked => "token_revoked",
            Self::TokenGraceEnded => "token_grace_ended",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::PreconditionFailed => "precondition_failed",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::RateLimited => "rate_limited",
            Self::CrossSite => "cross_site",
            Self::Upstream => "upstream",
            Self::Internal => "internal",
        }
    }

    /// The kind of problem in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Invalid => "The request breaks a rule",
            Self::Unauthenticated => "Not signed in",
            Self::MfaRequired => "A second factor is needed",
            Self::StepUpRequired => "Confirm that it is you",
            Self::Forbidden => "Not allowed",
            Self::InsufficientScope => "A scope is missing",
            Self::RoleNoApiAccess => "The role has no API access",
            Self::IpNotAllowed => "Address not allowed",
            Self::TokenExpired => "The token has expired",
            Self::TokenDisabled => "The token is disabled",
            Self::TokenRevoked => "The token was revoked",
            Self::TokenGraceEnded => "The secret was replaced",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "Conflict",
            Self::PreconditionFailed => "Changed meanwhile",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::RateLimited => "Too many attempts",
            Self::CrossSite => "Refused from another site",
            Self::Upstream => "The upstream failed",
            Self::Internal => "Something went wrong",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_code_is_its_wire_form() {
        for code in [
            Code::Invalid,
            Code::InsufficientScope,
            Code::TokenGraceEnded,
            Code::RoleNoApiAccess,
            Code::MethodNotAllowed,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_problem_without_complaints_leaves_the_lists_out() {
        let code = Code::NotFound;
        let problem = Problem {
            kind: "/problems/not_found".into(),
            title: code.title().into(),
            status: code.status(),
            detail: "No such token.".into(),
            code,
            request_id: "req_1".into(),
            errors: vec![],
            required_scopes: vec![],
            repair_url: None,
        };
        let json = serde_json::json!({"type": "/problems/not_found", "title": "Not found", "status": 404, "detail": "No such token.", "code": "not_found", "request_id": "req_1"});
        assert_eq!(serde_json::to_value(problem).unwrap(), json);
    }
}
