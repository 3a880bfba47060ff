//! R2, where the bytes of photos lie: the only user of the binding `PHOTOS`.

use super::store::{self, Photo};
use crate::{
    auth::{Owner, Tenant},
    call::Call,
    error::Result,
};
use contract::ids::UserId;
use worker::{Bucket, HttpMetadata};

/// Where one photo of a person lies.
pub struct Place {
    bucket: Bucket,
    key: String,
}

/// Where a person's photo lies, if they have one.
pub async fn kept(call: &Call, owner: &Owner) -> Result<Option<Place>> {
    let photo: Option<Photo> = call.db.first(store::find(owner, owner.user())).await?;
    photo
        .map(|photo| Place::of(call, owner.tenant(), owner.user(), &photo))
        .transpose()
}

/// The bytes of a person's photo and what they are, if they have one.
pub async fn read(call: &Call, owner: &Owner) -> Result<Option<(String, Vec<u8>)>> {
    let photo: Option<Photo> = call.db.first(store::find(owner, owner.user())).await?;
    let Some(photo) = photo else {
        return Ok(None);
    };
    let place = Place::of(call, owner.tenant(), owner.user(), &photo)?;
    let bytes = place.read().await?;
    Ok(bytes.map(|bytes| (photo.media_type, bytes)))
}

impl Place {
    /// The place of `photo`. No text in its key was sent by anybody.
    pub(super) fn of(call: &Call, tenant: &Tenant, user: &UserId, photo: &Photo) -> Result<Self> {
        Ok(Self {
            bucket: call.env().bucket("PHOTOS")?,
            key: format!(
                "{}/{}/{}/{}",
                tenant.as_str(),
                user.as_str(),
                photo.hash,
                photo.upload
            ),
        })
    }

    /// Lays the bytes there.
    pub(super) async fn fill(&self, photo: &Photo, bytes: Vec<u8>) -> Result<()> {
        let put = self
            .bucket
            .put(&self.key, bytes)
            .http_metadata(HttpMetadata {
                content_type: Some(photo.media_type.clone()),
                ..HttpMetadata::default()
            });
        put.execute().await?;
        Ok(())
    }

    /// The bytes, if they are there.
    pub(super) async fn read(&self) -> Result<Option<Vec<u8>>> {
        let object = self.bucket.get(&self.key).execute().await?;
        match object.as_ref().and_then(worker::Object::body) {
            Some(body) => Ok(Some(body.bytes().await?)),
            None => Ok(None),
        }
    }

    /// Takes the bytes away. Nobody can find them any more, so a failure is logged rather than told.
    pub async fn clear(&self, call: &Call) {
        if let Err(error) = self.bucket.delete(&self.key).await {
            crate::log::failure(&error.into(), &call.request_id);
        }
    }
}
