//! The document of the API (`OpenAPI` 3.1), made of the types on the wire. Only tests know it: what ships is the file.

mod export;
mod oauth;
mod operation;
mod routes;
mod rules;
mod schemas;

use contract::problem::Code;
use schemas::Schemas;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Where the document is kept, from where it is published.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/api/openapi.json");
/// The variable by which the test is told to write the file.
const WRITE: &str = "LATCHKEY_WRITE_OPENAPI";

/// What the operations are about, in the order in which people read it.
const TAGS: [(&str, &str); 14] = [
    (
        "session",
        "Sign up, sign in, sign out, and confirm who it is.",
    ),
    ("user", "People of the company."),
    (
        "invitation",
        "How people come into a company that is there already.",
    ),
    ("photo", "Photos of people."),
    ("second_factor", "Authenticator apps and recovery codes."),
    ("token", "Access tokens of people and service accounts."),
    ("service_account", "Machines with a name of their own."),
    ("role", "What people and service accounts may do."),
    ("policy", "What a company asks of everybody in it."),
    ("audit_event", "What happened."),
    ("notification", "What people are told about, and where."),
    ("usage", "Numbers of the company."),
    ("oauth", "OAuth 2.0 for service accounts."),
    ("gate", "Gates in front of a company's own API."),
];

const ABOUT: &str = "Latchkey says who calls an API and what they may do.\n\n\
    Times are RFC 3339 in UTC. What is absent is `null`, never left out. Lists come in pages: send `next_cursor` as \
    `cursor` for the next one. Every refusal is a Problem (RFC 9457) with a stable `code`; the routes of OAuth answer \
    in OAuth's own form. A wrong method is 405 with `Allow`, and every answer carries `X-Request-Id`.\n\n\
    People call with the cookie of their session, and then every call that changes something must come from this site. \
    Machines call with an access token, or with the key and the secret of a service account. One credential at a time.";

/// The whole document.
fn document() -> Value {
    let mut schemas = Schemas::default();
    let mut paths = Map::new();
    let mut problems = BTreeSet::new();
    let mut responses = Map::new();
    for operation in routes::all(&mut schemas) {
        problems.extend(operation.problems());
        responses.extend(operation.shared_responses());
        let path = paths
            .entry(operation.documented_path())
            .or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = operation.to_json();
    }
    let tags: Vec<_> = TAGS
        .iter()
        .map(|(name, about)| json!({"name": name, "description": about}))
        .collect();
    let examples: Map<String, Value> = problems
        .into_iter()
        .map(|(status, code)| (problem_name(status, code), problem(status, code)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Latchkey",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Account settings and API access.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/", "description": "The deployment that serves this document."}],
        "security": [],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": rules::applied(schemas.finished()),
            "responses": responses,
            "parameters": operation::parameters(),
            "headers": operation::headers(),
            "examples": examples,
            "securitySchemes": operation::security_schemes(),
        },
    })
}

/// Under which name the example of a problem stands.
fn problem_name(status: u16, code: &str) -> String {
    format!("{status}_{code}")
}

fn problem(status: u16, code: &'static str) -> Value {
    let known: Code = serde_json::from_value(json!(code)).unwrap();
    let mut problem = json!({
        "type": format!("/problems/{code}"),
        "title": known.title(),
        "status": status,
        "detail": operation::detail(known, status),
        "code": code,
        "request_id": "req_01KARH2Y5QJ8W3D6M9T4V7XZBC",
    });
    if known == Code::Invalid && status == known.status() {
        problem["errors"] =
            json!([{"pointer": "/name", "message": operation::detail(known, status)}]);
    }
    if known == Code::InsufficientScope {
        problem["required_scopes"] = json!(["users:read"]);
    }
    json!({"summary": known.title(), "value": problem})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method and path of every route, as `e2e/support/routes.ts` reads them too.
    fn routed() -> BTreeSet<(String, String)> {
        let source = include_str!("../router.rs");
        let (source, _) = source.split_once("pub async fn answer").unwrap();
        let mut found = BTreeSet::new();
        for route in source.split(".route(").skip(1) {
            let mut parts = route.splitn(3, '"');
            let path = parts.nth(1).unwrap();
            let handlers = parts.next().unwrap();
            let handlers = handlers.split(".merge(").next().unwrap();
            for method in ["get", "post", "put", "patch", "delete", "any"] {
                let calls = [format!(" {method}("), format!(".{method}(")];
                if calls.iter().any(|call| handlers.contains(call)) {
                    found.insert((method.to_ascii_uppercase(), path.to_owned()));
                }
            }
        }
        found
    }

    #[test]
    fn every_route_is_documented_and_nothing_else() {
        let operations = routes::all(&mut Schemas::default());
        let documented: BTreeSet<_> = operations
            .iter()
            .map(|operation| (operation.routed_as().to_owned(), operation.path.to_owned()))
            .collect();
        let routed = routed();
        let missing: Vec<_> = routed.difference(&documented).collect();
        assert!(
            missing.is_empty(),
            "describe in openapi/routes.rs: {missing:?}"
        );
        let gone: Vec<_> = documented.difference(&routed).collect();
        assert!(gone.is_empty(), "no longer routed: {gone:?}");
    }

    #[test]
    fn operations_have_names_of_their_own_and_known_tags() {
        let mut names = BTreeSet::new();
        for operation in routes::all(&mut Schemas::default()) {
            assert!(
                names.insert(operation.id.clone()),
                "twice: {}",
                operation.id
            );
            assert!(
                TAGS.iter().any(|(tag, _)| *tag == operation.tag),
                "{}",
                operation.tag
            );
        }
    }

    #[test]
    fn nothing_in_it_is_for_readers_of_the_code() {
        let text = document().to_string();
        assert!(!text.contains("[`"), "a link of rustdoc; say it in words");
    }

    #[test]
    fn the_file_is_what_the_code_says() {
        let mut text = serde_json::to_string_pretty(&document()).unwrap();
        text.push('\n');
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(FILE, &text).unwrap();
        }
        let kept = std::fs::read_to_string(FILE).unwrap_or_default();
        assert!(
            kept == text,
            "public/api/openapi.json is not what the code says; write it anew: cargo xtask openapi"
        );
    }
}
