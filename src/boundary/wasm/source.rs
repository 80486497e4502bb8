//! JavaScript's values as JSON-like input.
//!
//! Every call that may run code of somebody else's (a getter, a Proxy) catches what that throws.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::literal::literal;
use crate::wire::source::{Number, Source};

#[wasm_bindgen]
extern "C" {
    /// Throws for a revoked Proxy, which js-sys does not expect.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> core::result::Result<bool, JsValue>;

    /// Throws what a Proxy throws, which js-sys does not expect.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys(value: &JsValue) -> core::result::Result<Array, JsValue>;

    /// An object read by `object[key]`, which engines do faster than `Reflect.get`.
    #[wasm_bindgen(extends = js_sys::Object)]
    type Indexed;

    #[wasm_bindgen(catch, method, indexing_getter)]
    fn get(this: &Indexed, key: &JsValue) -> core::result::Result<JsValue, JsValue>;
}

impl Source for JsValue {
    fn is_absent(&self) -> bool {
        self.loose_eq(&JsValue::NULL)
    }

    fn is_object(&self) -> bool {
        JsValue::is_object(self) && is_array(self) == Ok(false)
    }

    fn as_bool(&self) -> Option<bool> {
        JsValue::as_bool(self)
    }

    fn as_text(&self) -> Option<String> {
        // The glue asks what a value is at less cost than it tries to read it.
        if self.is_string() {
            self.as_string()
        } else {
            None
        }
    }

    fn as_number(&self) -> Option<Number> {
        self.as_f64().map(Number::of)
    }

    fn number_text(&self) -> Option<String> {
        let number = self.dyn_ref::<js_sys::Number>()?;
        number.to_string_with_radix(10).ok().map(String::from)
    }

    fn length(&self) -> Option<usize> {
        if is_array(self) != Ok(true) {
            return None;
        }
        let length = self.get("length")?.as_f64()?;
        // A Proxy may answer anything; so much is a list's most.
        let whole = length as u32;
        (f64::from(whole) == length).then_some(whole as usize)
    }

    fn item(&self, index: usize) -> Option<Self> {
        Reflect::get_u32(self, u32::try_from(index).ok()?).ok()
    }

    fn get(&self, key: &'static str) -> Option<Self> {
        self.unchecked_ref::<Indexed>().get(&literal(key)).ok()
    }

    fn keys(&self) -> Option<Vec<String>> {
        let keys = keys(self).ok()?;
        Some(keys.iter().filter_map(|key| key.as_string()).collect())
    }
}
