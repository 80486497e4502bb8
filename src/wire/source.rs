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

    /// What is known of a number without reading its digits.
    fn as_number(&self) -> Option<Number>;

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

/// 2^53 - 1: beyond it, an integer that came as a JSON number may have lost digits before it reached us.
const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A number of JSON, as JavaScript holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A safe integer.
    Whole(i64),
    /// Beyond the safe integers.
    Beyond,
    /// One with a fraction, or none at all (`NaN`, an infinity).
    Other,
}

impl Number {
    /// What a double is.
    ///
    /// ```
    /// use creditgate::wire::source::Number;
    ///
    /// let told = [5.0, -0.5, 1e300, f64::NAN].map(Number::of);
    /// assert_eq!(told, [Number::Whole(5), Number::Other, Number::Beyond, Number::Other]);
    /// ```
    pub fn of(number: f64) -> Self {
        let whole = number as i64;
        if number.is_finite() && whole.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            Self::Beyond
        } else if whole as f64 == number {
            Self::Whole(whole)
        } else {
            Self::Other
        }
    }

    /// What the number is that JavaScript writes so.
    ///
    /// ```
    /// use creditgate::wire::source::Number;
    ///
    /// let told = ["5", "-0.5", "1e+300", "1e-7", "NaN"].map(Number::written);
    /// assert_eq!(told, [Number::Whole(5), Number::Other, Number::Beyond, Number::Other, Number::Other]);
    /// ```
    pub fn written(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            // Only from 21 digits on does JavaScript write a positive exponent.
            let is_beyond = digits.contains("e+");
            return if is_beyond { Self::Beyond } else { Self::Other };
        }
        match text.parse::<i64>() {
            Ok(whole) if whole.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() => {
                Self::Whole(whole)
            }
            _ => Self::Beyond,
        }
    }
}
