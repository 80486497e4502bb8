//! The artifact of `creditgate/rules`: the providers' own computations.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{error_to_js, to_js};
use super::strict::Strict;
use crate::boundary::verbs::{self, Codec};
use crate::error::{Error, Result};

/// Answers one verb.
#[wasm_bindgen]
pub fn call(verb: &str, request: JsValue) -> core::result::Result<JsValue, JsValue> {
    verbs::call(verb, &Js(request)).map_err(|error| error_to_js(&error))
}

struct Js(JsValue);

impl Codec for Js {
    type Answer = JsValue;

    fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(Strict(self.0.clone()))
            .map_err(|error| Error::invalid_input("", &error.to_string()))
    }

    fn encode<T: Serialize>(answer: &T) -> Result<JsValue> {
        to_js(answer)
    }
}
