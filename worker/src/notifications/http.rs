//! Routes about what one is told about, and what became of each message.

use super::store;
use crate::{
    audit,
    auth::{Authorized, Owner, rights::ManageOwnNotifications},
    call::Call,
    entity_tag::{IfMatch, tagged},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    outbox::{self, DeliveryRow, Message, REDIRECTED, letters},
};
use axum::{Json, response::Response};
use contract::{
    audit::Action,
    ids::DeliveryId,
    list::List,
    notifications::{Channel, Delivery, DeliveryState, Event, Level, Notifications},
    problem::Code,
};
use serde_json::{Value, json};

/// What one is told about, with its entity tag.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
) -> Result<Response> {
    let (version, chosen) = read(&call, &owner).await?;
    Ok(tagged(version, chosen))
}

/// Choose anew. What the body leaves out goes back to the product's default. With `If-Match`, only if it is still as it
/// was read.
#[worker::send]
pub async fn update(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnNotifications>,
    call: Call,
    if_match: IfMatch,
    Checked(chosen): Checked<Notifications>,
) -> Result<Response> {
    let (version, before) = read(&call, &owner).await?;
    if_match.check(version, changed_meanwhile)?;
    let changes = audit::differences(&json!(before), &json!(chosen));
    if changes.is_empty() {
        return Ok(tagged(version, chosen));
    }
    let event = audit::Event {
        action: Action::NotificationsUpdated,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: Some(Value::Object(changes)),
    };
    let must_be = Some(version).filter(|_| if_match != IfMatch::Any);
    let mut statements = vec![
        store::replace(&owner, &chosen, must_be),
        audit::entry(&call, &owner, &actor, &event)?,
    ];
    let message = turned_away(&before, &chosen)
        .then(|| {
            let letter = letters::redirected(
                &call,
                "Some of the critical notices about your account come by email no more.",
            )?;
            Message::new(&call, REDIRECTED, &letter)
        })
        .transpose()?;
    if let Some(message) = &message {
        statements.push(message.to_address(&call, &owner, &session.user.email));
    }
    let outcomes = call.db.commit_all(statements).await?;
    let replaced = outcomes.first().ok_or_else(changed_meanwhile)?;
    let row = replaced.row::<store::VersionRow>()?;
    let row = row.ok_or_else(changed_meanwhile)?;
    if let Some(message) = message {
        message.send_soon(&call);
    }
    Ok(tagged(row.version, chosen))
}

/// Whether a critical event that came by mail comes by mail no more.
fn turned_away(before: &Notifications, after: &Notifications) -> bool {
    let by_mail = |chosen: &Notifications, event| chosen.choice(event).has(Channel::Email);
    let mut critical = Event::ALL
        .iter()
        .filter(|event| event.level() == Level::Critical);
    critical.any(|event| by_mail(before, *event) && !by_mail(after, *event))
}

/// What somebody chose, or the product's default.
pub async fn find(call: &Call, owner: &Owner) -> Result<Notifications> {
    Ok(read(call, owner).await?.1)
}

/// The same, with the version of it that was read.
async fn read(call: &Call, owner: &Owner) -> Result<(u32, Notifications)> {
    let row: Option<store::PreferencesRow> = call.db.first(store::find(owner)).await?;
    let Some(row) = row else {
        return Ok((0, Notifications::default()));
    };
    let chosen = serde_json::from_str(&row.preferences)
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok((row.version, chosen))
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "What you are told about was changed elsewhere since you opened it.",
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
    outbox::send_one(&call, &row);
    Ok(Json(row.into()))
}
