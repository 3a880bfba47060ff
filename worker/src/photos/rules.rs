//! Whether bytes are a photo, and what of them is kept: the picture, and nothing that tells where or with what it was
//! taken.
//!
//! Each kind is walked through part by part, by a list of the parts that a picture needs; whatever else there is, such
//! as EXIF, XMP, comments and colour profiles, is left behind. Pixels are not decoded: that would cost more than a
//! Worker has, and the browser that shows them does it in a sandbox. So that nothing hides among them, what other programs
//! would find there is looked for.

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
/// Another program would read it as something else.
const TWO_FACED: Flaw =
    Flaw::Bad("The file holds something besides the picture. Save the picture anew.");
/// The file contradicts itself.
pub(super) const DAMAGED: Flaw = Flaw::Bad("The picture is damaged. Save it anew.");

/// The part of `bytes` that is the picture, if they are one and of the kind that they are declared to be.
pub(super) fn picture(declared: MediaType, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let walk = |kind| match kind {
        MediaType::Png => png::picture(bytes),
        MediaType::Jpeg => jpeg::picture(bytes),
        MediaType::Webp => webp::picture(bytes),
    };
    let kept = walk(declared).and_then(|kept| {
        if is_two_faced(&kept) {
            Err(TWO_FACED)
        } else {
            Ok(kept)
        }
    });
    kept.map_err(|flaw| match flaw {
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

/// Whether there is an archive, a document or a script in it for whoever does not take it for a picture. Pixels hold one of
/// these marks by chance once in thousands of the largest files, so none is shorter than five bytes.
fn is_two_faced(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 13] = [
        b"<!doctype",
        b"<html",
        b"<script",
        b"<svg ",
        b"<svg\t",
        b"<svg\n",
        b"<svg\r",
        b"<svg/",
        b"<svg>",
        b"<?php",
        b"%pdf-",
        b"rar!\x1A\x07",
        b"7z\xBC\xAF\x27\x1C",
    ];
    bytes.iter().enumerate().any(|(place, byte)| {
        let rest = || bytes.get(place..).unwrap_or_default();
        let begins = |mark: &[u8]| {
            let start = rest().get(..mark.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(mark))
        };
        match byte {
            b'<' | b'%' | b'R' | b'r' | b'7' => MARKS.iter().any(|mark| begins(mark)),
            b'P' => ends_archive(rest(), place),
            _ => false,
        }
    })
}

/// Whether `rest`, which begins at `place`, is the end of a ZIP archive (APPNOTE 4.3.16) whose directory lies before it.
fn ends_archive(rest: &[u8], place: usize) -> bool {
    let Some(([b'P', b'K', 5, 6, fields @ ..], _)) = rest.split_first_chunk::<22>() else {
        return false;
    };
    let number = |at: usize, size: usize| {
        let digits = fields.iter().skip(at).take(size).rev();
        digits.fold(0_u64, |sum, digit| sum << 8 | u64::from(*digit))
    };
    let (disks, here, all) = (number(0, 4), number(4, 2), number(6, 2));
    let (size, start) = (number(8, 4), number(12, 4));
    disks == 0 && here == all && size + start <= u64::try_from(place).unwrap_or_default()
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
    fn what_another_program_would_find_in_it_is_refused() {
        let archive = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x20\0\0\0\x08\0\0\0\x10\0";
        let mark = |mark: &[u8]| [&[7; 64][..], mark, &[7; 16][..]].concat();
        for foreign in [
            &archive[..],
            b"<script>alert(1)</script>",
            b"<SCRIPT src=x>",
            b"<!DOCTYPE html>",
            b"<svg onload=alert(1)>",
            b"<SVG/onload=alert(1)>",
            b"<svg>",
            b"<?php",
            b"%PDF-1.7",
            b"Rar!\x1A\x07\0",
            b"7z\xBC\xAF\x27\x1C",
        ] {
            assert!(is_two_faced(&mark(foreign)), "{foreign:?}");
            assert!(!is_two_faced(&mark(foreign.get(1..).unwrap())));
        }
        // Four bytes of pixels are no archive and no drawing, nor is a directory that lies beyond.
        assert!(!is_two_faced(&mark(b"<svg\x80")));
        assert!(!is_two_faced(&mark(b"PK\x05\x06")));
        assert!(!is_two_faced(archive));
        for (kind, bytes) in samples() {
            assert!(!is_two_faced(&picture(kind, &bytes).unwrap()));
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
