//! Whether bytes are a photo, and what of them is kept: the picture, and nothing that tells where or with what it was
//! taken.
//!
//! Each kind is walked through part by part, by a list of the parts that a picture needs; whatever else there is, such
//! as EXIF, XMP, comments and colour profiles, is left behind. Pixels are not decoded: that would cost more than a
//! Worker has, and the browser that shows them does it in a sandbox.

use super::{jpeg, png, webp};
use crate::error::Error;
use contract::{
    check::Invalid,
    photos::{MAX_SIDE, MediaType},
    problem::Code,
};

/// Why bytes are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They begin like no file of this kind.
    Other,
    /// They are no picture, or not one of a kind that is taken; and what to do about it.
    Bad(&'static str),
}

/// The file ends before the picture does.
pub(super) const BROKEN_OFF: Flaw =
    Flaw::Bad("The picture breaks off before its end. Send the whole file.");
/// The file goes on after the picture.
pub(super) const GOES_ON: Flaw =
    Flaw::Bad("The file goes on after the end of the picture. Save the picture anew.");
/// The file contradicts itself.
pub(super) const DAMAGED: Flaw = Flaw::Bad("The picture is damaged. Save it anew.");

/// The part of `bytes` that is the picture, if they are one and of the kind that they are declared to be.
pub(super) fn picture(declared: MediaType, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let walk = |kind| match kind {
        MediaType::Png => png::picture(bytes),
        MediaType::Jpeg => jpeg::picture(bytes),
        MediaType::Webp => webp::picture(bytes),
    };
    walk(declared).map_err(|flaw| match flaw {
        Flaw::Other => {
            let kind = MediaType::ALL
                .into_iter()
                .find(|kind| walk(*kind) != Err(Flaw::Other));
            let is = kind.map_or("none of PNG, JPEG and WebP".into(), |kind| {
                format!("a {} instead; declare it as {}", kind.name(), kind.as_str())
            });
            Error::refused(
                Code::UnsupportedMediaType,
                format!("The file is declared as {} and is {is}.", declared.as_str()),
            )
        }
        Flaw::Bad(why) => Invalid::whole(why).into(),
    })
}

/// Checks what the file says of its size, before anybody makes room for so many pixels.
pub(super) fn check_sides(width: u32, height: u32) -> Result<(), Flaw> {
    if (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) {
        Ok(())
    } else {
        Err(Flaw::Bad(
            "Send a picture of 1 to 4096 pixels in width and in height.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photos::{jpeg, png, webp};

    /// One sound picture of each form that is told apart, with everything in it that must go.
    fn samples() -> Vec<(MediaType, Vec<u8>)> {
        let of =
            |kind, pictures: Vec<Vec<u8>>| pictures.into_iter().map(move |bytes| (kind, bytes));
        of(MediaType::Png, png::tests::samples())
            .chain(of(MediaType::Jpeg, jpeg::tests::samples()))
            .chain(of(MediaType::Webp, webp::tests::samples()))
            .collect()
    }

    fn why(declared: MediaType, bytes: &[u8]) -> (u16, String) {
        match picture(declared, bytes) {
            Err(Error::Refused(refusal)) => (refusal.status, refusal.detail),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_kept_has_no_metadata_and_is_kept_again_as_it_is() {
        for (kind, bytes) in samples() {
            let kept = picture(kind, &bytes).unwrap();
            for secret in ["Exif", "GPS", "secret", "ICC", "http"] {
                let found = |bytes: &[u8]| {
                    bytes
                        .windows(secret.len())
                        .any(|window| window == secret.as_bytes())
                };
                assert!(!found(&kept), "{kind:?} {secret}");
            }
            assert!(kept.len() < bytes.len());
            assert_eq!(picture(kind, &kept).unwrap(), kept, "{kind:?}");
        }
    }

    #[test]
    fn a_picture_that_breaks_off_or_goes_on_is_refused() {
        for (kind, bytes) in samples() {
            for end in 0..bytes.len() {
                assert!(picture(kind, &bytes[..end]).is_err(), "{kind:?} {end}");
            }
            for more in [&b"\0"[..], b"<script>", b"PK\x03\x04", b"\xFF\xD9"] {
                assert_eq!(why(kind, &[&bytes, more].concat()).0, 422, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_picture_must_be_what_it_is_declared_to_be() {
        for (kind, bytes) in samples() {
            for declared in MediaType::ALL.into_iter().filter(|other| *other != kind) {
                let (status, detail) = why(declared, &bytes);
                assert_eq!(status, 415);
                assert!(detail.ends_with(&format!("declare it as {}.", kind.as_str())));
            }
        }
        for bytes in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<!doctype html>",
            b"GIF89a\x01\0\x01\0",
            b"RIFF\x04\0\0\0WAVE",
        ] {
            for declared in MediaType::ALL {
                let (status, detail) = why(declared, bytes);
                assert_eq!(status, 415);
                assert!(
                    detail.ends_with("is none of PNG, JPEG and WebP."),
                    "{detail}"
                );
            }
        }
    }

    #[test]
    fn sides_are_bounded() {
        for (width, height, fine) in [
            (1, 1, true),
            (4096, 4096, true),
            (0, 1, false),
            (1, 0, false),
            (4097, 1, false),
            (1, u32::MAX, false),
        ] {
            assert_eq!(check_sides(width, height).is_ok(), fine, "{width}x{height}");
        }
    }

    /// Chance that is the same at every run (Marsaglia, Xorshift RNGs).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 16).unwrap() % bound
        }
    }

    #[test]
    fn nothing_that_is_sent_is_a_panic_and_what_passes_passes_again() {
        let mut chance = Chance(0x2545_F491_4F6C_DD1D);
        let mut passed = 0;
        for (kind, sound) in samples() {
            for _ in 0..20_000 {
                let mut bytes = sound.clone();
                for _ in 0..=chance.below(4) {
                    let at = chance.below(bytes.len());
                    match chance.below(5) {
                        0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
                        1 => bytes[at] ^= 1 << chance.below(8),
                        2 => drop(bytes.drain(at..bytes.len().min(at + 1 + chance.below(9)))),
                        3 => {
                            let from = chance.below(bytes.len());
                            let copied = bytes[from..bytes.len().min(from + 12)].to_vec();
                            bytes.splice(at..at, copied);
                        }
                        _ => bytes.truncate(at + 1),
                    }
                    if bytes.is_empty() {
                        bytes.push(0);
                    }
                }
                png::tests::mend(&mut bytes);
                if let Ok(kept) = picture(kind, &bytes) {
                    passed += 1;
                    assert_eq!(picture(kind, &kept).unwrap(), kept);
                }
            }
        }
        assert!(passed > 1_000, "too few came through to tell: {passed}");
    }
}
