//! Our own texts, each decoded into JavaScript once.

use core::cell::Cell;

use wasm_bindgen::JsValue;

thread_local! {
    /// A few dozen keys and codes. Taken out while it is in use, so that a trap cannot leave it half changed.
    static KNOWN: Cell<Vec<(*const str, JsValue)>> = const { Cell::new(Vec::new()) };
}

/// The JS string of a text of the source. The same text at two places is kept twice.
pub(super) fn literal(text: &'static str) -> JsValue {
    let mut known = KNOWN.take();
    let found = known.iter().find(|(at, _)| core::ptr::eq(*at, text));
    let value = match found {
        Some((_, value)) => value.clone(),
        None => {
            let value = JsValue::from_str(text);
            known.push((text, value.clone()));
            value
        }
    };
    KNOWN.set(known);
    value
}
