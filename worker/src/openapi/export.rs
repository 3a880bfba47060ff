//! The file of everything about a person, whose parts are rows rather than types of the wire.

use super::schemas::{Schemas, reference};
use contract::{
    audit::AuditEvent,
    mfa::SecondFactor,
    notifications::Delivery,
    session::Device,
    slack::SlackConnection,
    tokens::{Token, TokenCalls},
    users::User,
};
use serde_json::{Map, Value, json};

/// A schema with these members, all of which are always there.
fn record(schemas: &mut Schemas, name: &str, about: &str, members: &[(&str, Value)]) -> Value {
    let names: Vec<_> = members.iter().map(|(name, _)| name).collect();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    let schema = json!({
        "type": "object",
        "description": about,
        "required": names,
        "properties": properties,
    });
    schemas.add_plain(name, schema)
}

fn text() -> Value {
    json!({"type": "string"})
}

fn perhaps() -> Value {
    json!({"type": ["string", "null"]})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

/// Adds the file and what it is made of.
pub fn file(schemas: &mut Schemas) -> Value {
    let photo = record(
        schemas,
        "ExportedPhoto",
        "A photo as it was uploaded.",
        &[
            ("media_type", text()),
            (
                "data",
                json!({"type": "string", "contentEncoding": "base64"}),
            ),
        ],
    );
    let [browser, change, account] = of_person(schemas);
    let [day, address, refusal, calls] = of_tokens(schemas);
    let members = [
        ("exported_at", reference("Timestamp")),
        (
            "company",
            json!({"type": "string", "examples": ["Northwind"]}),
        ),
        ("user", schemas.add::<User>()),
        ("photo", json!({"oneOf": [photo, {"type": "null"}]})),
        ("second_factor", schemas.add::<SecondFactor>()),
        ("notifications", reference("Notifications")),
        ("slack", schemas.add::<SlackConnection>()),
        ("sessions", list(&schemas.add::<Device>())),
        ("devices", list(&browser)),
        ("email_changes", list(&change)),
        ("tokens", list(&schemas.add::<Token>())),
        ("token_usage", list(&day)),
        ("token_addresses", list(&address)),
        ("token_refusals", list(&refusal)),
        ("token_calls", list(&calls)),
        ("service_accounts", list(&account)),
        ("deliveries", list(&schemas.add::<Delivery>())),
        ("audit_events", list(&schemas.add::<AuditEvent<Value>>())),
    ];
    let about = "What is kept about a person, without any secret.";
    record(schemas, "Export", about, &members)
}

fn of_person(schemas: &mut Schemas) -> [Value; 3] {
    let time = || reference("Timestamp");
    let browser = record(
        schemas,
        "ExportedBrowser",
        "A browser in which the person has signed in.",
        &[("last_seen_at", time())],
    );
    let change = record(
        schemas,
        "ExportedEmailChange",
        "A change of address that was asked for.",
        &[
            ("old_email", text()),
            ("new_email", text()),
            ("confirm_until", time()),
            ("undo_until", time()),
            (
                "state",
                json!({"type": "string", "enum": ["waiting", "confirmed", "lapsed"]}),
            ),
        ],
    );
    let account = record(
        schemas,
        "ExportedServiceAccount",
        "A service account that the person looks after.",
        &[
            ("id", reference("ServiceAccountId")),
            ("name", text()),
            ("description", perhaps()),
            ("created_at", time()),
            ("updated_at", time()),
        ],
    );
    [browser, change, account]
}

fn of_tokens(schemas: &mut Schemas) -> [Value; 4] {
    let token = || ("token_id", reference("TokenId"));
    let count = || ("calls", json!({"type": "integer", "minimum": 0}));
    let last = || [("at", reference("Timestamp")), ("call", text())];
    let day = record(
        schemas,
        "ExportedTokenUsage",
        "Calls of one route with a token on one day.",
        &[
            token(),
            ("day", json!({"type": "string", "format": "date"})),
            ("route", json!({"type": "string"})),
            count(),
        ],
    );
    let [at, call] = last();
    let address = record(
        schemas,
        "ExportedTokenAddress",
        "Calls with a token from one address.",
        &[
            token(),
            ("ip", text()),
            ("place", perhaps()),
            ("agent", perhaps()),
            count(),
            at,
            call,
        ],
    );
    let [at, call] = last();
    let refusal = record(
        schemas,
        "ExportedTokenRefusal",
        "Calls with a token from one address that were refused for one reason.",
        &[
            token(),
            ("reason", text()),
            ("missing", perhaps()),
            ("ip", text()),
            ("agent", perhaps()),
            count(),
            at,
            call,
        ],
    );
    schemas.add::<TokenCalls>();
    let calls = record(
        schemas,
        "ExportedTokenCalls",
        "Calls with a token that were alike.",
        &[
            token(),
            ("id", reference("CallsId")),
            ("at", reference("Timestamp")),
            count(),
            ("route", text()),
            ("status", json!({"type": "integer"})),
            ("code", perhaps()),
            ("ip", json!({"type": "string"})),
            ("agent", perhaps()),
            ("request_id", text()),
        ],
    );
    [day, address, refusal, calls]
}
