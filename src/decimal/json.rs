//! Decimals in the JSON of the verbs.

use core::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Decimal;

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_any(DecimalVisitor)
    }
}

/// The key of that entry.
const NUMBER_KEY: &str = "$serde_json::private::Number";

struct DecimalVisitor;

impl<'de> Visitor<'de> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal string or a number")
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> core::result::Result<Decimal, E> {
        Decimal::parse_number(&value.to_string()).map_err(E::custom)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> core::result::Result<Decimal, E> {
        Decimal::from_parts(value, 0).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> core::result::Result<Decimal, E> {
        Decimal::parse_number(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> core::result::Result<Decimal, E> {
        Ok(Decimal::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> core::result::Result<Decimal, E> {
        Decimal::from_parts(i128::from(value), 0).map_err(E::custom)
    }

    /// A number that no machine number holds: serde_json gives its text as a map of one entry.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> core::result::Result<Decimal, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, text)) if key == NUMBER_KEY => {
                Decimal::parse_number(&text).map_err(de::Error::custom)
            }
            _ => Err(de::Error::custom("not a decimal")),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> core::result::Result<Decimal, E> {
        // The shortest text that reads back as this number: what the provider wrote, up to 15 digits.
        Decimal::parse_number(&value.to_string()).map_err(E::custom)
    }
}
