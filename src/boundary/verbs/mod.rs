//! The providers' own computations, one verb each. A verb's name, and the keys of its request and answer, are
//! those of the vectors (`tests/vectors/FORMAT.md`); a key that a request does not know is refused.

mod flexprice;
mod lago;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::{Error, Result};

/// How requests come in and answers go out.
pub trait Codec {
    /// An answer on its way out.
    type Answer;

    /// Reads the request.
    ///
    /// # Errors
    /// `invalid_input` when it is not of the verb's shape.
    fn decode<T: DeserializeOwned>(&self) -> Result<T>;

    /// Writes the answer.
    ///
    /// # Errors
    /// `engine_fault`.
    fn encode<T: Serialize>(answer: &T) -> Result<Self::Answer>;
}

/// Answers one verb.
///
/// # Errors
/// `unknown_verb`, `invalid_input`, and the errors of the verb.
pub fn call<C: Codec>(verb: &str, codec: &C) -> Result<C::Answer> {
    match verb {
        "balance.real_time" => C::encode(&flexprice::real_time(codec.decode()?)?),
        "balance.real_time_multi_wallet" => {
            C::encode(&flexprice::real_time_multi_wallet(codec.decode()?)?)
        }
        "gate.can_cover" => C::encode(&flexprice::can_cover(codec.decode()?)?),
        "invoice.apply" => C::encode(&lago::apply(codec.decode()?)?),
        "invoices.unpaid_totals" => C::encode(&flexprice::unpaid_totals(codec.decode()?)?),
        "ongoing.allocate" => C::encode(&lago::allocate(codec.decode()?)?),
        "ongoing.refresh" => C::encode(&lago::refresh(codec.decode()?)?),
        "wallet.order" => C::encode(&lago::order(codec.decode()?)?),
        _ => Err(Error::UnknownVerb {
            verb: verb.to_owned(),
        }),
    }
}

/// A map from ids, in the order of its entries.
#[derive(Debug)]
struct ById<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for ById<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, value) in &self.0 {
            map.serialize_entry(id, value)?;
        }
        map.end()
    }
}

/// An explicit null reads like an absent key.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> core::result::Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
