//! What the checks of `contract` ask of values, as far as a schema can say it, and examples for people.

use contract::{
    allowlist::MAX_ENTRIES,
    credentials::MAX_REPORTED,
    notifications::{Event, Notifications},
    password,
    policy::Policy,
    roles::ROLE_NAME_MAX,
    service_accounts,
    tokens::{self, DEFAULT_GRACE, MAX_GRACE, MAX_REVOKED_AT_ONCE, endpoints::MAX_ENDPOINTS},
    users::NAME_MAX,
};
use serde_json::{Map, Value, json};

/// The longest address: 64 characters, the sign, and 189.
const EMAIL_MAX: usize = 254;

/// The rule that browsers apply (HTML Living Standard, 4.10.5.1.5), with a dot in the domain. The format `email` is that of
/// RFC 5321, which allows more and less.
const EMAIL: &str = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$";

/// Values for members of these names, wherever nothing else is said.
fn examples() -> Vec<(&'static str, Value)> {
    let (made, used, end) = (
        json!("2026-11-22T20:01:35Z"),
        json!("2026-11-24T06:30:00Z"),
        json!("2027-02-20T20:01:35Z"),
    );
    vec![
        ("agent", json!("curl/8.17.0")),
        ("action", json!("token.created")),
        ("api_key", json!("lkk_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")),
        (
            "api_secret",
            json!("lks_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
        ),
        (
            "access_token",
            json!("lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
        ),
        ("at", used.clone()),
        (
            "authorize_url",
            json!("https://slack.com/oauth/v2/authorize?client_id=12345.67890"),
        ),
        ("call", json!("GET /backups")),
        ("calls", json!(12)),
        ("client_ip", json!("203.0.113.7")),
        ("code", json!("123456")),
        ("created_at", made.clone()),
        ("credential", json!("ses_01KARH2Y5QJ8W3D6M9T4V7XZBC")),
        (
            "credentials",
            json!(["lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"]),
        ),
        ("current_password", json!("gondola trumpet fig salad")),
        ("day", json!("2026-11-22")),
        ("description", json!("Copies the backups of the night")),
        ("detail", json!("Enter a name.")),
        ("device", json!("Firefox on Linux")),
        ("email", json!("ada@northwind.example")),
        ("enabled", json!(true)),
        ("event", json!("token.expiring")),
        ("first_name", json!("Ada")),
        ("from", json!("2026-11-22")),
        ("grace_seconds", json!(3600)),
        ("invited_by", json!("Ada Lovelace")),
        ("ip", json!("203.0.113.7")),
        ("ip_allowlist", json!(["203.0.113.0/24"])),
        ("last_delivered_at", used.clone()),
        ("last_four", json!("Lq17")),
        ("last_name", json!("Lovelace")),
        ("last_seen_at", used.clone()),
        ("last_used_agent", json!("curl/8.17.0")),
        ("last_used_at", used),
        ("last_used_ip", json!("203.0.113.7")),
        ("member", json!("U024BE7LH")),
        ("message", json!("Enter a name.")),
        ("name", json!("Nightly backup")),
        ("new_password", json!("violet harbour nine kites")),
        ("password", json!("gondola trumpet fig salad")),
        ("phone", json!("+49 30 901820")),
        ("place", json!("Berlin, DE")),
        ("pointer", json!("/name")),
        ("prefix", json!("lkp_")),
        ("reason", json!("token_expired")),
        ("recipient", json!("ada@northwind.example")),
        ("recovery_codes", json!(["7K3M-9QXZ-2B5D-WRT8"])),
        (
            "refresh_token",
            json!("lkf_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
        ),
        ("renewable_until", end),
        ("request_id", json!("req_01KARH2Y5QJ8W3D6M9T4V7XZBC")),
        ("role_name", json!("Member")),
        ("secret", json!("lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")),
        ("scopes", json!(["backups:read"])),
        ("team", json!("Northwind")),
        ("tenant_name", json!("Northwind")),
        ("time_zone", json!("Europe/Berlin")),
        ("title", json!("The request breaks a rule")),
        ("to", json!("2026-11-22")),
        ("type", json!("user")),
        (
            "uri",
            json!(
                "otpauth://totp/Latchkey:ada%40northwind.example?secret=JBSWY3DPEHPK3PXP&issuer=Latchkey"
            ),
        ),
    ]
}

/// What a schema is to say besides about a member of a type.
type Rule = (&'static str, &'static str, Value);

fn text(min: usize, max: usize) -> Value {
    json!({"minLength": min, "maxLength": max})
}

/// An example, and nothing else.
fn like(example: &Value) -> Value {
    json!({"examples": [example]})
}

fn id(prefix: &str) -> Value {
    json!({
        "pattern": format!("^{prefix}_[0-9A-HJKMNP-TV-Z]{{26}}$"),
        "examples": [format!("{prefix}_01KARH2Y5QJ8W3D6M9T4V7XZBC")],
    })
}

/// The same rule for a member that several types have.
fn each(types: &[&'static str], member: &'static str, rule: &Value) -> Vec<Rule> {
    let rules = types.iter().map(|name| (*name, member, rule.clone()));
    rules.collect()
}

fn rules() -> Vec<Rule> {
    [
        of_people(),
        of_machines(),
        of_tokens(),
        of_policy(),
        of_answers(),
    ]
    .concat()
}

fn of_people() -> Vec<Rule> {
    let entered = text(1, password::MAX);
    let chosen = text(password::MIN, password::MAX);
    let email = json!({"maxLength": EMAIL_MAX, "pattern": EMAIL});
    let time_zone = json!({"maxLength": NAME_MAX, "pattern": "^[0-9A-Za-z/_+-]*$"});
    let by_email = [
        "SignUp",
        "SignIn",
        "InviteUser",
        "ChangeEmail",
        "ForgotPassword",
    ];
    let named = ["SignUp", "AcceptInvitation", "UpdateUser"];
    [
        each(&by_email, "email", &email),
        each(&named, "first_name", &text(2, NAME_MAX)),
        each(&named, "last_name", &text(1, NAME_MAX)),
        each(&["SignIn", "StepUp"], "password", &entered),
        each(
            &["SignUp", "ResetPassword", "AcceptInvitation"],
            "password",
            &chosen,
        ),
        vec![
            ("SignUp", "tenant_name", text(1, NAME_MAX)),
            ("ChangePassword", "current_password", entered),
            ("ChangePassword", "new_password", chosen),
            ("SecondFactorCode", "code", json!({"minLength": 6})),
            ("UpdateUser", "phone", json!({"maxLength": 64})),
            ("UpdateUser", "time_zone", time_zone),
        ],
    ]
    .concat()
}

fn of_machines() -> Vec<Rule> {
    let accounts = ["CreateServiceAccount", "UpdateServiceAccount"];
    let holders = ["UpdateUser", "InviteUser", accounts[0], accounts[1]];
    let description = json!({"maxLength": service_accounts::DESCRIPTION_MAX});
    let grace = json!({"minimum": 0, "maximum": MAX_GRACE});
    [
        each(&holders, "role_id", &id("rol")),
        each(&accounts, "owner_id", &id("usr")),
        each(&accounts, "description", &description),
        each(&accounts, "ip_allowlist", &addresses()),
        each(
            &["CreateRole", "UpdateRole"],
            "name",
            &text(1, ROLE_NAME_MAX),
        ),
        vec![
            ("CreateServiceAccount", "name", text(1, NAME_MAX)),
            ("ResetCredentials", "grace_seconds", grace),
        ],
    ]
    .concat()
}

fn addresses() -> Value {
    json!({"maxItems": MAX_ENTRIES, "items": {"type": "string", "minLength": 1}})
}

fn of_tokens() -> Vec<Rule> {
    let both = ["CreateToken", "UpdateToken"];
    let description = json!({"maxLength": tokens::DESCRIPTION_MAX});
    let endpoints = json!({
        "maxItems": MAX_ENDPOINTS,
        "items": {"type": "string", "maxLength": 200, "pattern": "^/[a-z]", "examples": ["/backups/daily"]},
    });
    let grace = json!({"minimum": 0, "maximum": MAX_GRACE, "default": DEFAULT_GRACE});
    let ids = json!({
        "minItems": 1,
        "maxItems": MAX_REVOKED_AT_ONCE,
        "examples": [["tok_01KARH2Y5QJ8W3D6M9T4V7XZBC"]],
    });
    let reason = json!({"maxLength": tokens::DESCRIPTION_MAX, "examples": ["The laptop was lost"]});
    let reported = json!({"minItems": 1, "maxItems": MAX_REPORTED});
    [
        each(&both, "name", &text(1, NAME_MAX)),
        each(&both, "description", &description),
        each(&both, "allowed_endpoints", &endpoints),
        each(&both, "ip_allowlist", &addresses()),
        vec![
            ("RotateToken", "grace_seconds", grace),
            ("RevokeTokens", "ids", ids),
            ("RevokeTokens", "reason", reason),
            ("RevokeCredentials", "credentials", reported),
            ("RenewToken", "access_token", json!({"minLength": 1})),
            ("RenewToken", "refresh_token", json!({"minLength": 1})),
        ],
    ]
    .concat()
}

fn of_policy() -> Vec<Rule> {
    let within = |least: u32, most: u32| json!({"minimum": least, "maximum": most});
    let year = json!({"minimum": 1, "maximum": 365, "examples": [90]});
    let mut rules = vec![
        ("Policy", "refresh_access_minutes", within(30, 24 * 60)),
        ("Policy", "max_live_tokens", within(1, 1000)),
        ("Policy", "inactivity_days", json!({"type": "null"})),
        (
            "DaysByKind",
            "one_touch_recovery",
            json!({"minimum": 1, "maximum": 14, "examples": [7]}),
        ),
    ];
    for kind in ["all", "custom", "hyperscale", "microsoft_scim"] {
        rules.push(("DaysByKind", kind, year.clone()));
    }
    rules
}

fn of_answers() -> Vec<Rule> {
    let day = json!({"format": "date"});
    let ada = json!("Ada Lovelace");
    let user = json!("usr_01KARH2Y5QJ8W3D6M9T4V7XZBC");
    let photo = json!("/api/v1/users/usr_01KARH2Y5QJ8W3D6M9T4V7XZBC/photo?v=0123456789abcdef");
    let looked_after = json!({"id": user, "name": ada});
    let status = json!({"minimum": 400, "maximum": 599, "examples": [422]});
    let tokens = ["Token", "TokenSelf"];
    [
        each(
            &tokens,
            "allowed_endpoints",
            &like(&json!(["/backups/daily"])),
        ),
        each(&tokens, "kind", &like(&json!("custom"))),
        each(&["TokenOwner", "Party"], "id", &like(&user)),
        each(&["TokenOwner", "Party"], "name", &like(&ada)),
        vec![
            ("DayUsage", "day", day.clone()),
            ("Usage", "from", day.clone()),
            ("Usage", "to", day),
            ("ServiceAccount", "owner", like(&looked_after)),
            ("RoleRef", "name", like(&json!("Member"))),
            ("User", "photo_url", like(&photo)),
            ("TotpSetup", "secret", like(&json!("JBSWY3DPEHPK3PXP"))),
            ("Problem", "type", like(&json!("/problems/invalid"))),
            ("Problem", "code", like(&json!("invalid"))),
            ("Problem", "status", status),
        ],
    ]
    .concat()
}

/// What holds for whole types.
fn whole() -> Vec<(&'static str, Value)> {
    let events: Vec<_> = Event::ALL.iter().map(|event| event.as_str()).collect();
    let either = |member: &str| json!({"required": [member]});
    vec![
        // Its scopes are needed for one kind only, which no list of members can say.
        ("CreateToken", json!({"required": ["name"]})),
        (
            "UpdateServiceAccount",
            json!({"examples": [{"description": "Copies the backups of the night", "ip_allowlist": ["203.0.113.0/24"]}]}),
        ),
        (
            "StepUp",
            json!({"examples": [{"password": "gondola trumpet fig salad"}], "required": [], "anyOf": [either("password"), either("code")]}),
        ),
        (
            "Problem",
            json!({"required": ["type", "title", "status", "detail", "code", "request_id"]}),
        ),
        ("Policy", json!({"examples": [Policy::default()]})),
        (
            "Notifications",
            json!({"examples": [Notifications::default()], "properties": {"events": {"propertyNames": {"enum": events}}}}),
        ),
    ]
}

/// The schemas with their rules and examples.
pub fn applied(mut schemas: Map<String, Value>) -> Map<String, Value> {
    for (name, rule) in whole() {
        merge(&mut schemas[name], &rule);
    }
    for (name, member, rule) in rules() {
        let place = format!("/properties/{member}");
        let schema = schemas
            .get_mut(name)
            .and_then(|schema| schema.pointer_mut(&place));
        merge(
            schema.unwrap_or_else(|| panic!("no {name}/{member}")),
            &rule,
        );
    }
    let known: Map<String, Value> = examples()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let all = schemas.clone();
    for schema in schemas.values_mut() {
        if schema.get("properties").is_some() && schema.get("examples").is_none() {
            let example = Examples {
                all: &all,
                known: &known,
            }
            .of_object(schema);
            schema["examples"] = json!([example]);
        }
    }
    schemas
}

fn merge(into: &mut Value, rule: &Value) {
    match (into, rule) {
        (Value::Object(into), Value::Object(rule)) => {
            for (name, value) in rule {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, rule) => *into = rule.clone(),
    }
}

/// Makes an example of a type from those of its members.
struct Examples<'a> {
    all: &'a Map<String, Value>,
    known: &'a Map<String, Value>,
}

impl Examples<'_> {
    fn of_object(&self, schema: &Value) -> Value {
        let properties = schema["properties"].as_object().unwrap();
        let needed = |name: &str| {
            let required = schema["required"].as_array();
            required.is_some_and(|required| required.iter().any(|member| member == name))
        };
        let members = properties.iter().filter_map(|(name, property)| {
            let own = property.pointer("/examples/0");
            let known = own.or_else(|| self.known.get(name).filter(|value| fits(property, value)));
            match known {
                Some(value) => Some((name.clone(), value.clone())),
                None if needed(name) => Some((name.clone(), self.of(property))),
                None => None,
            }
        });
        Value::Object(members.collect())
    }

    fn of(&self, schema: &Value) -> Value {
        let first = |list: &str| schema.pointer(&format!("/{list}/0")).cloned();
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap();
            return self.of(&self.all[name]);
        }
        if let Some(known) = first("examples").or_else(|| first("enum")) {
            return known;
        }
        if let Some(known) = schema.get("const").or_else(|| schema.get("default")) {
            return known.clone();
        }
        if let Some(Value::Array(ways)) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            let nothing = ways.iter().any(|way| way["type"] == "null");
            return if nothing {
                Value::Null
            } else {
                self.of(&ways[0])
            };
        }
        if schema.get("properties").is_some() {
            return self.of_object(schema);
        }
        match schema.get("type") {
            Some(Value::String(kind)) => match kind.as_str() {
                "array" => json!([self.of(&schema["items"])]),
                "boolean" => json!(false),
                "integer" => json!(1),
                "object" => json!({}),
                "string" => json!("text"),
                _ => Value::Null,
            },
            _ => Value::Null,
        }
    }
}

/// Whether a value is of the type that a schema asks for.
fn fits(schema: &Value, value: &Value) -> bool {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |schema: &Value| match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let refers = schema["$ref"].as_str();
    let by_name = match refers.and_then(|name| name.rsplit('/').next()) {
        Some("Timestamp") => kind == "string",
        Some("ScopeSet") => kind == "array",
        _ => false,
    };
    let several = schema["oneOf"].as_array();
    is(schema) || by_name || several.is_some_and(|ways| ways.iter().any(|way| fits(way, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::{routes, schemas::Schemas};

    #[test]
    fn examples_of_what_is_sent_are_accepted() {
        let mut schemas = Schemas::default();
        routes::all(&mut schemas);
        let sent = schemas.sent();
        let all = applied(schemas.finished());
        for (name, accepts) in sent {
            let example = &all[&name]["examples"][0];
            assert!(accepts(example.to_string().as_bytes()), "{name}: {example}");
        }
    }

    #[test]
    fn every_example_belongs_to_a_member() {
        let mut schemas = Schemas::default();
        routes::all(&mut schemas);
        let all = schemas.finished();
        let named: Vec<&String> = all
            .values()
            .filter_map(|schema| schema["properties"].as_object())
            .flat_map(Map::keys)
            .collect();
        for (name, _) in examples() {
            assert!(named.iter().any(|known| *known == name), "{name}");
        }
    }
}
