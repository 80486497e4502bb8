//! The scheduler of `watch()`: one timer at a time. The cadence is TypeScript's.

use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A timer that fires once. Freeing it clears it; its owner frees it after it has fired, too.
#[wasm_bindgen]
pub struct Timer {
    _timeout: Timeout,
}

#[wasm_bindgen]
impl Timer {
    /// Calls `callback` in `after` milliseconds, at most 2^31 - 1: a runtime takes more for none at all.
    ///
    /// Where the runtime forbids timers this throws past the engine, which then keeps the little that it had made: ask
    /// for one that way first.
    #[wasm_bindgen(constructor)]
    pub fn new(after: u32, callback: Function) -> Timer {
        let fire = move || {
            // What it throws is its own to handle: let through, it would skip what is freed here.
            let _ = callback.call0(&JsValue::UNDEFINED);
        };
        Self {
            _timeout: Timeout::new(after, fire),
        }
    }
}
