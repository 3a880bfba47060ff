//! What is drawn, and the file that is made of it.

use super::frame::Frame;
use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

/// How many pixels a photo has along each side.
pub const SIDE: u32 = 512;

/// Draws what lies in the frame over the whole canvas. White shines through where the picture does not cover.
pub fn draw(canvas: &HtmlCanvasElement, picture: &ImageBitmap, frame: &Frame) -> Option<()> {
    let context = canvas.get_context("2d").ok()??;
    let _ = Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into());
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let whole = f64::from(SIDE);
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, whole, whole);
    let (x, y) = frame.corner();
    let side = frame.side();
    context
        .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            picture, x, y, side, side, 0.0, 0.0, whole, whole,
        )
        .ok()
}

/// What was drawn as a file: WebP, or JPEG where the browser does not make that.
pub async fn file(canvas: &HtmlCanvasElement) -> Option<Blob> {
    match encoded(canvas, "image/webp").await {
        Some(file) if file.type_() == "image/webp" => Some(file),
        _ => encoded(canvas, "image/jpeg").await,
    }
}

async fn encoded(canvas: &HtmlCanvasElement, media_type: &str) -> Option<Blob> {
    let quality = JsValue::from_f64(0.9);
    let promise = Promise::new(&mut |resolve, reject| {
        let begun = canvas.to_blob_with_type_and_encoder_options(&resolve, media_type, &quality);
        if let Err(error) = begun {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}
