//! One configuration of decoding, encoding and errors for every export.

use js_sys::{Error as JsError, Reflect};
use wasm_bindgen::JsValue;

use crate::error::Error;

#[cfg(feature = "gate")]
pub(super) use values::{from_js, to_js};

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

/// Values in and out: the gate's alone, since the rules cross as text.
#[cfg(feature = "gate")]
mod values {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use wasm_bindgen::JsValue;

    use crate::error::{Error, Result};

    /// Reads a value.
    pub(in super::super) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
        serde_wasm_bindgen::from_value(value)
            .map_err(|error| Error::invalid_input("", &error.to_string()))
    }

    /// Writes a value: maps as objects, absent as null.
    pub(in super::super) fn to_js<T: Serialize>(value: &T) -> Result<JsValue> {
        value
            .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
            .map_err(|_| Error::EngineFault)
    }
}
