//! Time-based one-time passwords (RFC 6238): six digits, SHA-1, steps of 30 seconds.

use contract::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds that a code is good for.
const STEP: i64 = 30;
/// Bytes of a seed: as many as the hash has (RFC 4226, section 4, R6).
pub const SEED: usize = 20;

/// The step whose code this is: the present one, or the one before or after it, as clocks differ.
/// Steps up to `last_step` are used up.
pub fn matching_step(seed: &[u8], code: u32, last_step: i64, now: Timestamp) -> Option<i64> {
    let present = now.seconds().div_euclid(STEP);
    // Every step is computed, whichever matches.
    let steps = [present, present - 1, present + 1].map(|step| (step, self::code(seed, step)));
    steps
        .into_iter()
        .filter(|(step, right)| *right == Some(code) && *step > last_step)
        .map(|(step, _)| step)
        .next()
}

/// The code of one step: HOTP of its number (RFC 4226, 5.3).
fn code(seed: &[u8], step: i64) -> Option<u32> {
    let mac = Hmac::<Sha1>::new_from_slice(seed)
        .ok()?
        .chain_update(step.to_be_bytes())
        .finalize()
        .into_bytes();
    let offset = usize::from(mac.last()? & 15);
    let bytes = mac.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_agree_with_the_vectors_of_the_rfc() {
        for (seconds, digits) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000_i64, 65_353_130),
        ] {
            assert_eq!(code(SEED, seconds / STEP), Some(digits % 1_000_000));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_and_never_again() {
        let at = Timestamp::from_seconds;
        let right = code(SEED, 100).unwrap();
        for (now, found) in [
            (69 * 42, None),
            (99 * 30, Some(100)),
            (100 * 30, Some(100)),
            (101 * 30 + 29, Some(100)),
            (102 * 30, None),
        ] {
            assert_eq!(matching_step(SEED, right, 0, at(now)), found, "{now}");
        }
        assert_eq!(matching_step(SEED, right, 100, at(100 * 30)), None);
        assert_eq!(matching_step(SEED, right, 99, at(100 * 30)), Some(100));
        assert_eq!(
            matching_step(SEED, (right + 1) % 1_000_000, 0, at(100 * 30)),
            None
        );
    }
}
