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
        "alert.crossed" => C::encode(&lago::crossed(codec.decode()?)?),
        "balance.real_time" => C::encode(&flexprice::real_time(codec.decode()?)?),
        "balance.real_time_multi_wallet" => {
            C::encode(&flexprice::real_time_multi_wallet(codec.decode()?)?)
        }
        "consumption.available" => C::encode(&lago::available(codec.decode()?)?),
        "consumption.order" => C::encode(&lago::consume(codec.decode()?)?),
        "consumption.sort" => C::encode(&lago::sort(codec.decode()?)?),
        "convert.cents_to_credits_unrounded" => {
            C::encode(&lago::cents_to_credits(codec.decode()?)?)
        }
        "convert.credits" => C::encode(&lago::credits(codec.decode()?)?),
        "convert.from_cents" => C::encode(&lago::from_cents(codec.decode()?)?),
        "convert.rounds_to_zero" => C::encode(&lago::rounds_to_zero(codec.decode()?)?),
        "gate.can_cover" => C::encode(&flexprice::can_cover(codec.decode()?)?),
        "interval.amounts" => C::encode(&lago::interval_amounts(codec.decode()?)?),
        "interval.due" => C::encode(&lago::interval_due(codec.decode()?)?),
        "invoice.apply" => C::encode(&lago::apply(codec.decode()?)?),
        "invoice.apply_2022" => C::encode(&lago::apply_2022(codec.decode()?)?),
        "invoice.breakdown" => C::encode(&lago::breakdown(codec.decode()?)?),
        "invoice.preview_rounding" => C::encode(&lago::preview_rounding(codec.decode()?)?),
        "invoices.unpaid_totals" => C::encode(&flexprice::unpaid_totals(codec.decode()?)?),
        "lifecycle" => C::encode(&lago::lifecycle(codec.decode()?)?),
        "ongoing.allocate" => C::encode(&lago::allocate(codec.decode()?)?),
        "ongoing.refresh" => C::encode(&lago::refresh(codec.decode()?)?),
        "rule.granted_credits" => C::encode(&lago::granted_credits(codec.decode()?)?),
        "rule.paid_credits" => C::encode(&lago::paid_credits(codec.decode()?)?),
        "threshold.top_up" => C::encode(&lago::threshold_top_up(codec.decode()?)?),
        "topup.limits" => C::encode(&lago::top_up_limits(codec.decode()?)?),
        "transaction.remaining_init" => C::encode(&lago::remaining_init(codec.decode()?)?),
        "validate.recurring_rule" => C::encode(&lago::recurring_rule(codec.decode()?)?),
        "validate.wallet" => C::encode(&lago::wallet(codec.decode()?)?),
        "validate.wallet_transaction" => C::encode(&lago::wallet_transaction(codec.decode()?)?),
        "validate.wallet_update" => C::encode(&lago::wallet_update(codec.decode()?)?),
        "wallet.mutate" => C::encode(&lago::mutate(codec.decode()?)?),
        "wallet.mutate_sequence" => C::encode(&lago::mutate_sequence(codec.decode()?)?),
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
