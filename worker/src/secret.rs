//! Secrets that Latchkey hands out: their form, and the keyed hash that is all it keeps.
//!
//! `<prefix>_` + 30 random base62 characters + 6 that check them (CRC-32 of the 30, base62), so that a typing error
//! is refused before the database is asked. 30 characters are 178 bits: enough that a hash needs neither salt nor work.

use crate::{
    db::Bind,
    error::{Error, Result},
};
use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, Payload},
};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BODY: usize = 30;
const CHECK: usize = 6;

/// What a secret is for, told by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// An access token.
    AccessToken,
    /// What renews an access token.
    RefreshToken,
    /// The key of a service account, which is no secret.
    ApiKey,
    /// The secret of a service account.
    ApiSecret,
    /// An OAuth access token of a service account.
    OAuthToken,
    /// The cookie of a session; never accepted as a token, nor the reverse.
    Session,
    /// The cookie by which a browser is known.
    Device,
    /// A link to set a new password.
    ResetLink,
    /// A link to confirm a new address.
    EmailLink,
    /// A link to take back a change of address.
    UndoLink,
    /// What Slack sends back with the answer to a consent.
    Consent,
    /// A link to accept an invitation.
    InvitationLink,
}

impl Prefix {
    /// The text before the random characters.
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "lkp_",
            Self::RefreshToken => "lkf_",
            Self::ApiKey => "lkk_",
            Self::ApiSecret => "lks_",
            Self::OAuthToken => "lka_",
            Self::Session => "lkn_",
            Self::Device => "lkd_",
            Self::ResetLink => "lkr_",
            Self::EmailLink => "lke_",
            Self::UndoLink => contract::email::UNDO_LINK,
            Self::Consent => "lkc_",
            Self::InvitationLink => "lki_",
        }
    }
}

/// A secret on its way to the one who asked for it. It cannot be copied, printed or stored by accident.
pub struct Secret(String);

impl Secret {
    /// A secret from random bytes. Bytes from 248 on are passed over, since 62 does not divide 256;
    /// `None` when too few are left, which happens once in 10^20 times.
    pub fn from_bytes(prefix: Prefix, random: [u8; 64]) -> Option<Self> {
        let characters = random
            .iter()
            .filter(|byte| **byte < 248)
            .map(|byte| digit(u32::from(*byte)));
        let body: String = characters.take(BODY).collect();
        (body.len() == BODY).then(|| {
            Self(format!(
                "{}{body}{}",
                prefix.as_str(),
                check_characters(&body)
            ))
        })
    }

    /// How it begins: what kind it is and four characters to recognise it by.
    pub fn prefix(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }

    /// Its last four characters.
    pub fn last_four(&self) -> &str {
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or_default()
    }

    /// The text, to hash it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the text away, for the one answer that tells it.
    pub fn expose(self) -> String {
        self.0
    }
}

/// Whether `text` has the form of a secret for this purpose, check characters and all.
pub fn is_well_formed(prefix: Prefix, text: &str) -> bool {
    let body_and_check = || {
        let rest = text.strip_prefix(prefix.as_str())?;
        rest.bytes()
            .all(|b| b.is_ascii_alphanumeric())
            .then(|| rest.split_at_checked(BODY))?
    };
    body_and_check().is_some_and(|(body, check)| check == check_characters(body))
}

/// A text without what may be a secret of ours: people send them in the strangest places.
pub fn masked(text: &str) -> String {
    /// `lkp_`
    const PREFIX: usize = 4;
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest
        .find("lk")
        .and_then(|place| rest.split_at_checked(place))
    {
        masked.push_str(before);
        let (prefix, body) = from.split_at_checked(PREFIX).unwrap_or((from, ""));
        let after = body.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let is_secret = prefix.ends_with('_') && body.len() - after.len() >= BODY;
        let (kept, mark, next) = if is_secret {
            (prefix, "…", after)
        } else {
            let (kept, next) = from.split_at_checked(2).unwrap_or((from, ""));
            (kept, "", next)
        };
        masked.push_str(kept);
        masked.push_str(mark);
        rest = next;
    }
    masked.push_str(rest);
    masked
}

/// CRC-32 (IEEE) in base62, padded with `0`.
fn check_characters(body: &str) -> String {
    let crc = crc32fast::hash(body.as_bytes());
    (0..CHECK)
        .rev()
        .map(|place| digit(crc / 62_u32.pow(u32::try_from(place).unwrap_or_default())))
        .collect()
}

/// The character for `value` modulo 62.
fn digit(value: u32) -> char {
    let index = usize::try_from(value % 62).unwrap_or_default();
    ALPHABET.get(index).copied().map_or('0', char::from)
}

/// The key of the deployment, without which a stolen database tells nothing about any secret.
pub struct HashKey {
    mac: Hmac<Sha256>,
    /// The key that was in use before: what it hashed is found still, and what it sealed opens.
    previous: Option<Box<Self>>,
}

impl HashKey {
    /// Reads at least 32 bytes of hexadecimal.
    pub fn from_hex(hex: &str) -> Result<Self> {
        HEXLOWER_PERMISSIVE
            .decode(hex.trim().as_bytes())
            .ok()
            .filter(|bytes| bytes.len() >= 32)
            .and_then(|bytes| Hmac::new_from_slice(&bytes).ok())
            .map(|mac| Self {
                mac,
                previous: None,
            })
            .ok_or_else(|| {
                Error::Internal("the secret HASH_KEY must be 64 or more hexadecimal digits".into())
            })
    }

    /// The same key, which knows what `previous` hashed and sealed too.
    #[must_use]
    pub fn after(self, previous: Self) -> Self {
        Self {
            previous: Some(Box::new(previous)),
            ..self
        }
    }

    /// What tells this key from others, and nothing about it.
    pub fn id(&self) -> String {
        let [a, b, c, d, ..] = self.mac(&[b"\0", b"id"]);
        HEXLOWER.encode(&[a, b, c, d])
    }

    /// HMAC-SHA-256 of `text`.
    pub fn digest(&self, text: &str) -> Digest {
        Digest(HEXLOWER.encode(&self.mac(&[text.as_bytes()])))
    }

    /// The hash that the previous key gives, if there is one.
    pub fn previous_digest(&self, text: &str) -> Option<Digest> {
        self.previous.as_ref().map(|key| key.digest(text))
    }

    /// Whether there is a previous key.
    pub fn has_previous(&self) -> bool {
        self.previous.is_some()
    }

    /// HMAC-SHA-256 of the parts, one after the other.
    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mac = parts.iter().fold(self.mac.clone(), Mac::chain_update);
        mac.finalize().into_bytes().into()
    }

    /// Its own key for what must be read again, apart from those of digests: no text begins with this byte.
    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.mac(&[b"\0", b"seal"]).into())
    }

    /// Encrypts what must be read again with AES-256-GCM: the id of the key, then nonce and ciphertext, in hexadecimal.
    /// It opens only for `whose` it is, so that one row's cannot be moved to another. A `nonce` serves once.
    pub fn seal(&self, whose: &str, bytes: &[u8], nonce: [u8; 12]) -> Result<String> {
        let payload = Payload {
            msg: bytes,
            aad: whose.as_bytes(),
        };
        let sealed = self.cipher().encrypt(&nonce.into(), payload);
        let sealed = sealed.map_err(|_| Error::Internal("cannot seal".into()))?;
        let sealed = HEXLOWER.encode(&[nonce.as_slice(), &sealed].concat());
        Ok([&self.id(), ".", &sealed].concat())
    }

    /// Encrypts anew what this key or the previous one sealed.
    pub fn seal_anew(&self, whose: &str, sealed: &str, nonce: [u8; 12]) -> Result<String> {
        self.seal(whose, &self.open(whose, sealed)?, nonce)
    }

    /// Decrypts what [`HashKey::seal`] made.
    pub fn open(&self, whose: &str, sealed: &str) -> Result<Vec<u8>> {
        // What was sealed before keys had ids is without.
        let (id, text) = sealed.split_once('.').unwrap_or(("", sealed));
        if let Some(previous) = self.previous.as_ref().filter(|key| key.id() == id) {
            return previous.open(whose, sealed);
        }
        let open = || {
            let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
            let (nonce, msg) = bytes.split_first_chunk::<12>()?;
            let payload = Payload {
                msg,
                aad: whose.as_bytes(),
            };
            self.cipher().decrypt(&(*nonce).into(), payload).ok()
        };
        let bare = self.previous.as_ref().filter(|_| id.is_empty());
        open()
            .or_else(|| bare?.open(whose, sealed).ok())
            .ok_or_else(|| Error::Internal(format!("cannot open what is sealed for {whose}")))
    }
}

/// A keyed hash, in hexadecimal. Looking a row up by it compares nothing that an attacker could time.
pub struct Digest(String);

impl Digest {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Bind for Digest {
    fn bind(&self) -> Value {
        self.0.bind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_masked_wherever_it_stands() {
        let secret = "lkp_zQWBuTSOoRi4A9spHclkcsnDkxkJ0mLq17lk";
        assert_eq!(masked(secret), "lkp_…");
        assert_eq!(
            masked(&format!("curl {secret}; lk {secret}")),
            "curl lkp_…; lk lkp_…"
        );
        for text in [
            "",
            "talk",
            "lk",
            "lkp_",
            "lkp_short",
            "bulky_lk_x",
            "milkhäß_",
            "lklklk",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn check_characters_agree_with_a_published_token() {
        assert_eq!(check_characters("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
    }

    #[test]
    fn a_new_secret_is_well_formed_for_its_own_purpose_only() {
        let secret = Secret::from_bytes(
            Prefix::AccessToken,
            std::array::from_fn(|i| u8::try_from(i * 4).unwrap()),
        )
        .unwrap();
        assert_eq!(secret.as_str().len(), 4 + 36);
        assert!(is_well_formed(Prefix::AccessToken, secret.as_str()));
        assert!(!is_well_formed(Prefix::Session, secret.as_str()));
        assert_eq!(secret.prefix(), &secret.as_str()[..8]);
        assert_eq!(secret.last_four(), &secret.as_str()[36..]);
    }

    #[test]
    fn bytes_that_would_favour_some_characters_are_passed_over() {
        assert!(Secret::from_bytes(Prefix::Session, [248; 64]).is_none());
        assert!(Secret::from_bytes(Prefix::Session, [247; 64]).is_some());
    }

    #[test]
    fn a_typing_error_a_cut_and_an_addition_are_noticed() {
        let good = "lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
        assert!(is_well_formed(Prefix::AccessToken, good));
        for bad in [
            "",
            "lkp_",
            "lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18",
            "lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17",
            "lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq1",
            "lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq170",
            "lkp_éééééééééééééééééé",
            " lkp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17",
        ] {
            assert!(!is_well_formed(Prefix::AccessToken, bad), "{bad}");
        }
    }

    #[test]
    fn a_digest_depends_on_the_key_and_is_the_published_one() {
        // RFC 4231, test case 2, with the key padded by the zeros that HMAC itself would add.
        let key = HashKey::from_hex(&format!("4a656665{}", "00".repeat(28))).unwrap();
        assert_eq!(
            key.digest("what do ya want for nothing?").as_str(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(HashKey::from_hex("4a656665").is_err());
        assert!(HashKey::from_hex(&"zz".repeat(32)).is_err());
    }

    #[test]
    fn what_an_earlier_key_sealed_opens_while_that_key_is_kept() {
        let key = |hex: &str| HashKey::from_hex(&hex.repeat(32)).unwrap();
        let sealed = key("ab").seal("usr_1", b"seed", [7; 12]).unwrap();
        assert!(key("cd").open("usr_1", &sealed).is_err());
        let rotated = key("cd").after(key("ab"));
        assert_eq!(rotated.open("usr_1", &sealed).unwrap(), b"seed");
        let anew = rotated.seal("usr_1", b"seed", [8; 12]).unwrap();
        assert!(key("ab").open("usr_1", &anew).is_err());
        assert_eq!(rotated.open("usr_1", &anew).unwrap(), b"seed");
        // As it was written before keys had ids.
        let (_, bare) = sealed.split_once('.').unwrap();
        assert_eq!(rotated.open("usr_1", bare).unwrap(), b"seed");
        assert_eq!(key("ab").open("usr_1", bare).unwrap(), b"seed");
    }

    #[test]
    fn two_keys_at_once_give_two_hashes() {
        let key = |hex: &str| HashKey::from_hex(&hex.repeat(32)).unwrap();
        assert!(key("cd").previous_digest("secret").is_none());
        let rotated = key("cd").after(key("ab"));
        let [old, new] = [key("ab"), key("cd")].map(|key| key.digest("secret"));
        assert_eq!(rotated.digest("secret").as_str(), new.as_str());
        let previous = rotated.previous_digest("secret").unwrap();
        assert_eq!(previous.as_str(), old.as_str());
        assert_ne!(key("ab").id(), key("cd").id());
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_for_the_same_row_only() {
        let key = HashKey::from_hex(&"ab".repeat(32)).unwrap();
        let sealed = key.seal("usr_1", b"seed", [7; 12]).unwrap();
        assert!(!sealed.contains(&HEXLOWER.encode(b"seed")));
        assert_eq!(key.open("usr_1", &sealed).unwrap(), b"seed");
        assert!(key.open("usr_2", &sealed).is_err());
        let other = HashKey::from_hex(&"ac".repeat(32)).unwrap();
        assert!(other.open("usr_1", &sealed).is_err());
        for broken in ["", "zz", &sealed[..20], &sealed.replace('a', "b")] {
            assert!(key.open("usr_1", broken).is_err(), "{broken}");
        }
    }
}
