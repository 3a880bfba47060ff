//! Ids: a prefix that names the noun and 26 characters that sort by creation.

use serde::{Deserialize, Serialize};

/// An id of its own type for each noun, so that one cannot be passed for another.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// What every id of this noun begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id from a ULID: 26 characters of Crockford base32 that sort by time.
            pub fn from_ulid(ulid: &str) -> Self {
                Self(format!(concat!($prefix, "{}"), ulid))
            }

            /// The id, if `text` has the form of one.
            pub fn parse(text: &str) -> Option<Self> {
                has_form(text, $prefix).then(|| Self(text.to_owned()))
            }

            /// The id as it stands on the wire and in the database.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                if has_form(&text, $prefix) {
                    Ok(Self(text))
                } else {
                    Err(format!("Expected an id that starts with {}.", $prefix))
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

fn has_form(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|ulid| ulid.len() == 26 && ulid.bytes().all(is_crockford))
}

/// Crockford's base32 leaves out I, L, O and U.
fn is_crockford(byte: u8) -> bool {
    byte.is_ascii_digit()
        || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'L' | b'O' | b'U'))
}

ids! {
    /// A company and everything that belongs to it.
    TenantId = "ten_",
    /// A person.
    UserId = "usr_",
    /// A role.
    RoleId = "rol_",
    /// A signed-in browser.
    SessionId = "ses_",
    /// An access token.
    TokenId = "tok_",
    /// An invitation.
    InvitationId = "inv_",
    /// A service account.
    ServiceAccountId = "svc_",
    /// An audit event.
    EventId = "evt_",
    /// A message on its way out.
    DeliveryId = "dlv_",
    /// Calls with a token that were alike.
    CallsId = "cal_",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_text_and_refuses_another_noun() {
        let text = "tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF";
        assert_eq!(TokenId::parse(text).unwrap().as_str(), text);
        assert_eq!(UserId::parse(text), None);
        assert_eq!(TokenId::parse("tok_01JD7ZQ4T3V5W6X7Y8Z9ABCDEI"), None);
        assert_eq!(TokenId::parse("tok_"), None);
    }

    #[test]
    fn a_wrong_id_is_refused_when_read() {
        assert!(serde_json::from_str::<TokenId>("\"usr_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF\"").is_err());
    }
}
