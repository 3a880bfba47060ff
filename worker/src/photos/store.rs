//! Statements about photos: what a person's row says of theirs.

use crate::{auth::Owner, db::Statement};
use contract::ids::UserId;
use serde::Deserialize;

/// A photo as a person's row knows it.
#[derive(Clone, Deserialize)]
pub(super) struct Photo {
    /// SHA-256 of its bytes, in hex.
    #[serde(rename = "photo_hash")]
    pub hash: String,
    /// Its media type.
    #[serde(rename = "photo_type")]
    pub media_type: String,
    /// Tells it from other uploads of the same bytes.
    #[serde(rename = "photo_upload")]
    pub upload: String,
}

impl Photo {
    /// Its entity tag.
    pub fn tag(&self) -> String {
        format!("\"{}\"", self.hash)
    }
}

/// The photo of a person of the tenant.
pub(super) fn find(owner: &Owner, user: &UserId) -> Statement {
    Statement::new(
        "SELECT photo_hash, photo_type, photo_upload FROM users
         WHERE id = ?1 AND tenant_id = ?2 AND photo_hash IS NOT NULL",
        [user, owner.tenant()],
    )
}

/// Makes `photo` one's own, in place of the one with the hash `must_be`, if any is named.
pub(super) fn change(owner: &Owner, photo: &Photo, must_be: Option<&str>) -> Statement {
    Statement::new(
        "UPDATE users SET photo_hash = ?3, photo_type = ?4, photo_upload = ?5
         WHERE id = ?1 AND tenant_id = ?2 AND (?6 IS NULL OR photo_hash = ?6)",
        [
            owner.user(),
            owner.tenant(),
            &photo.hash,
            &photo.media_type,
            &photo.upload,
            &must_be,
        ],
    )
}

/// Leaves oneself without the photo, if it has the hash `must_be` or none is named.
pub(super) fn remove(owner: &Owner, must_be: Option<&str>) -> Statement {
    Statement::new(
        "UPDATE users SET photo_hash = NULL, photo_type = NULL, photo_upload = NULL
         WHERE id = ?1 AND tenant_id = ?2 AND photo_hash = coalesce(?3, photo_hash)",
        [owner.user(), owner.tenant(), &must_be],
    )
}
