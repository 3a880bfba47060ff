//! What OAuth's own standards say, for which there are no types.

use super::{routes::text, schemas::Schemas};
use contract::scopes::ScopeSet;
use serde_json::{Value, json};

/// References to what is sent and answered.
pub struct Forms {
    /// A client asks for a token.
    pub ask: Value,
    /// The token.
    pub issued: Value,
    /// A resource server asks about a token.
    pub question: Value,
    /// What it is told.
    pub told: Value,
    /// What clients find out by themselves.
    pub server: Value,
}

/// Adds them all, with the form of a refusal.
pub fn forms(schemas: &mut Schemas) -> Forms {
    let error = json!({
        "type": "object",
        "description": "A refusal in the form of RFC 6749, section 5.2.",
        "required": ["error", "error_description"],
        "properties": {"error": text("invalid_client"), "error_description": text("Send the key and the secret of a service account by HTTP Basic.")},
    });
    schemas.add_plain("OAuthError", error);
    let (ask, issued) = token(schemas);
    let (question, told) = introspection(schemas);
    Forms {
        ask,
        issued,
        question,
        told,
        server: server(schemas),
    }
}

fn scope() -> Value {
    json!({"type": "string", "description": "Scopes, parted by spaces.", "examples": ["backups:read"]})
}

fn token(schemas: &mut Schemas) -> (Value, Value) {
    let ask = schemas.add_plain(
        "OAuthTokenRequest",
        json!({
            "type": "object",
            "description": "The credentials come by HTTP Basic, or here.",
            "required": ["grant_type"],
            "properties": {
                "grant_type": {"type": "string", "const": "client_credentials"},
                "scope": scope(),
                "client_id": {"type": "string", "description": "The key `lkk_…`."},
                "client_secret": {"type": "string", "description": "The secret `lks_…`."},
            },
            // Others are passed over (RFC 6749, 3.2), but none comes twice.
            "additionalProperties": {"type": "string"},
        }),
    );
    let issued = schemas.add_plain(
        "OAuthToken",
        json!({
            "type": "object",
            "description": "An access token of a service account.",
            "required": ["access_token", "token_type", "expires_in", "scope"],
            "properties": {
                "access_token": text("lka_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
                "token_type": {"type": "string", "const": "Bearer"},
                "expires_in": {"type": "integer", "description": "Seconds.", "minimum": 0, "maximum": 3600},
                "scope": scope(),
            },
        }),
    );
    (ask, issued)
}

fn introspection(schemas: &mut Schemas) -> (Value, Value) {
    let question = schemas.add_plain(
        "IntrospectionRequest",
        json!({
            "type": "object",
            "description": "A token, and what it is to be good for (RFC 7662, section 2.1).",
            "required": ["token"],
            "properties": {
                "token": {"type": "string", "minLength": 1, "examples": ["lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"]},
                "client_ip": {"type": "string", "description": "The address of whoever sent the token.", "examples": ["203.0.113.7"]},
                "scope": scope(),
            },
            // Others are passed over (RFC 6749, 3.2), but none comes twice.
            "additionalProperties": {"type": "string"},
        }),
    );
    let told = schemas.add_plain(
        "Introspection",
        json!({
            "type": "object",
            "description": "What is told of a token that is good (RFC 7662, section 2.2); of every other only that it is not.",
            "required": ["active"],
            "properties": {
                "active": {"type": "boolean"},
                "scope": scope(),
                "token_type": {"type": "string", "const": "Bearer"},
                "sub": {"type": "string", "description": "The id of the person or the service account."},
                "username": {"type": "string", "description": "Their name."},
                "iss": {"type": "string", "description": "The address of this deployment."},
                "exp": {"type": "integer", "description": "When it ends, in seconds since 1970."},
                "iat": {"type": "integer", "description": "When it was made, in seconds since 1970."},
                "jti": {"type": "string", "description": "Its id."},
                "allowed_endpoints": {"type": "array", "items": {"type": "string"}, "description": "Path prefixes that it is limited to."},
            },
        }),
    );
    (question, told)
}

fn server(schemas: &mut Schemas) -> Value {
    let names = json!({"type": "array", "items": {"type": "string"}});
    let url = text("https://latchkey.example/oauth2/token");
    let scopes = schemas.add::<ScopeSet>();
    schemas.add_plain(
        "AuthorizationServer",
        json!({
            "type": "object",
            "description": "What OAuth clients find out by themselves (RFC 8414).",
            "required": ["issuer", "token_endpoint", "response_types_supported"],
            "properties": {
                "issuer": url,
                "token_endpoint": url,
                "token_endpoint_auth_methods_supported": names,
                "introspection_endpoint": url,
                "introspection_endpoint_auth_methods_supported": names,
                "grant_types_supported": names,
                "response_types_supported": names,
                "scopes_supported": scopes,
                "service_documentation": url,
            },
        }),
    )
}
