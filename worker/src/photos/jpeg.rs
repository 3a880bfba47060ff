//! JPEG (ITU-T T.81): segments, each after a marker, and between some of them the coded pixels.
//!
//! Which way up a picture is lies in its EXIF and goes with it; who sends one that lies on its side turns it first, as
//! the app does.

use super::{
    bytes::Bytes,
    rules::{DAMAGED, Flaw, GOES_ON, check_sides},
};

const START: &[u8] = b"\xFF\xD8";
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
/// Tables, and how often the decoder starts anew.
const DRAWN_BY: [u8; 3] = [0xC4, 0xDB, 0xDD];

/// The picture in a JPEG.
pub(super) fn picture(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut rest = Bytes(bytes.strip_prefix(START).ok_or(Flaw::Other)?);
    let mut kept = START.to_vec();
    let (mut has_frame, mut has_scan) = (false, false);
    loop {
        let marker = next_marker(&mut rest)?;
        if marker == END {
            break;
        }
        let size = usize::from(rest.u16()?).checked_sub(2).ok_or(DAMAGED)?;
        let data = rest.take(size)?;
        match marker {
            0xC0..=0xC2 if !has_frame => {
                frame(data)?;
                has_frame = true;
                keep(&mut kept, marker, data);
            }
            marker if DRAWN_BY.contains(&marker) => keep(&mut kept, marker, data),
            SCAN if has_frame => {
                has_scan = true;
                keep(&mut kept, marker, data);
                kept.extend(coded_pixels(&mut rest)?);
            }
            // Whether the colours are YCbCr is told by one of these two. The first may hold a small picture, too.
            0xE0 if let Some([head @ .., _, _]) = data.first_chunk::<14>()
                && head.starts_with(b"JFIF\0") =>
            {
                keep(&mut kept, marker, &[&head[..], &[0, 0]].concat());
            }
            0xEE if data.len() == 12 && data.starts_with(b"Adobe") => keep(&mut kept, marker, data),
            0xE0..=0xEF | 0xFE => {}
            0xC3 | 0xC5..=0xCF if !has_frame => {
                return Err(Flaw::Bad(
                    "This kind of JPEG is not shown by browsers. Save it as baseline or progressive.",
                ));
            }
            _ => return Err(DAMAGED),
        }
    }
    kept.extend([0xFF, END]);
    match (has_scan, rest.is_empty()) {
        (false, _) => Err(DAMAGED),
        (true, false) => Err(GOES_ON),
        (true, true) => Ok(kept),
    }
}

/// The marker that must follow; it may be filled up in front (T.81, B.1.1.2).
fn next_marker(rest: &mut Bytes) -> Result<u8, Flaw> {
    if rest.byte()? != 0xFF {
        return Err(DAMAGED);
    }
    loop {
        let byte = rest.byte()?;
        if byte != 0xFF {
            return Ok(byte);
        }
    }
}

/// Checks the segment that says how large the picture is and of how many colours.
fn frame(data: &[u8]) -> Result<(), Flaw> {
    let mut data = Bytes(data);
    let depth = data.byte()?;
    let (height, width) = (data.u16()?, data.u16()?);
    check_sides(width.into(), height.into())?;
    let colours = data.byte()?;
    data.take(usize::from(colours) * 3)?;
    if depth == 8 && matches!(colours, 1 | 3 | 4) && data.is_empty() {
        Ok(())
    } else {
        Err(DAMAGED)
    }
}

/// The coded pixels up to the next marker. In them, 0xFF stands before a zero or a number of the restart.
fn coded_pixels<'a>(rest: &mut Bytes<'a>) -> Result<&'a [u8], Flaw> {
    let at_marker = |pair: &[u8]| matches!(pair, [0xFF, code] if !matches!(code, 0 | 0xD0..=0xD7));
    let count = rest.0.windows(2).position(at_marker);
    rest.take(count.unwrap_or(usize::MAX))
}

fn keep(kept: &mut Vec<u8>, marker: u8, data: &[u8]) {
    // It came with a length of two bytes and has not grown.
    let size = u16::try_from(data.len() + 2).unwrap_or(u16::MAX);
    kept.extend([0xFF, marker]);
    kept.extend(size.to_be_bytes());
    kept.extend(data);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::photos::rules::BROKEN_OFF;

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![];
        keep(&mut bytes, marker, data);
        bytes
    }

    fn head(width: u16, height: u16) -> Vec<u8> {
        let colours = [3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
        let data = [
            &[8][..],
            &height.to_be_bytes(),
            &width.to_be_bytes(),
            &colours,
        ]
        .concat();
        segment(0xC2, &data)
    }

    fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
        [START, &segments.concat(), &[0xFF, END]].concat()
    }

    fn scan(pixels: &[u8]) -> Vec<u8> {
        [&segment(SCAN, b"\x01\x01\0\0\x3F\0"), pixels].concat()
    }

    const JFIF: &[u8] = b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0";
    const ADOBE: &[u8] = b"Adobe\0\x64\0\0\0\0\x01";
    const PIXELS: &[u8] = b"\x12\xFF\0\x34\xFF\xD0\x56\xFF\xD7\x78";

    pub fn samples() -> Vec<Vec<u8>> {
        let thumbnail = [&JFIF[..12], b"\x01\x01secret"].concat();
        vec![jpeg(&[
            segment(0xE0, &thumbnail),
            segment(0xE1, b"Exif\0\0GPS"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0secret"),
            segment(0xE2, b"ICC_PROFILE\0"),
            segment(0xEE, ADOBE),
            segment(0xEE, b"Adobe secret and more"),
            segment(0xFE, b"secret"),
            segment(0xDB, &[0; 65]),
            vec![0xFF, 0xFF],
            head(640, 480),
            segment(0xC4, &[0; 17]),
            scan(PIXELS),
            segment(0xDD, b"\0\x04"),
            scan(b"\xAA\xFF"),
        ])]
    }

    #[test]
    fn only_what_it_is_drawn_by_is_kept() {
        let kept = [
            segment(0xE0, JFIF),
            segment(0xEE, ADOBE),
            segment(0xDB, &[0; 65]),
            head(640, 480),
            segment(0xC4, &[0; 17]),
            scan(PIXELS),
            segment(0xDD, b"\0\x04"),
            scan(b"\xAA"),
        ];
        assert_eq!(picture(&samples()[0]), Ok(jpeg(&kept)));
    }

    #[test]
    fn a_flood_of_pixels_is_refused_at_the_header() {
        for (width, height) in [(30_000, 30_000), (1, 4097), (0, 1), (1, 0)] {
            let flood = check_sides(width.into(), height.into()).unwrap_err();
            assert_eq!(picture(&jpeg(&[head(width, height)])), Err(flood));
        }
    }

    #[test]
    fn segments_that_are_missing_damaged_or_out_of_place_are_refused() {
        for bytes in [
            jpeg(&[]),
            jpeg(&[head(1, 1)]),
            jpeg(&[scan(PIXELS)]),
            jpeg(&[head(1, 1), head(1, 1), scan(PIXELS)]),
            jpeg(&[head(1, 1), scan(PIXELS), START.to_vec()]),
            jpeg(&[segment(0xC0, b"\x08\0\x01\0\x01\x02\0\0\0\0\0\0")]),
            jpeg(&[segment(0xC0, b"\x0C\0\x01\0\x01\x01\0\0\0")]),
            jpeg(&[b"\xFF\xDB\0\x01".to_vec()]),
            jpeg(&[b"<script>".to_vec()]),
        ] {
            assert!(
                matches!(picture(&bytes), Err(DAMAGED | BROKEN_OFF)),
                "{bytes:x?}"
            );
        }
    }

    #[test]
    fn a_kind_that_no_browser_shows_is_told() {
        for marker in [0xC3, 0xC9, 0xCF] {
            let lossless = segment(marker, b"\x08\0\x01\0\x01\x01\0\0\0");
            let Err(Flaw::Bad(why)) = picture(&jpeg(&[lossless])) else {
                panic!("accepted")
            };
            assert!(why.contains("baseline or progressive"));
        }
    }
}
