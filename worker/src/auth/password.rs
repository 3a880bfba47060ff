//! Passwords at rest: argon2id in PHC form, 19 MiB and two passes (OWASP Password Storage Cheat Sheet).

use crate::error::{Error, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Stands in for the password of a person who does not exist, so that asking costs the same. Nothing hashes to it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The proof that somebody knew a password. Made only by [`verify`].
pub struct Verified(());

/// The hash to keep.
pub fn hash(password: &str) -> Result<String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Error::Internal(error.to_string()))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(password.as_bytes());
    Ok(hash
        .map_err(|error| Error::Internal(error.to_string()))?
        .to_string())
}

/// Whether `password` is the one kept as `hash`. Without a hash it does the same work and says no.
pub fn verify(password: &str, hash: Option<&str>) -> Result<Option<Verified>> {
    let kept = PasswordHash::new(hash.unwrap_or(NOBODY))
        .map_err(|error| Error::Internal(error.to_string()))?;
    let matches = Argon2::default()
        .verify_password(password.as_bytes(), &kept)
        .is_ok();
    Ok((matches && hash.is_some()).then_some(Verified(())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_the_parameters_of_the_cheat_sheet_and_verifies() {
        let kept = hash("gondola trumpet").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(verify("gondola trumpet", Some(&kept)).unwrap().is_some());
        for wrong in ["Gondola trumpet", "gondola trumpet ", "gondola trumpe", ""] {
            assert!(verify(wrong, Some(&kept)).unwrap().is_none(), "{wrong}");
        }
    }

    #[test]
    fn nobody_can_sign_in_as_nobody() {
        assert!(verify("gondola trumpet", None).unwrap().is_none());
        assert!(verify("", None).unwrap().is_none());
    }

    #[test]
    fn a_stored_hash_that_cannot_be_read_is_our_failure_not_a_match() {
        assert!(verify("x", Some("not a hash")).is_err());
    }
}
