//! Field types that take whatever stands there, so that a fault is reported with its path.

use core::fmt;

use serde::de::{
    Deserialize, Deserializer, Error as Fault, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// Beyond this an integer that came as a JSON number may have lost digits before it reached us (2^53 - 1).
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// An amount: a string or a number, or null or absent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Amount {
    #[default]
    Absent,
    Value(Decimal),
    OutOfRange,
    Malformed,
}

impl Amount {
    /// The amount, if there is one.
    pub(crate) fn optional(self, path: impl Fn() -> String) -> Result<Option<Decimal>> {
        match self {
            Self::Absent => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::OutOfRange => Err(Error::DecimalOutOfRange { path: path() }),
            Self::Malformed => Err(Error::invalid_response(&path(), "is not an amount")),
        }
    }

    /// The amount, which must be there.
    pub(crate) fn required(self, path: impl Fn() -> String) -> Result<Decimal> {
        self.optional(&path)?
            .ok_or_else(|| Error::invalid_response(&path(), "is missing"))
    }

    fn read(text: &str) -> Self {
        match Decimal::parse_number(text) {
            Ok(value) => Self::Value(value),
            Err(Error::DecimalOutOfRange { .. }) => Self::OutOfRange,
            Err(_) => Self::Malformed,
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount")
    }

    fn visit_str<E: Fault>(self, text: &str) -> core::result::Result<Amount, E> {
        Ok(Amount::read(text))
    }

    fn visit_i64<E: Fault>(self, value: i64) -> core::result::Result<Amount, E> {
        let safe = value.unsigned_abs() <= MAX_SAFE_INTEGER;
        Ok(if safe {
            Amount::Value(Decimal::from(value))
        } else {
            Amount::OutOfRange
        })
    }

    fn visit_u64<E: Fault>(self, value: u64) -> core::result::Result<Amount, E> {
        i64::try_from(value).map_or(Ok(Amount::OutOfRange), |value| self.visit_i64(value))
    }

    fn visit_f64<E: Fault>(self, value: f64) -> core::result::Result<Amount, E> {
        let text = value.to_string();
        // Beyond the safe integers the last digits are not certain.
        let safe = text.parse::<i128>().map_or(true, |whole| {
            whole.unsigned_abs() <= MAX_SAFE_INTEGER.into()
        });
        Ok(if safe {
            Amount::read(&text)
        } else {
            Amount::OutOfRange
        })
    }

    fn visit_unit<E: Fault>(self) -> core::result::Result<Amount, E> {
        Ok(Amount::Absent)
    }

    fn visit_none<E: Fault>(self) -> core::result::Result<Amount, E> {
        Ok(Amount::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> core::result::Result<Amount, D::Error> {
        Amount::deserialize(inner)
    }

    fn visit_bool<E: Fault>(self, _: bool) -> core::result::Result<Amount, E> {
        Ok(Amount::Malformed)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> core::result::Result<Amount, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Amount::Malformed)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> core::result::Result<Amount, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Amount::Malformed)
    }
}

/// Text, or null or absent. Anything else is an error of the whole answer.
pub(crate) fn time(text: Option<&str>, path: impl Fn() -> String) -> Result<Option<Timestamp>> {
    text.map(|text| Timestamp::parse(text).map_err(|error| error.at(&path())))
        .transpose()
}

/// A list that may be null.
pub(crate) fn nullable_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> core::result::Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}
