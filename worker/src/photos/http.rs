//! Routes about photos.

use super::{
    bucket::Place,
    rules,
    store::{self, Photo},
};
use crate::{
    audit,
    auth::{
        Actor, Authorized, Owner,
        rights::{ChangeOwnPhoto, ReadPhotos},
    },
    call::Call,
    db::Statement,
    entity_tag::IfMatch,
    error::{Error, Result},
    extract::{self, Query, Segment},
    limits::{Counter, Limit},
    respond::Keep,
};
use axum::{
    Extension, Json,
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    ids::UserId,
    photos::{self, MAX_BYTES, MediaType},
    problem::Code,
    users::User,
};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Of one person's uploads: enough to find a photo that one likes.
const UPLOADS: Limit = Limit {
    name: "photos of account",
    count: 30,
    seconds: 60 * 60,
};

/// The photo of a person of one's tenant.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ReadPhotos>,
    call: Call,
    headers: HeaderMap,
    Segment(user): Segment,
    mut query: Query,
) -> Result<Response> {
    let version = query.take("v");
    query.finish()?;
    let missing = || Error::not_found("photo");
    let user = match user.as_str() {
        "me" => owner.user().clone(),
        id => UserId::parse(id).ok_or_else(missing)?,
    };
    let photo: Photo = call
        .db
        .first(store::find(&owner, &user))
        .await?
        .ok_or_else(missing)?;
    // An address without the version, or with an old one, stands for another photo soon.
    let keep = if version.as_deref() == Some(photos::version(&photo.hash)) {
        Keep::Forever
    } else {
        Keep::UntilChanged
    };
    let tag = photo.tag();
    if is_known(&headers, &tag) {
        let unchanged = (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]);
        return Ok((Extension(keep), unchanged).into_response());
    }
    let place = Place::of(&call, owner.tenant(), &user, &photo)?;
    let bytes = place.read().await?.ok_or_else(missing)?;
    // `image/webp` becomes `photo.webp`: no name was sent, or none that is kept.
    let name = photo.media_type.replace("image/", "photo.");
    let described = [
        (header::ETAG, tag),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{name}\""),
        ),
        (header::CONTENT_TYPE, photo.media_type),
    ];
    Ok((Extension(keep), described, Body::from(bytes)).into_response())
}

/// Change one's own photo. With `If-Match`, only if it is still the one that was read.
#[worker::send]
pub async fn update(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ChangeOwnPhoto>,
    call: Call,
    headers: HeaderMap,
    if_match: IfMatch,
    Segment(user): Segment,
    body: Body,
) -> Result<impl IntoResponse> {
    // Before any refusal, which somebody who is still sending would not hear.
    let sent = extract::whole(&headers, body, MAX_BYTES, "Send at most 2 MiB.").await;
    is_own(&owner, &user)?;
    let must_be = unchanged(&call, &owner, &if_match).await?;
    let media_type = media_type(&headers)?;
    let uploads = Counter::new(&call, &UPLOADS, owner.user().as_str())?;
    let [taken] = call.db.commit([uploads.take(call.now)]).await?;
    uploads.check(&taken, call.now)?;

    let picture = rules::picture(media_type, &sent?)?;
    let photo = Photo {
        hash: HEXLOWER.encode(&Sha256::digest(&picture)),
        media_type: media_type.as_str().into(),
        upload: call.ulid()?,
    };
    let before = session.user;
    let after = User {
        photo_url: Some(photos::url(owner.user(), &photo.hash)),
        ..before.clone()
    };
    // The bytes are there before anything says so, and go again if nothing comes to say so.
    let place = Place::of(&call, owner.tenant(), owner.user(), &photo)?;
    place.fill(&photo, picture).await?;
    let event = event(Action::UserPhotoChanged, &actor, &before, &after);
    let entry = audit::entry(&call, &owner, &actor, &event);
    let written = match entry {
        Ok(entry) => {
            let change = store::change(&owner, &photo, must_be.as_deref());
            write(&call, &owner, &if_match, change, entry).await
        }
        Err(error) => Err(error),
    };
    if written.is_err() {
        place.clear(&call).await;
    }
    written.map(|()| ([(header::ETAG, photo.tag())], Json(after)))
}

/// Remove one's own photo. With `If-Match`, only if it is still the one that was read.
#[worker::send]
pub async fn remove(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ChangeOwnPhoto>,
    call: Call,
    if_match: IfMatch,
    Segment(user): Segment,
) -> Result<StatusCode> {
    is_own(&owner, &user)?;
    let must_be = unchanged(&call, &owner, &if_match).await?;
    let before = session.user;
    let after = User {
        photo_url: None,
        ..before.clone()
    };
    let event = event(Action::UserPhotoRemoved, &actor, &before, &after);
    let entry = audit::entry(&call, &owner, &actor, &event)?;
    let change = store::remove(&owner, must_be.as_deref());
    write(&call, &owner, &if_match, change, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The hash of one's own photo as it is now, if a call is meant for some states alone and this is one of them.
async fn unchanged(call: &Call, owner: &Owner, if_match: &IfMatch) -> Result<Option<String>> {
    if *if_match == IfMatch::Any {
        return Ok(None);
    }
    let photo: Option<Photo> = call.db.first(store::find(owner, owner.user())).await?;
    let photo = photo.filter(|photo| if_match.allows(&photo.tag()));
    Ok(Some(photo.ok_or_else(changed_meanwhile)?.hash))
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "Your photo was changed elsewhere since you opened it.",
    )
}

/// Carries out `change`, which is about one's own row, with its event. The bytes of the photo that was there before go.
async fn write(
    call: &Call,
    owner: &Owner,
    if_match: &IfMatch,
    change: Statement,
    entry: Statement,
) -> Result<()> {
    // In one transaction, so that of changes side by side each takes away what it replaced itself.
    let [before, changed, _] = call
        .db
        .commit([store::find(owner, owner.user()), change, entry])
        .await?;
    if changed.changed() == 0 && *if_match != IfMatch::Any {
        return Err(changed_meanwhile());
    }
    // From here on it is done, whatever becomes of the old one.
    if let Ok(Some(photo)) = before.row::<Photo>()
        && let Ok(place) = Place::of(call, owner.tenant(), owner.user(), &photo)
    {
        place.clear(call).await;
    }
    Ok(())
}

fn event<'a>(action: Action, actor: &'a Actor, before: &User, after: &'a User) -> audit::Event<'a> {
    let changes = json!({"photo_url": {"from": before.photo_url, "to": after.photo_url}});
    audit::Event {
        action,
        target_type: "user",
        target_id: after.id.as_str(),
        target_name: &actor.name,
        changes: Some(changes),
    }
}

/// Refuses unless `user` stands for oneself.
fn is_own(owner: &Owner, user: &str) -> Result<()> {
    if user == "me" || user == owner.user().as_str() {
        Ok(())
    } else {
        Err(Error::not_found("person"))
    }
}

/// What the photo is declared to be.
fn media_type(headers: &HeaderMap) -> Result<MediaType> {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(MediaType::parse)
        .ok_or_else(|| {
            Error::refused(
                Code::UnsupportedMediaType,
                "Send a photo as image/png, image/jpeg or image/webp.",
            )
        })
}

/// Whether the browser has this very photo (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_photo_is_known_by_its_tag_among_others() {
        let known = |value: &'static str| {
            let headers =
                HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]);
            is_known(&headers, "\"b\"")
        };
        assert!(known("\"b\"") && known("\"a\", W/\"b\"") && known("*"));
        assert!(!known("\"a\"") && !known("b"));
        assert!(!is_known(&HeaderMap::new(), "\"b\""));
    }
}
