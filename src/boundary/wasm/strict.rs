//! Reading a caller's request so that a key which it should not have is seen: `serde_wasm_bindgen` looks up a
//! struct's own fields and never the others, so that `deny_unknown_fields` would deny nothing.

use js_sys::{Array, Object};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_wasm_bindgen::Error;
use wasm_bindgen::{JsCast, JsValue};

/// A value of which every object is read with all of its keys.
pub(super) struct Strict(pub JsValue);

type Read<T> = core::result::Result<T, Error>;

impl Strict {
    fn loose(self) -> serde_wasm_bindgen::Deserializer {
        self.0.into()
    }
}

impl<'de> IntoDeserializer<'de, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.loose().deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.0.is_null() || self.0.is_undefined() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.dyn_into::<Array>() {
            Ok(list) => visitor.visit_seq(SeqDeserializer::new(list.iter().map(Strict))),
            Err(other) => Strict(other).deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if Array::is_array(&self.0) {
            return self.deserialize_any(visitor);
        }
        match self.0.dyn_into::<Object>() {
            Ok(object) => {
                let entries = Object::entries(&object);
                let entries = entries.iter().map(|entry| {
                    let entry = Array::from(&entry);
                    (Strict(entry.get(0)), Strict(entry.get(1)))
                });
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Err(other) => Strict(other).deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct map enum identifier
    }
}
