//! JSON-like output, whatever holds it.

use crate::decimal::Decimal;
use crate::time::Timestamp;

/// A value of an answer, as JavaScript holds it or as JSON text: what [`crate::wire::source::Source`] is to input.
pub trait Target: Sized {
    /// Null.
    fn null() -> Self;

    /// A text of ours.
    fn literal(text: &'static str) -> Self;

    /// A text of somebody else's.
    fn text(text: &str) -> Self;

    /// A whole number.
    fn integer(number: i64) -> Self;

    /// True or false.
    fn boolean(truth: bool) -> Self;

    /// A list of values.
    fn list(items: impl Iterator<Item = Self>) -> Self;

    /// An object without keys.
    fn object() -> Self;

    /// This object with one more key, which it does not have yet.
    #[must_use]
    fn with(self, key: &'static str, value: Self) -> Self;

    /// Decimals are text at every edge.
    fn decimal(value: Decimal) -> Self {
        Self::text(&value.to_string())
    }

    /// Milliseconds, as JavaScript counts them.
    fn time(at: Timestamp) -> Self {
        Self::integer(at.0)
    }

    /// What is absent is null.
    fn or_null(value: Option<Self>) -> Self {
        value.unwrap_or_else(Self::null)
    }
}
