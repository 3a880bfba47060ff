//! WebP (RFC 9649): chunks in a RIFF container. One of them holds the picture, one may hold what shines through.

use super::{
    bytes::{Bytes, length},
    rules::{DAMAGED, Flaw, GOES_ON, check_sides},
};

/// The flag of an extended file whose picture lets something shine through.
const ALPHA: u8 = 0x10;
/// The flag of one that moves.
const MOVES: u8 = 0x02;

/// The picture in a WebP.
pub(super) fn picture(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut rest = Bytes(bytes.strip_prefix(b"RIFF").ok_or(Flaw::Other)?);
    let size = length(rest.u32_low_first().map_err(|_| Flaw::Other)?);
    let named = rest;
    if rest.take(4).map_err(|_| Flaw::Other)? != b"WEBP" {
        return Err(Flaw::Other);
    }
    let mut chunks = Bytes({ named }.take(size)?);
    chunks.take(4)?;
    if named.0.len() > size {
        return Err(GOES_ON);
    }
    let mut canvas = None;
    let mut alpha = None;
    let mut sides = None;
    let mut kept = vec![];
    while !chunks.is_empty() {
        let kind = chunks.array()?;
        let size = chunks.u32_low_first()?;
        let data = chunks.take(length(size))?;
        chunks.take(length(size % 2))?;
        match &kind {
            b"VP8X" if canvas.is_none() && sides.is_none() => canvas = Some(extended(data)?),
            b"ALPH" if canvas.is_some() && alpha.is_none() && sides.is_none() => alpha = Some(data),
            b"VP8 " | b"VP8L" if sides.is_none() => {
                let (width, height) = if &kind == b"VP8 " {
                    lossy(data)?
                } else {
                    lossless(data)?
                };
                check_sides(width, height)?;
                sides = Some((width, height));
                if let Some(alpha) = alpha.filter(|_| &kind == b"VP8 ") {
                    kept.extend(chunk(b"VP8X", &head(width, height)));
                    kept.extend(chunk(b"ALPH", alpha));
                }
                kept.extend(chunk(&kind, data));
            }
            b"VP8X" | b"ALPH" | b"VP8 " | b"VP8L" => return Err(DAMAGED),
            b"ANIM" | b"ANMF" => return Err(MOVING),
            _ => {}
        }
    }
    if sides.is_none() || canvas.is_some() && canvas != sides {
        return Err(DAMAGED);
    }
    let size = u32::try_from(kept.len() + 4).unwrap_or(u32::MAX);
    Ok([b"RIFF", &size.to_le_bytes()[..], b"WEBP", &kept].concat())
}

const MOVING: Flaw = Flaw::Bad("The picture moves. Save one that stands still.");

/// What an extended file says of itself: the sides of its canvas.
fn extended(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let mut data = Bytes(data);
    let [flags, ..] = data.array::<4>()?;
    if flags & MOVES != 0 {
        return Err(MOVING);
    }
    let (width, height) = (data.u24_low_first()? + 1, data.u24_low_first()? + 1);
    check_sides(width, height)?;
    Ok((width, height))
}

/// The chunk that such a file begins with, saying no more than is needed.
fn head(width: u32, height: u32) -> Vec<u8> {
    let side = |pixels: u32| {
        let [low, middle, high, _] = pixels.saturating_sub(1).to_le_bytes();
        [low, middle, high]
    };
    [&[ALPHA, 0, 0, 0][..], &side(width), &side(height)].concat()
}

/// The sides of a picture in VP8 (RFC 6386, 9.1).
fn lossy(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let mut data = Bytes(data);
    let tag = data.u24_low_first()?;
    let (is_change, is_shown, first_part) = (tag & 1 == 1, tag & 0x10 != 0, tag >> 5);
    if data.take(3)? != [0x9D, 0x01, 0x2A] || is_change || !is_shown {
        return Err(DAMAGED);
    }
    // The two highest bits of each are how it is to be scaled.
    let sides = [data.u16_low_first()?, data.u16_low_first()?].map(|side| u32::from(side & 0x3FFF));
    data.take(length(first_part))?;
    let [width, height] = sides;
    Ok((width, height))
}

/// The sides of a picture in VP8L (RFC 9649, 3.4).
fn lossless(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let mut data = Bytes(data);
    let signature = data.byte()?;
    let bits = data.u32_low_first()?;
    if signature != 0x2F || bits >> 29 != 0 || data.is_empty() {
        return Err(DAMAGED);
    }
    Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let even: &[u8] = if size % 2 == 1 { &[0] } else { &[] };
    [kind, &size.to_le_bytes(), data, even].concat()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::photos::rules::BROKEN_OFF;

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let chunks = chunks.concat();
        let size = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &size[..], b"WEBP", &chunks].concat()
    }

    fn vp8(width: u16, height: u16) -> Vec<u8> {
        let tag = (3_u32 << 5) | 0x10;
        let [low, middle, high, _] = tag.to_le_bytes();
        let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
        let data = [&[low, middle, high, 0x9D, 0x01, 0x2A][..], &sides, b"pixel"].concat();
        chunk(b"VP8 ", &data)
    }

    fn vp8l(width: u32, height: u32) -> Vec<u8> {
        let bits = (width - 1) | (height - 1) << 14 | 1 << 28;
        chunk(b"VP8L", &[&[0x2F][..], &bits.to_le_bytes(), b"px"].concat())
    }

    fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
        let mut data = head(width, height);
        data[0] = flags;
        chunk(b"VP8X", &data)
    }

    fn metadata() -> Vec<u8> {
        let all = [
            chunk(b"EXIF", b"Exif\0\0GPS"),
            chunk(b"XMP ", b"http secret"),
            chunk(b"JUNK", b"secret"),
        ];
        all.concat()
    }

    pub fn samples() -> Vec<Vec<u8>> {
        vec![
            webp(&[vp8(640, 480), metadata()]),
            webp(&[vp8l(640, 480), metadata()]),
            webp(&[
                vp8x(0x3C, 640, 480),
                chunk(b"ICCP", b"ICC"),
                chunk(b"ALPH", b"abc"),
                vp8(640, 480),
                metadata(),
            ]),
            webp(&[vp8x(0x1C, 640, 480), metadata(), vp8l(640, 480)]),
        ]
    }

    #[test]
    fn only_the_picture_and_what_shines_through_is_kept() {
        let kept = [
            webp(&[vp8(640, 480)]),
            webp(&[vp8l(640, 480)]),
            webp(&[vp8x(ALPHA, 640, 480), chunk(b"ALPH", b"abc"), vp8(640, 480)]),
            webp(&[vp8l(640, 480)]),
        ];
        for (sample, kept) in samples().iter().zip(kept) {
            assert_eq!(picture(sample), Ok(kept));
        }
    }

    #[test]
    fn a_flood_of_pixels_is_refused_at_the_header() {
        let flood = Err(check_sides(0, 0).unwrap_err());
        for chunks in [
            vp8(16_383, 16_383),
            vp8(0, 1),
            vp8l(16_384, 16_384),
            vp8l(4097, 1),
            vp8x(0, 1 << 24, 1 << 24),
        ] {
            assert_eq!(picture(&webp(&[chunks])), flood);
        }
        assert!(picture(&webp(&[vp8(4096, 4096)])).is_ok());
        assert!(picture(&webp(&[vp8l(4096, 4096)])).is_ok());
    }

    #[test]
    fn chunks_that_are_missing_damaged_or_out_of_place_are_refused() {
        let change = chunk(b"VP8 ", b"\x11\0\0\x9D\x01\x2A\x01\0\x01\0");
        let short = chunk(b"VP8 ", b"\xF0\xFF\xFF\x9D\x01\x2A\x01\0\x01\0");
        for bytes in [
            webp(&[]),
            webp(&[metadata()]),
            webp(&[vp8x(0, 1, 1)]),
            webp(&[vp8(1, 1), vp8(1, 1)]),
            webp(&[vp8(1, 1), vp8x(0, 1, 1)]),
            webp(&[vp8x(0, 2, 2), vp8(1, 1)]),
            webp(&[vp8(1, 1), chunk(b"ALPH", b"x")]),
            webp(&[chunk(b"ALPH", b"x"), vp8(1, 1)]),
            webp(&[change]),
            webp(&[short]),
            webp(&[chunk(b"VP8L", b"\x2F\0\0\0\x20x")]),
        ] {
            assert!(
                matches!(picture(&bytes), Err(DAMAGED | BROKEN_OFF)),
                "{bytes:x?}"
            );
        }
    }

    #[test]
    fn a_picture_that_moves_is_told() {
        for chunks in [vp8x(MOVES, 1, 1), chunk(b"ANIM", b""), chunk(b"ANMF", b"")] {
            assert_eq!(picture(&webp(&[chunks])), Err(MOVING));
        }
    }
}
