//! `GET /.well-known/oauth-authorization-server`: what OAuth clients find out by themselves (RFC 8414).

use crate::{call::Call, error::Result};
use axum::Json;
use contract::scopes::ScopeSet;
use serde_json::{Value, json};

/// Where things are, and what is known here.
pub async fn metadata(call: Call) -> Result<Json<Value>> {
    let ways = ["client_secret_basic", "client_secret_post"];
    Ok(Json(json!({
        "issuer": call.url("")?,
        "token_endpoint": call.url("/oauth2/token")?,
        "token_endpoint_auth_methods_supported": ways,
        "introspection_endpoint": call.url("/oauth2/introspect")?,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        "grant_types_supported": ["client_credentials"],
        // There is no authorization endpoint, which is all that these are about.
        "response_types_supported": [],
        "scopes_supported": ScopeSet::ALL,
        "service_documentation": call.url("/api/docs")?,
    })))
}
