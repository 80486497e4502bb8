//! A request's body as its author wrote it: a field of the wrong type is a problem to report, not a reason to stop.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::RequestedCredits;
use crate::engine::requests::Field;
use crate::engine::validation::Amount;
use crate::time::Timestamp;

/// What is wrong with a request: none for a good one.
#[derive(Debug, Default, Serialize)]
pub(super) struct ProblemsAnswer {
    pub(super) problems: Vec<ProblemOut>,
}

/// One problem.
#[derive(Debug, Serialize)]
pub(super) struct ProblemOut {
    /// The field, from the body's own root.
    pub(super) path: String,
    /// The provider's.
    pub(super) code: &'static str,
    /// In words, where the code says little.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<&'static str>,
}

/// A key that the provider does not read, and would drop without a word. The code is ours.
const UNKNOWN_FIELD: &str = "unknown_field";

/// A JSON object, its fields not yet judged. Null reads like absent.
#[derive(Clone, Copy)]
pub(super) struct Body<'a>(Option<&'a Map<String, Value>>);

impl<'a> Body<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    pub(super) fn value(self, key: &str) -> Option<&'a Value> {
        self.0?.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn has(self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A problem for each key that is none of `known`; `root` is put before it.
    pub(super) fn unknown(self, root: &str, known: &[&str]) -> Vec<ProblemOut> {
        let keys = self.0.into_iter().flat_map(Map::keys);
        keys.filter(|key| !known.contains(&key.as_str()))
            .map(|key| ProblemOut {
                path: format!("{root}{key}"),
                code: UNKNOWN_FIELD,
                message: None,
            })
            .collect()
    }

    /// Text that is not blank; anything else is not readable.
    pub(super) fn text(self, key: &str) -> Field<&'a str> {
        self.value(key).map(Value::as_str)
    }

    /// Whether there is text that is not blank.
    pub(super) fn names(self, key: &str) -> bool {
        self.text(key)
            .flatten()
            .is_some_and(|text| !text.trim().is_empty())
    }

    pub(super) fn flag(self, key: &str) -> Field<bool> {
        self.value(key).map(Value::as_bool)
    }

    /// An amount as Lago wants it: text.
    pub(super) fn amount(self, key: &str) -> Option<Amount> {
        self.text(key)
            .map(|text| text.and_then(|text| RequestedCredits::parse(text).ok()))
    }

    /// A decimal, as text or as a number.
    pub(super) fn decimal(self, key: &str) -> Field<Decimal> {
        self.value(key)
            .map(|value| Decimal::deserialize(value).ok())
    }

    pub(super) fn integer(self, key: &str) -> Field<i64> {
        self.value(key).map(Value::as_i64)
    }

    pub(super) fn currency(self, key: &str) -> Field<Currency> {
        self.text(key)
            .map(|text| text.and_then(|text| Currency::parse(text).ok()))
    }

    pub(super) fn time(self, key: &str) -> Field<Timestamp> {
        self.text(key)
            .map(|text| text.and_then(|text| Timestamp::parse(text).ok()))
    }

    pub(super) fn body(self, key: &str) -> Field<Body<'a>> {
        let object = |value: &'a Value| value.as_object().map(|object| Body(Some(object)));
        self.value(key).map(object)
    }

    pub(super) fn list(self, key: &str) -> Field<&'a [Value]> {
        self.value(key)
            .map(|value| value.as_array().map(Vec::as_slice))
    }

    /// A list of texts.
    pub(super) fn texts(self, key: &str) -> Field<Vec<String>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.list(key)
            .map(|list| list.and_then(|list| list.iter().map(text).collect()))
    }
}
