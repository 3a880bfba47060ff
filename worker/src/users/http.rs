//! Routes about people.

use super::{reach, store};
use crate::{
    audit,
    auth::{
        Authorized, Called, InSession,
        rights::{ReadUsers, UpdateOwnProfile},
    },
    call::Call,
    error::{Error, Result},
    extract::{Checked, Query, Segment},
};
use axum::{
    Json,
    http::{HeaderMap, header},
    response::IntoResponse,
};
use contract::{
    audit::Action,
    check::Invalid,
    ids::UserId,
    list::List,
    problem::Code,
    users::{UNKNOWN_TIME_ZONE, UpdateUser, User},
};
use js_sys::{Array, Function, Object, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};

/// The people of the tenant, the first to join first.
#[worker::send]
pub async fn list(
    Called { tenant, .. }: Called<ReadUsers>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<User>>> {
    let page = query.page(UserId::parse);
    query.finish()?;
    let users = store::list(&call.db, &tenant, page.after.as_ref(), page.rows()).await?;
    Ok(Json(page.list(users, |user| user.id.as_str())))
}

/// One person: oneself, or with permission another of the tenant.
#[worker::send]
pub async fn show(
    InSession(session): InSession,
    call: Call,
    Segment(user): Segment,
) -> Result<impl IntoResponse> {
    let person = reach(&call, &session, &user).await?;
    Ok(tagged(person.version, person.user))
}

/// Change one's own profile. With `If-Match`, only if it is still as it was read.
#[worker::send]
pub async fn update(
    Authorized { owner, actor, .. }: Authorized<UpdateOwnProfile>,
    call: Call,
    headers: HeaderMap,
    Segment(user): Segment,
    Checked(change): Checked<UpdateUser>,
) -> Result<impl IntoResponse> {
    if user != "me" && user != owner.user().as_str() {
        return Err(Error::not_found("person"));
    }
    if let Some(Some(zone)) = &change.time_zone
        && !is_time_zone(zone)
    {
        return Err(Invalid::one("time_zone", UNKNOWN_TIME_ZONE).into());
    }
    let changed_meanwhile = || {
        Error::refused(
            Code::PreconditionFailed,
            "The profile was changed elsewhere since you opened it.",
        )
    };
    let row = store::find(&call.db, owner.tenant(), owner.user())
        .await?
        .ok_or_else(|| Error::not_found("person"))?;
    let version = row.version();
    let before = User::from(row);
    if let Some(known) = headers.get(header::IF_MATCH)
        && known != tag(version).as_str()
        && known != "*"
    {
        return Err(changed_meanwhile());
    }
    let after = User {
        first_name: change
            .first_name
            .unwrap_or_else(|| before.first_name.clone()),
        last_name: change.last_name.unwrap_or_else(|| before.last_name.clone()),
        phone: change.phone.unwrap_or_else(|| before.phone.clone()),
        time_zone: change.time_zone.unwrap_or_else(|| before.time_zone.clone()),
        ..before.clone()
    };
    let changes = audit::differences(&told(&before), &told(&after));
    if changes.is_empty() {
        return Ok(tagged(version, after));
    }
    let event = audit::Event {
        action: Action::UserUpdated,
        target_type: "user",
        target_id: after.id.as_str(),
        target_name: &actor.name,
        changes: Some(Value::Object(changes)),
    };
    let [updated, _] = call
        .db
        .commit([
            store::update(&owner, &after, version),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await?;
    if updated.changed() == 0 {
        return Err(changed_meanwhile());
    }
    Ok(tagged(version + 1, after))
}

/// A person with the entity tag of their profile (RFC 9110, 8.8.3).
fn tagged(version: u32, user: User) -> impl IntoResponse {
    ([(header::ETAG, tag(version))], Json(user))
}

fn tag(version: u32) -> String {
    format!("\"{version}\"")
}

/// What the trail tells of a profile.
fn told(user: &User) -> Value {
    json!({
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "time_zone": user.time_zone,
    })
}

/// Whether the runtime knows such a time zone.
fn is_time_zone(name: &str) -> bool {
    let format = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let format = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into::<Function>()?;
        let options = Object::new();
        Reflect::set(&options, &"timeZone".into(), &name.into())?;
        Reflect::construct(&format, &Array::of2(&JsValue::UNDEFINED, &options))
    };
    format().is_ok()
}
