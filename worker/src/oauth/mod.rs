//! OAuth for service accounts: an access token for an hour (RFC 6749, 4.4), and whether a token is good (RFC 7662).

mod form;
mod introspect;
mod issue;
mod metadata;
mod store;

pub use introspect::introspect;
pub use issue::issue;
pub use metadata::metadata;
pub use store::{purge, revoke, revoke_all};

use crate::error::{Error, Refusal};
use contract::problem::Code;

/// How many seconds a token lives.
const LIFETIME: i64 = 3600;

/// A refusal under the name that OAuth has for it (RFC 6749, 5.2).
fn refused(name: &'static str, detail: &str) -> Error {
    Refusal {
        status: 400,
        oauth: Some(name),
        ..Refusal::new(Code::Invalid, detail)
    }
    .into()
}
