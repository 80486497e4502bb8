//! Errors as JavaScript throws them.

use js_sys::{Error as JsError, Reflect};
use wasm_bindgen::JsValue;

use crate::error::Error;

/// A JS `Error` with a literal name, a code, and a path for bad input.
pub(super) fn error_to_js(error: &Error) -> JsValue {
    let thrown = JsError::new(&error.to_string());
    thrown.set_name("EngineError");
    let thrown = JsValue::from(thrown);
    // A fresh Error object takes every property: there is nothing to do about a refusal.
    let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
    if !error.path().is_empty() {
        let _ = Reflect::set(&thrown, &"path".into(), &error.path().into());
    }
    thrown
}
