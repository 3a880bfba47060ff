//! Photos of people: how they may be sent, and where they are then.

use crate::{ids::UserId, users::USERS};

/// The signed-in person's photo.
pub const MY_PHOTO: &str = "/api/v1/users/me/photo";
/// The most bytes of a photo.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most pixels along one side of a photo.
pub const MAX_SIDE: u32 = 4096;

/// What a photo may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// Portable Network Graphics.
    Png,
    /// What nearly all cameras make.
    Jpeg,
    /// What browsers make smallest.
    Webp,
}

impl MediaType {
    /// Every kind of photo.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// The name as it stands in `Content-Type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The kind with this name, which may be followed by parameters.
    pub fn parse(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(essence))
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
        }
    }
}

/// What tells one photo from the next in its address, of the hash of its bytes.
pub fn version(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

/// Where the photo of a person is. Another photo has another address, so that this one may be kept forever.
pub fn url(user: &UserId, hash: &str) -> String {
    format!("{USERS}/{}/photo?v={}", user.as_str(), version(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_known_by_its_name_alone() {
        for kind in MediaType::ALL {
            assert_eq!(MediaType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(
            MediaType::parse("Image/PNG; charset=x"),
            Some(MediaType::Png)
        );
        for other in ["", "image/svg+xml", "image/gif", "text/html", "image/*"] {
            assert_eq!(MediaType::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_address_of_a_photo_tells_its_content() {
        let user = UserId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF");
        assert_eq!(
            url(&user, "0123456789abcdef0123456789abcdef"),
            "/api/v1/users/usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF/photo?v=0123456789abcdef"
        );
    }
}
