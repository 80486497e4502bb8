//! JSON as the native parser holds it.
//!
//! ```
//! use creditgate::wire::{field::Field, lago};
//! use serde_json::json;
//!
//! let answer = json!([{"lago_id": "w", "currency": "EUR", "balance_cents": 1050}]);
//! let wallets = lago::wallets(&Field::answer(&answer, "wallets"))?;
//! assert_eq!(wallets[0].balance.to_string(), "10.5");
//! # Ok::<(), creditgate::error::Error>(())
//! ```

use serde_json::Value;

use crate::wire::source::{Number, Source};

static NULL: Value = Value::Null;

impl Source for &Value {
    fn is_absent(&self) -> bool {
        self.is_null()
    }

    fn is_object(&self) -> bool {
        Value::is_object(self)
    }

    fn as_bool(&self) -> Option<bool> {
        Value::as_bool(self)
    }

    fn as_text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn as_number(&self) -> Option<Number> {
        self.as_f64().map(Number::of)
    }

    fn number_text(&self) -> Option<String> {
        Value::as_number(self).map(ToString::to_string)
    }

    fn length(&self) -> Option<usize> {
        self.as_array().map(Vec::len)
    }

    fn item(&self, index: usize) -> Option<Self> {
        self.as_array().map(|list| list.get(index).unwrap_or(&NULL))
    }

    fn get(&self, key: &'static str) -> Option<Self> {
        self.as_object().map(|map| map.get(key).unwrap_or(&NULL))
    }

    fn keys(&self) -> Option<Vec<String>> {
        self.as_object().map(|map| map.keys().cloned().collect())
    }
}
