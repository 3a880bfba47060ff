//! PNG (W3C, Portable Network Graphics, third edition): a signature and then chunks, each with its checksum.

use super::{
    bytes::{Bytes, length},
    rules::{DAMAGED, Flaw, GOES_ON, check_sides},
};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The chunks before the pixels that a picture is drawn by. They are small and say nothing about where it is from.
const DRAWN_BY: [&[u8; 4]; 5] = [b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB"];

/// How far the walk is.
#[derive(PartialEq, Eq)]
enum Stage {
    Start,
    Head,
    Pixels,
    Tail,
}

/// The picture in a PNG. Of one that moves it is the still one.
pub(super) fn picture(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let chunks = bytes.strip_prefix(SIGNATURE).ok_or(Flaw::Other)?;
    let mut rest = Bytes(chunks);
    let mut kept = SIGNATURE.to_vec();
    let mut stage = Stage::Start;
    loop {
        let mut chunk = rest;
        let size = length(rest.u32()?);
        let kind = rest.array()?;
        let data = rest.take(size)?;
        if checksum(&kind, data) != rest.u32()? {
            return Err(DAMAGED);
        }
        let whole = chunk.take(size.saturating_add(12))?;
        stage = match (stage, &kind) {
            (Stage::Start, b"IHDR") => {
                header(data)?;
                kept.extend(whole);
                Stage::Head
            }
            (Stage::Start, _) => return Err(DAMAGED),
            (Stage::Head, kind) if DRAWN_BY.contains(&kind) && size <= 768 => {
                kept.extend(whole);
                Stage::Head
            }
            (Stage::Head, b"IDAT") if !begins_stream(data) => return Err(DAMAGED),
            (Stage::Head | Stage::Pixels, b"IDAT") => {
                kept.extend(whole);
                Stage::Pixels
            }
            (Stage::Pixels | Stage::Tail, b"IEND") if size == 0 => {
                kept.extend(whole);
                break;
            }
            // A small first letter says that the picture can be drawn without.
            (stage, [first, ..]) if first.is_ascii_lowercase() => match stage {
                Stage::Pixels => Stage::Tail,
                stage => stage,
            },
            _ => return Err(DAMAGED),
        };
    }
    if rest.is_empty() {
        Ok(kept)
    } else {
        Err(GOES_ON)
    }
}

/// Whether pixels begin as zlib writes them (RFC 1950, 2.2): by deflate, and with a header that checks itself.
fn begins_stream(data: &[u8]) -> bool {
    matches!(data, [method, flags, ..]
        if method & 15 == 8 && (u16::from(*method) * 256 + u16::from(*flags)).is_multiple_of(31))
}

/// Checks the chunk that says how large the picture is and how it is written.
fn header(data: &[u8]) -> Result<(), Flaw> {
    let mut data = Bytes(data);
    check_sides(data.u32()?, data.u32()?)?;
    let [depth, colour, compression, filter, interlace] = data.array()?;
    let known = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    if known && compression == 0 && filter == 0 && interlace <= 1 && data.is_empty() {
        Ok(())
    } else {
        Err(DAMAGED)
    }
}

fn checksum(kind: &[u8], data: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(kind);
    crc.update(data);
    crc.finalize()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::photos::rules::BROKEN_OFF;

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        let size = u32::try_from(data.len()).unwrap().to_be_bytes();
        let crc = checksum(kind, data).to_be_bytes();
        [&size[..], kind, data, &crc].concat()
    }

    fn head(width: u32, height: u32) -> Vec<u8> {
        let how = [8, 2, 0, 0, 0];
        let data = [&width.to_be_bytes()[..], &height.to_be_bytes(), &how].concat();
        chunk(b"IHDR", &data)
    }

    fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE.to_vec(), chunks.concat()].concat()
    }

    fn pixels() -> Vec<u8> {
        chunk(b"IDAT", b"\x78\x9c\x63\x60\x60\x60\0\0\0\x04\0\x01")
    }

    fn end() -> Vec<u8> {
        chunk(b"IEND", b"")
    }

    pub fn samples() -> Vec<Vec<u8>> {
        vec![png(&[
            head(1, 1),
            chunk(b"sRGB", b"\0"),
            chunk(b"iCCP", b"ICC profile"),
            chunk(b"PLTE", b"\0\0\0"),
            chunk(b"eXIf", b"Exif GPS"),
            chunk(b"acTL", b"\0\0\0\x02\0\0\0\0"),
            pixels(),
            pixels(),
            chunk(b"tEXt", b"Comment\0secret"),
            end(),
        ])]
    }

    /// Puts the checksums of a PNG right again, so that other tests get past them.
    pub fn mend(bytes: &mut [u8]) {
        let mut at = SIGNATURE.len();
        while let Some(size) = bytes.get(at..at + 4) {
            let size = length(u32::from_be_bytes(size.try_into().unwrap()));
            let end = at.saturating_add(8).saturating_add(size);
            if !bytes.starts_with(SIGNATURE) || end.saturating_add(4) > bytes.len() {
                return;
            }
            let crc = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
            bytes[end..end + 4].copy_from_slice(&crc);
            at = end + 4;
        }
    }

    #[test]
    fn only_what_it_is_drawn_by_is_kept() {
        let kept = [
            head(1, 1),
            chunk(b"sRGB", b"\0"),
            chunk(b"PLTE", b"\0\0\0"),
            pixels(),
            pixels(),
            end(),
        ];
        assert_eq!(picture(&samples()[0]), Ok(png(&kept)));
    }

    #[test]
    fn a_flood_of_pixels_is_refused_at_the_header() {
        for (width, height) in [(30_000, 30_000), (4097, 1), (0, 1), (1, 0)] {
            let bytes = png(&[head(width, height)]);
            assert_eq!(
                picture(&bytes),
                Err(check_sides(width, height).unwrap_err())
            );
        }
        assert_eq!(picture(&png(&[head(4096, 4096)])), Err(BROKEN_OFF));
    }

    #[test]
    fn chunks_that_are_missing_damaged_or_out_of_place_are_refused() {
        let mut damaged = png(&[head(1, 1), pixels(), end()]);
        damaged[50] ^= 1;
        let wrong = chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x03\x02\0\0\0");
        for bytes in [
            damaged,
            png(&[pixels(), end()]),
            png(&[head(1, 1), end()]),
            png(&[head(1, 1), head(1, 1), pixels(), end()]),
            png(&[head(1, 1), pixels(), chunk(b"PLTE", b"\0\0\0"), end()]),
            png(&[head(1, 1), pixels(), chunk(b"tEXt", b"x"), pixels(), end()]),
            png(&[head(1, 1), chunk(b"JAVA", b"script"), pixels(), end()]),
            png(&[head(1, 1), pixels(), chunk(b"IEND", b"x")]),
            png(&[wrong, pixels(), end()]),
        ] {
            assert_eq!(picture(&bytes), Err(DAMAGED));
        }
    }
}
