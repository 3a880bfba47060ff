//! The paths that a Custom token is limited to.

use super::lines::lines_field;
use crate::form::Form;
use contract::tokens::CreateToken;
use leptos::prelude::*;

/// The field.
pub fn endpoints(form: Form<CreateToken>) -> AnyView {
    lines_field(
        form,
        "allowed_endpoints",
        "Allowed endpoints",
        "One path a line, such as /backups/daily, which stands for all that begins so. Without any, the scopes decide alone.",
        |draft| &draft.allowed_endpoints,
        |draft| &mut draft.allowed_endpoints,
    )
}
