//! Routes about what one is told about, and what became of each message.

use super::store;
use crate::{
    audit,
    auth::{Authorized, Owner, rights::ManageOwnNotifications},
    call::Call,
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    outbox::{self, DeliveryRow},
};
use axum::Json;
use contract::{
    audit::Action,
    ids::DeliveryId,
    list::List,
    notifications::{Channel, Delivery, DeliveryState, Notifications},
    problem::Code,
};
use serde_json::{Value, json};

/// What one is told about.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
) -> Result<Json<Notifications>> {
    Ok(Json(find(&call, &owner).await?))
}

/// Choose anew. What the body leaves out goes back to the product's default.
#[worker::send]
pub async fn update(
    Authorized { owner, actor, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
    Checked(chosen): Checked<Notifications>,
) -> Result<Json<Notifications>> {
    let before = find(&call, &owner).await?;
    let changes = audit::differences(&json!(before), &json!(chosen));
    if changes.is_empty() {
        return Ok(Json(chosen));
    }
    let event = audit::Event {
        action: Action::NotificationsUpdated,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: Some(Value::Object(changes)),
    };
    call.db
        .commit([
            store::replace(&owner, &chosen),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await?;
    Ok(Json(chosen))
}

/// What somebody chose, or the product's default.
pub async fn find(call: &Call, owner: &Owner) -> Result<Notifications> {
    let row: Option<store::PreferencesRow> = call.db.first(store::find(owner)).await?;
    row.map_or_else(
        || Ok(Notifications::default()),
        |row| {
            serde_json::from_str(&row.preferences)
                .map_err(|error| Error::Internal(error.to_string()))
        },
    )
}

/// Messages to oneself, unless asked otherwise the newest first.
#[worker::send]
pub async fn deliveries(
    Authorized { owner, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<Delivery>>> {
    let state = query.parsed("state", "Use queued, sent or failed.", DeliveryState::parse);
    let channel = query.parsed("channel", "Use email or slack.", Channel::parse);
    let way = query.by_age();
    let page = query.page(DeliveryId::parse);
    query.finish()?;
    let wanted = outbox::Wanted {
        way,
        state,
        channel,
        after: page.after.as_ref(),
        rows: page.rows(),
    };
    let deliveries = outbox::list(&call.db, &owner, &wanted).await?;
    Ok(Json(page.list(deliveries, |delivery| delivery.id.as_str())))
}

/// Try one again that was given up.
#[worker::send]
pub async fn retry(
    Authorized { owner, actor, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Delivery>> {
    let missing = || Error::not_found("delivery");
    let id = DeliveryId::parse(&id).ok_or_else(missing)?;
    let event = audit::Event {
        action: Action::DeliveryRetried,
        target_type: "delivery",
        target_id: id.as_str(),
        target_name: "Message",
        changes: None,
    };
    let [retried, _, found] = call
        .db
        .commit([
            outbox::retry(&owner, &id, call.now),
            audit::entry(&call, &owner, &actor, &event)?,
            outbox::find(&owner, &id),
        ])
        .await?;
    let Some(row) = retried.row::<DeliveryRow>()? else {
        return Err(match found.row::<DeliveryRow>()? {
            Some(_) => Error::refused(
                Code::Conflict,
                "Only a message that was given up can be tried again.",
            ),
            None => missing(),
        });
    };
    outbox::send_again(&call, &id);
    Ok(Json(row.into()))
}
