//! A text as a QR code, drawn in the page: what it says leaves this computer only by a camera.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// White around the code, in modules, as ISO/IEC 18004 wants it.
const QUIET: i32 = 4;

/// The code, if the text is short enough for one.
pub fn code(text: &str, label: &'static str) -> Option<AnyView> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET;
    let frame = format!("0 0 {side} {side}");
    let picture = view! {
        <svg class="qr" role="img" aria-label=label viewBox=frame shape-rendering="crispEdges">
            <path d=modules(&code)></path>
        </svg>
    };
    Some(picture.into_any())
}

/// Every dark module as a square of a path.
fn modules(code: &QrCode) -> String {
    let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    places
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET))
        .collect::<Vec<_>>()
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_lies_inside_the_quiet_zone() {
        let code = QrCode::encode_text("otpauth://totp/x", QrCodeEcc::Medium).unwrap();
        assert!(modules(&code).starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
    }
}
