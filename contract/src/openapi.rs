//! Schemas of the types that read and write themselves by way of another, for the document of the API.

use crate::{
    ids::{
        CallsId, DeliveryId, EventId, InvitationId, RoleId, ServiceAccountId, SessionId, TokenId,
        UserId,
    },
    scopes::{Scope, ScopeSet},
    time::Timestamp,
    tokens::TokenOwner,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, Ref, RefOr, SchemaFormat, Type, schema::Schema,
    },
};

/// A text of its own form.
fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

macro_rules! ids {
    ($($name:ident: $about:literal),+ $(,)?) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let prefix = Self::PREFIX;
                text()
                    .description(Some(concat!("The id of ", $about, ".")))
                    .pattern(Some(format!("^{prefix}[0-9A-HJKMNP-TV-Z]{{26}}$")))
                    .examples([format!("{prefix}01KARH2Y5QJ8W3D6M9T4V7XZBC")])
                    .into()
            }
        }
        impl ToSchema for $name {}
    )+};
}

ids! {
    UserId: "a person",
    RoleId: "a role",
    SessionId: "a signed-in browser",
    TokenId: "an access token",
    InvitationId: "an invitation",
    ServiceAccountId: "a service account",
    EventId: "an audit event",
    DeliveryId: "a message on its way out",
    CallsId: "calls with a token that were alike",
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        text()
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some(
                "An instant by RFC 3339. Any offset is read; UTC and whole seconds are answered.",
            ))
            .examples(["2026-11-22T20:01:35Z"])
            .into()
    }
}
impl ToSchema for Timestamp {}

impl PartialSchema for Scope {
    fn schema() -> RefOr<Schema> {
        text()
            .description(Some("One access to one resource. Write brings read along."))
            .enum_values(Some(ScopeSet::ALL.iter().map(|scope| scope.to_string())))
            .examples(["backups:read"])
            .into()
    }
}
impl ToSchema for Scope {}

impl PartialSchema for ScopeSet {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(Ref::from_schema_name("Scope"))
            .description(Some(
                "Scopes, answered in the order in which they are listed.",
            ))
            .into()
    }
}
impl ToSchema for ScopeSet {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("Scope".into(), Scope::schema()));
    }
}

impl PartialSchema for TokenOwner {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("Who a token acts for."))
            .property(
                "type",
                text().enum_values(Some(["user", "service_account"])),
            )
            .property(
                "id",
                text().description(Some("The id of a person or a service account.")),
            )
            .property("name", text())
            .required("type")
            .required("id")
            .required("name")
            .into()
    }
}
impl ToSchema for TokenOwner {}
