//! Where a picture to crop comes from.

use super::desk::{Desk, Task};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement, ImageBitmap};

/// The most bytes of a file that is opened; a camera's are well below.
const LARGEST: f64 = 64.0 * 1024.0 * 1024.0;

/// Holds the picture that was opened.
type Opened = RwSignal<Option<ImageBitmap>, LocalStorage>;

/// Lets the browser ask for a file.
pub fn choose(desk: Desk, opened: Opened) {
    let Ok(input) = document().create_element("input") else {
        return;
    };
    let input: HtmlInputElement = input.unchecked_into();
    input.set_type("file");
    input.set_accept("image/*");
    let chosen = input.clone();
    let changed = Closure::once_into_js(move || {
        if let Some(file) = chosen.files().and_then(|files| files.get(0)) {
            open(desk, file, opened);
        }
    });
    input.set_onchange(Some(changed.unchecked_ref()));
    input.click();
}

/// Opens the file that was dropped.
pub fn open_dropped(desk: Desk, opened: Opened) {
    if let Some(file) = desk.dropped.try_update_value(Option::take).flatten() {
        open(desk, file, opened);
    }
}

/// Opens a file to crop it, or says why that cannot be.
fn open(desk: Desk, file: File, opened: Opened) {
    desk.trouble.try_set(None);
    spawn_local(async move {
        let task = match picture(&file).await {
            Ok(picture) => {
                opened.try_set(Some(picture));
                Task::Crop
            }
            Err(why) => {
                desk.trouble.try_set(Some(why.into()));
                Task::None
            }
        };
        desk.task.try_set(task);
    });
}

/// The picture in a file, the right way up; or why there is none.
async fn picture(file: &File) -> Result<ImageBitmap, &'static str> {
    const UNREADABLE: &str = "This file is not a picture that your browser can read. Choose another, such as a PNG, JPEG or WebP.";
    if file.size() > LARGEST {
        return Err("This picture is larger than 64 MB. Choose a smaller one.");
    }
    let picture = window()
        .create_image_bitmap_with_blob(file)
        .map_err(|_| UNREADABLE)?;
    let picture = JsFuture::from(picture).await.map_err(|_| UNREADABLE)?;
    Ok(picture.unchecked_into())
}
