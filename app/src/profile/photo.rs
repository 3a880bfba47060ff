//! The photo: shown, added, changed, removed.

use super::cropper;
use crate::{
    api::{Api, Method},
    later::Later,
    ui::{avatar::Avatar, dialog::Dialog, notice, toast::Toaster},
};
use contract::photos::MY_PHOTO;
use leptos::{ev::DragEvent, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ImageBitmap};

/// The most bytes of a file that is opened; a camera's are well below.
const LARGEST: f64 = 64.0 * 1024.0 * 1024.0;

/// What the photo and its dialog share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Makes the calls.
    pub api: Api,
    /// The picture that is being cropped.
    pub picture: RwSignal<Option<ImageBitmap>, LocalStorage>,
}

impl Desk {
    /// The one that the page provides.
    pub fn in_use() -> Self {
        expect_context()
    }

    /// Closes the dialog.
    pub fn close(self) {
        self.picture.set(None);
    }

    /// Notes where the photo is now.
    pub fn moved(self, photo_url: Option<String>) {
        self.api.account.change(|user| user.photo_url = photo_url);
    }
}

/// The photo and what can be done with it.
#[component]
pub fn Photo() -> impl IntoView {
    let desk = Desk {
        api: Api::in_use(),
        picture: RwSignal::new_local(None),
    };
    provide_context(desk);
    let cropper = Later::new(|| Box::pin(cropper()), move || desk.close());
    let trouble = RwSignal::new(None::<&'static str>);
    let over = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let open = move |file: Option<File>| {
        let Some(file) = file else { return };
        trouble.set(None);
        cropper.prefetch();
        spawn_local(async move {
            match picture(&file).await {
                Ok(picture) => drop(desk.picture.try_set(Some(picture))),
                Err(why) => drop(trouble.try_set(Some(why))),
            }
        });
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        open(input.files().and_then(|files| files.get(0)));
        // So that the same file can be chosen once more.
        input.set_value("");
    };
    let dropped = move |ev: DragEvent| {
        ev.prevent_default();
        over.set(false);
        let files = ev.data_transfer().and_then(|brought| brought.files());
        open(files.and_then(|files| files.get(0)));
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let user = move || desk.api.account.with(|session| session.user.clone());
    let has_photo = Memo::new(move |_| user().is_some_and(|user| user.photo_url.is_some()));
    let avatar = move || {
        user().map(|user| view! { <Avatar user name="Your photo" class="avatar avatar--large" /> })
    };
    let is_open = Memo::new(move |_| desk.picture.with(Option::is_some));
    view! {
        <div
            class="card__body profile__photo"
            data-over=move || over.get().then_some("true")
            on:dragover=move |ev| {
                ev.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            {avatar}
            <div class="profile__photo-text">
                <div class="form__actions">
                    <button
                        type="button"
                        class="button button--secondary"
                        on:pointerenter=move |_| cropper.prefetch()
                        on:focus=move |_| cropper.prefetch()
                        on:click=choose
                    >
                        {move || if has_photo.get() { "Change photo" } else { "Add photo" }}
                    </button>
                    <button type="button" class="button button--ghost" hidden=move || !has_photo.get() on:click=move |_| removing.set(true)>"Remove photo"</button>
                </div>
                <p class="field__hint">"Choose a picture or drop one here, and then the part of it that is shown. Where it was taken is not kept."</p>
                {notice::alert(move || trouble.get().map(str::to_owned))}
            </div>
            <input type="file" accept="image/*" hidden node_ref=input on:change=chosen />
        </div>
        {move || is_open.get().then(|| cropper.view()).flatten()}
        {move || removing.get().then(|| view! { <Remove desk removing /> })}
    }
}

/// Opens a picture, the right way up; or says why it is none.
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

#[component]
fn Remove(
    /// What is shared.
    desk: Desk,
    /// Taken back to close the dialog.
    removing: RwSignal<bool>,
) -> impl IntoView {
    let toaster = expect_context::<Toaster>();
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| removing.set(false));
    let remove = move |_| {
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = desk.api.send(Method::DELETE, MY_PHOTO, None).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    removing.try_set(false);
                    desk.moved(None);
                    toaster.say("Your photo was removed.".into());
                }
                Err(failure) => drop(trouble.try_set(Some(failure.message()))),
            }
        });
    };
    view! {
        <Dialog id="remove-photo-title" title="Remove photo" small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <p>"Your initials are shown instead."</p>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--danger" disabled=pending on:click=remove>"Remove photo"</button>
            </div>
        </Dialog>
    }
}
