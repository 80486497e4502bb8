//! The artifact of `creditgate/rules`: the providers' own computations.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::error_to_js;
use crate::boundary::verbs;

/// Answers one verb; request and answer are JSON text.
#[wasm_bindgen]
pub fn call(verb: &str, request: &str) -> core::result::Result<String, JsValue> {
    verbs::call(verb, request).map_err(|error| error_to_js(&error))
}
