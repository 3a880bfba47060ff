//! The dialog to choose the part of a picture that becomes one's photo.

mod canvas;
mod frame;

use super::desk::Desk;
use crate::{
    api::{Cargo, Failure, Method, parse},
    ui::{dialog::Dialog, notice, toast::Toaster},
};
use canvas::SIDE;
use contract::{photos::MY_PHOTO, users::User};
use frame::Frame;
use leptos::{ev, html, prelude::*, task::spawn_local};
use web_sys::{HtmlCanvasElement, ImageBitmap};

/// How far an arrow key moves, in parts of what is shown; with Shift five times as far.
const STEP: f64 = 0.02;
/// How much closer a key zooms.
const CLOSER: f64 = 1.1;

/// The dialog, around a picture.
pub fn dialog(desk: Desk, picture: ImageBitmap) -> AnyView {
    view! { <Crop desk picture /> }.into_any()
}

#[component]
fn Crop(
    /// What is shared.
    desk: Desk,
    /// The picture.
    picture: ImageBitmap,
) -> impl IntoView {
    let toaster = expect_context::<Toaster>();
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let frame = RwSignal::new(Frame::new(picture.width(), picture.height()));
    let element = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            frame.with(|frame| canvas::draw(&element, &picture, frame));
        }
    });
    let close = Callback::new(move |()| desk.close());
    let save = move |_| {
        let Some(element) = element.get_untracked() else {
            return;
        };
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = send(desk, &element).await;
            pending.try_set(false);
            match answer {
                Ok(user) => {
                    desk.close();
                    desk.api
                        .account
                        .change(|person| person.photo_url = user.photo_url);
                    toaster.say("Your photo has been updated.".into());
                }
                Err(why) => drop(trouble.try_set(Some(why))),
            }
        });
    };
    let percent = Signal::derive(move || frame.with(Frame::percent));
    let slide = move |ev| {
        let percent: u16 = event_target_value(&ev).parse().unwrap_or(100);
        frame.update(|frame| *frame = frame.zoomed(f64::from(percent) / 100.0));
    };
    view! {
        <Dialog id="crop-title" title="Crop your photo" small=true on_close=close>
            <div class="dialog__body">
                {notice::alert(move || trouble.get())}
                <Stage frame element />
                <div class="field">
                    <label class="field__label" for="zoom">"Zoom"</label>
                    <input
                        class="range"
                        id="zoom"
                        type="range"
                        min="100"
                        max="400"
                        aria-valuetext=move || percent.get().to_string() + " %"
                        prop:value=percent
                        on:input=slide
                    />
                </div>
            </div>
            <div class="dialog__footer">
                <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                <button type="button" class="button button--primary" disabled=pending aria-busy=move || pending.get().then_some("true") on:click=save>
                    {move || if pending.get() { "Saving…" } else { "Save photo" }}
                </button>
            </div>
        </Dialog>
    }
}

/// Makes a file of what is drawn and sends it.
async fn send(desk: Desk, element: &HtmlCanvasElement) -> Result<User, String> {
    let Some(file) = canvas::file(element).await else {
        return Err("Your browser could not make a photo of this picture. Choose another.".into());
    };
    let cargo = Cargo {
        media_type: file.type_(),
        body: Some(file.into()),
        if_match: None,
    };
    let reply = desk.api.exchange(Method::PUT, MY_PHOTO, &cargo).await;
    reply
        .and_then(|reply| parse(&reply.text))
        .map_err(|failure: Failure| failure.message())
}

/// Fingers and mice that are down: which one, and where.
type Pointers = Vec<(i32, f64, f64)>;

/// The picture behind the frame, which stands still while the picture is moved.
#[component]
fn Stage(
    /// What is shown.
    frame: RwSignal<Frame>,
    /// What it is drawn on.
    element: NodeRef<html::Canvas>,
) -> impl IntoView {
    let pointers = StoredValue::new(Pointers::new());
    let down = move |ev: ev::PointerEvent| {
        if let Some(element) = element.get_untracked() {
            let _ = element.set_pointer_capture(ev.pointer_id());
        }
        pointers.update_value(|pointers| pointers.push(at(&ev)));
    };
    let drag = move |ev: ev::PointerEvent| {
        let width = element
            .get_untracked()
            .map_or(0.0, |element| element.get_bounding_client_rect().width());
        let change = pointers.try_update_value(|pointers| follow(pointers, at(&ev)));
        if let Some(Some((x, y, closer))) = change
            && width > 0.0
        {
            frame.update(|frame| {
                *frame = frame
                    .moved(-x / width, -y / width)
                    .zoomed(frame.zoom() * closer);
            });
        }
    };
    let up = move |ev: ev::PointerEvent| {
        pointers.update_value(|pointers| pointers.retain(|pointer| pointer.0 != ev.pointer_id()));
    };
    let wheel = move |ev: ev::WheelEvent| {
        ev.prevent_default();
        let closer = (1.0 - ev.delta_y() / 500.0).clamp(0.5, 2.0);
        frame.update(|frame| *frame = frame.zoomed(frame.zoom() * closer));
    };
    let key = move |ev: ev::KeyboardEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        let far = if ev.shift_key() { 5.0 * STEP } else { STEP };
        if let Some(changed) = by_key(frame.get_untracked(), &ev.key(), far) {
            ev.prevent_default();
            frame.set(changed);
        }
    };
    view! {
        <div class="crop">
            <div class="crop__stage">
                <canvas
                    node_ref=element
                    class="crop__canvas"
                    width=SIDE
                    height=SIDE
                    tabindex="0"
                    role="application"
                    aria-label="Part of the picture that is shown"
                    aria-describedby="crop-hint"
                    autofocus
                    on:pointerdown=down
                    on:pointermove=drag
                    on:pointerup=up
                    on:pointercancel=up
                    on:wheel=wheel
                    on:keydown=key
                ></canvas>
            </div>
            <p class="field__hint" id="crop-hint">"Drag the picture, or move it with the arrow keys. Zoom with the wheel, two fingers, or + and -."</p>
        </div>
    }
}

fn at(ev: &ev::PointerEvent) -> (i32, f64, f64) {
    (
        ev.pointer_id(),
        f64::from(ev.client_x()),
        f64::from(ev.client_y()),
    )
}

/// Follows a pointer to where it is `now`: how far the picture is moved, and how much closer two fingers pull it.
fn follow(pointers: &mut Pointers, now: (i32, f64, f64)) -> Option<(f64, f64, f64)> {
    let count = pointers.len();
    let place = pointers.iter().position(|pointer| pointer.0 == now.0)?;
    let other = pointers.iter().find(|pointer| pointer.0 != now.0).copied();
    let moved = pointers.get_mut(place)?;
    let before = std::mem::replace(moved, now);
    let (x, y) = (now.1 - before.1, now.2 - before.2);
    match other {
        None => Some((x, y, 1.0)),
        Some(other) if count == 2 => {
            let away = |from: (i32, f64, f64)| {
                let (x, y) = (from.1 - other.1, from.2 - other.2);
                (x * x + y * y).sqrt().max(1.0)
            };
            Some((x / 2.0, y / 2.0, away(now) / away(before)))
        }
        Some(_) => None,
    }
}

/// What a key makes of the frame; none if it means nothing here.
fn by_key(frame: Frame, key: &str, far: f64) -> Option<Frame> {
    Some(match key {
        // The picture goes where the arrow points, so the frame goes the other way.
        "ArrowLeft" => frame.moved(far, 0.0),
        "ArrowRight" => frame.moved(-far, 0.0),
        "ArrowUp" => frame.moved(0.0, far),
        "ArrowDown" => frame.moved(0.0, -far),
        "+" | "=" => frame.zoomed(frame.zoom() * CLOSER),
        "-" => frame.zoomed(frame.zoom() / CLOSER),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finger_moves_and_two_pull_closer() {
        let mut pointers = vec![(1, 10.0, 10.0)];
        assert_eq!(
            follow(&mut pointers, (1, 13.0, 6.0)),
            Some((3.0, -4.0, 1.0))
        );
        assert_eq!(follow(&mut pointers, (7, 0.0, 0.0)), None);
        let mut pointers = vec![(1, 0.0, 0.0), (2, 10.0, 0.0)];
        assert_eq!(follow(&mut pointers, (2, 20.0, 0.0)), Some((5.0, 0.0, 2.0)));
        assert_eq!(pointers, [(1, 0.0, 0.0), (2, 20.0, 0.0)]);
    }

    #[test]
    fn arrows_move_the_picture_and_signs_zoom() {
        let frame = Frame::new(800, 600).zoomed(2.0);
        let (x, y) = frame.corner();
        let corner = |key| by_key(frame, key, 0.1).map(|frame| frame.corner());
        assert_eq!(corner("ArrowRight"), Some((x - 30.0, y)));
        assert_eq!(corner("ArrowUp"), Some((x, y + 30.0)));
        assert!(by_key(frame, "+", 0.1).unwrap().zoom() > 2.0);
        assert!(by_key(frame, "-", 0.1).unwrap().zoom() < 2.0);
        assert_eq!(by_key(frame, "Tab", 0.1), None);
    }
}
