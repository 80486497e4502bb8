//! Answers as plain JavaScript objects.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::literal::literal;
use crate::boundary::target::Target;

#[wasm_bindgen]
extern "C" {
    /// An object whose keys are set by plain assignment, which engines do faster than `Reflect.set`.
    #[wasm_bindgen(extends = Object)]
    type Plain;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Plain, key: &JsValue, value: &JsValue);
}

impl Target for JsValue {
    fn null() -> Self {
        Self::NULL
    }

    fn literal(text: &'static str) -> Self {
        literal(text)
    }

    fn text(text: &str) -> Self {
        Self::from_str(text)
    }

    fn integer(number: i64) -> Self {
        Self::from_f64(number as f64)
    }

    fn boolean(truth: bool) -> Self {
        Self::from_bool(truth)
    }

    fn list(items: impl Iterator<Item = Self>) -> Self {
        items.collect::<Array>().into()
    }

    fn object() -> Self {
        Object::new().into()
    }

    fn with(self, key: &'static str, value: Self) -> Self {
        self.unchecked_ref::<Plain>().set(&literal(key), &value);
        self
    }
}
