//! The schemas of the types on the wire, under their names.

use crate::extract::check_json;
use contract::{
    check::{Check, Invalid},
    time::Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::{ToSchema, openapi::RefOr, openapi::schema::Schema};

/// When examples are sent.
pub const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

/// Schemas by name.
#[derive(Default)]
pub struct Schemas(Map<String, Value>, BTreeMap<String, Accepts>);

/// Whether the check of a type accepts a body.
type Accepts = fn(&[u8]) -> bool;

impl Schemas {
    /// Adds a type that is answered, and refers to it. Everything that it has is always there.
    pub fn add<T: ToSchema>(&mut self) -> Value {
        let mut all = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut all);
        // What a type is made of comes after it.
        for (name, schema) in all.into_iter().rev() {
            self.insert(&name, schema);
        }
        reference(&T::name())
    }

    /// Adds a type that is sent, and refers to it. What it needs is what its own check misses in an empty one.
    pub fn add_sent<T: ToSchema + Check + Default + DeserializeOwned>(&mut self) -> Value {
        let reference = self.add::<T>();
        self.1.insert(T::name().into_owned(), |body| {
            check_json::<T>(body, NOW).is_ok()
        });
        if let Err(Invalid(complaints)) = T::default().check(NOW) {
            let needed: Vec<_> = complaints
                .iter()
                .map(|complaint| complaint.pointer.trim_start_matches('/'))
                .collect();
            let schema = &mut self.0[&*T::name()];
            for member in &needed {
                if let Some(member) = schema["properties"][*member].as_object_mut() {
                    member.remove("default");
                }
            }
            schema["required"] = json!(needed);
        }
        reference
    }

    /// Adds a page of a type.
    pub fn add_list<T: ToSchema>(&mut self) -> Value {
        let items = self.add::<T>();
        let name = format!("{}List", T::name());
        self.0.insert(
            name.clone(),
            json!({
                "type": "object",
                "description": "One page, and how to ask for the next.",
                "required": ["items", "next_cursor"],
                "properties": {
                    "items": {"type": "array", "items": items},
                    "next_cursor": {
                        "type": ["string", "null"],
                        "description": "What to send as `cursor` for the next page; `null` on the last.",
                    },
                },
            }),
        );
        reference(&name)
    }

    /// What the ids of a type are.
    pub fn id_of<T: ToSchema>(&self) -> Value {
        json!({"$ref": self.0[&*T::name()]["properties"]["id"]["$ref"]})
    }

    /// Adds what is answered to a call that makes something, and to one that repeats it: then its secrets are left out.
    pub fn add_made<T: ToSchema>(&mut self, name: &str, secrets: &[&str]) -> Value {
        self.add::<T>();
        let mut schema = self.0[&*T::name()].clone();
        if name == T::name() {
            self.0.remove(name);
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|member| !secrets.iter().any(|secret| member == secret));
        }
        schema["properties"]["secret_already_shown"] = json!({
            "type": "boolean",
            "const": true,
            "description": "Only where the call repeats one that was answered before, by its `Idempotency-Key`.",
        });
        self.0.insert(name.into(), schema);
        reference(name)
    }

    /// Adds a schema that no type stands for.
    pub fn add_plain(&mut self, name: &str, schema: Value) -> Value {
        self.0.insert(name.into(), schema);
        reference(name)
    }

    fn insert(&mut self, name: &str, schema: RefOr<Schema>) {
        let mut schema = self.flat(serde_json::to_value(schema).unwrap());
        let is_sent = schema.get("additionalProperties") == Some(&json!(false));
        if !is_sent && let Some(Value::Object(properties)) = schema.get("properties") {
            let names: Vec<_> = properties.keys().cloned().collect();
            schema["required"] = json!(names);
        }
        self.0.entry(name).or_insert(schema);
    }

    /// A schema that has the members of another and more of its own, as one with all of them.
    fn flat(&self, schema: Value) -> Value {
        let Some(Value::Array(parts)) = schema.get("allOf") else {
            return schema;
        };
        let mut flat =
            json!({"type": "object", "properties": {}, "description": schema["description"]});
        for part in parts {
            let name = part["$ref"]
                .as_str()
                .and_then(|name| name.rsplit('/').next());
            let part = name.map_or(part, |name| &self.0[name]);
            for (name, member) in part["properties"].as_object().unwrap() {
                flat["properties"][name] = member.clone();
            }
        }
        flat
    }

    /// The types that are sent.
    pub fn sent(&self) -> BTreeMap<String, Accepts> {
        self.1.clone()
    }

    /// All of them; none has a member that it does not name.
    pub fn finished(self) -> Map<String, Value> {
        let mut all = self.0;
        for schema in all.values_mut() {
            close(schema);
        }
        all
    }
}

/// Closes a schema, and leaves out what is only of Rust.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            // Of unsigned numbers these would be wrong.
            if matches!(
                members.get("format").and_then(Value::as_str),
                Some("int32" | "int64")
            ) {
                members.remove("format");
            }
            // Left out is not always the same as `null`.
            if members.get("default") == Some(&Value::Null) {
                members.remove("default");
            }
            let told = members
                .get_mut("oneOf")
                .and_then(|ways| ways.get_mut(0)?.as_object_mut()?.remove("description"));
            if let Some(told) = told {
                members.entry("description").or_insert(told);
            }
            if members.get("properties").is_some_and(Value::is_object)
                && members.get("type") == Some(&json!("object"))
            {
                members
                    .entry("additionalProperties")
                    .or_insert(json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The reference to a schema by its name.
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
