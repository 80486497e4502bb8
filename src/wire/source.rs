//! JSON-like input, whatever holds it.

/// A value of JSON, as JavaScript or a native parser holds it.
///
/// Only what is asked for is read: nothing is copied that no rule needs. `None` where a value is not of the kind
/// asked for; a value of JavaScript may also refuse to be read (a getter that throws), which is `None` as well.
pub trait Source: Clone {
    /// Whether this is null or undefined, which read alike.
    fn is_absent(&self) -> bool;

    /// Whether this is an object, and no list.
    fn is_object(&self) -> bool;

    /// Whether this is true, of a truth value.
    fn as_bool(&self) -> Option<bool>;

    /// The text.
    fn as_text(&self) -> Option<String>;

    /// The nearest double of a number.
    fn as_number(&self) -> Option<f64>;

    /// The shortest text that reads back as the same number.
    fn number_text(&self) -> Option<String>;

    /// How many elements a list has.
    fn length(&self) -> Option<usize>;

    /// An element of a list.
    fn item(&self, index: usize) -> Option<Self>;

    /// The value of a key, itself absent where the object does not have it.
    fn get(&self, key: &'static str) -> Option<Self>;

    /// The keys of an object.
    fn keys(&self) -> Option<Vec<String>>;
}
