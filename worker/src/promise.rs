//! Waiting for what the runtime promises.
//!
//! `JsFuture` makes two closures for each promise, which the collector has to finalize one by one. Here all promises
//! share one closure, bound to the number under which somebody waits.

use futures_channel::oneshot::{self, Sender};
use js_sys::Promise;
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    type Thenable;

    #[wasm_bindgen(method)]
    fn then(this: &Thenable, kept: &Settle, broken: &Settle) -> JsValue;

    type Settle;

    #[wasm_bindgen(method)]
    fn bind(this: &Settle, receiver: &JsValue, number: u32, kept: bool) -> Settle;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(settle: &Settle, ms: u32) -> JsValue;

    type SetTimeout;

    #[wasm_bindgen(method)]
    fn bind(
        this: &SetTimeout,
        receiver: &JsValue,
        settle: &Settle,
        ms: u32,
        value: &JsValue,
    ) -> Settle;

    #[wasm_bindgen(thread_local_v2, js_name = setTimeout)]
    static SET_TIMEOUT: SetTimeout;
}

/// Those who wait, and the number for the next.
#[derive(Default)]
struct Waiting {
    next: u32,
    by_number: HashMap<u32, Sender<Result<JsValue, JsValue>>>,
}

thread_local! {
    static WAITING: RefCell<Waiting> = RefCell::default();
    static SETTLE: Settle = Closure::<dyn Fn(u32, bool, JsValue)>::new(settle)
        .into_js_value()
        .unchecked_into();
}

fn settle(number: u32, kept: bool, value: JsValue) {
    let waiting = WAITING.with_borrow_mut(|waiting| waiting.by_number.remove(&number));
    if let Some(waiting) = waiting {
        // Whoever waited may have been given up.
        let _ = waiting.send(if kept { Ok(value) } else { Err(value) });
    }
}

/// What the promise comes to: its value, or why it was broken.
pub async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    settled_unless(promise, |_| ()).await
}

/// The same, but `undefined` if that takes more than `ms` from now on or, where there is something to be done first, from
/// when it is.
pub async fn settled_within(
    ms: u32,
    promise: Promise,
    first: Option<&Promise>,
) -> Result<JsValue, JsValue> {
    settled_unless(promise, |give_up| match first {
        None => drop(set_timeout(give_up, ms)),
        Some(first) => {
            // The runtime waits by itself: whatever waits here would stay when a call ends before its time is up.
            let nothing = &JsValue::UNDEFINED;
            let wait = SET_TIMEOUT.with(|timer| timer.bind(nothing, give_up, ms, nothing));
            first.unchecked_ref::<Thenable>().then(&wait, &wait);
        }
    })
    .await
}

/// What the promise comes to, unless what `arrange` is given is called before: then `undefined`.
async fn settled_unless(
    promise: Promise,
    arrange: impl FnOnce(&Settle),
) -> Result<JsValue, JsValue> {
    let (sender, receiver) = oneshot::channel();
    let number = WAITING.with_borrow_mut(|waiting| {
        let number = waiting.next;
        waiting.next = number.wrapping_add(1);
        waiting.by_number.insert(number, sender);
        number
    });
    SETTLE.with(|settle| {
        let [kept, broken] =
            [true, false].map(|kept| settle.bind(&JsValue::UNDEFINED, number, kept));
        promise.unchecked_ref::<Thenable>().then(&kept, &broken);
        arrange(&kept);
    });
    receiver
        .await
        .map_err(|_| JsValue::from("nobody kept the promise"))?
}
