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
        "alerts.state" => C::encode(&flexprice::alert::state(codec.decode()?)?),
        "alerts.state_sequence" => C::encode(&flexprice::alert::sequence(codec.decode()?)?),
        "alerts.validate" => C::encode(&flexprice::alert::validate(codec.decode()?)?),
        "auto_topup" => C::encode(&flexprice::top_up::auto(codec.decode()?)?),
        "balance.real_time" => C::encode(&flexprice::balance::real_time(codec.decode()?)?),
        "balance.real_time_multi_wallet" => C::encode(&flexprice::balance::real_time_multi_wallet(
            codec.decode()?,
        )?),
        "bonus.slab" => C::encode(&flexprice::top_up::slab(codec.decode()?)?),
        "bonus.topup" => C::encode(&flexprice::top_up::bonus_top_up(codec.decode()?)?),
        "bonus.value" => C::encode(&flexprice::top_up::bonus_value(codec.decode()?)?),
        "conversion.amount_to_credits" => {
            C::encode(&flexprice::wallet::to_credits(codec.decode()?)?)
        }
        "conversion.credits_to_amount" => {
            C::encode(&flexprice::wallet::to_amount(codec.decode()?)?)
        }
        "credits.breakdown" => C::encode(&flexprice::credits::breakdown(codec.decode()?)?),
        "credits.consume" => C::encode(&flexprice::credits::consume(codec.decode()?)?),
        "credits.expiry_sweep" => C::encode(&flexprice::credits::sweep(codec.decode()?)?),
        "duration" => C::encode(&flexprice::credits::duration(codec.decode()?)?),
        "gate.can_cover" => C::encode(&flexprice::balance::can_cover(codec.decode()?)?),
        "grant.expiry" => C::encode(&flexprice::credits::expiry(codec.decode()?)?),
        "grant.proration" => C::encode(&flexprice::credits::proration(codec.decode()?)?),
        "invoice.apply" => C::encode(&lago::apply(codec.decode()?)?),
        "invoice.credit_application" => {
            C::encode(&flexprice::invoice::application(codec.decode()?)?)
        }
        "invoice.totals" => C::encode(&flexprice::invoice::totals(codec.decode()?)?),
        "invoice.void_refund" => C::encode(&flexprice::invoice::void_refund(codec.decode()?)?),
        "invoices.unpaid_totals" => C::encode(&flexprice::balance::unpaid_totals(codec.decode()?)?),
        "ongoing.allocate" => C::encode(&lago::allocate(codec.decode()?)?),
        "ongoing.refresh" => C::encode(&lago::refresh(codec.decode()?)?),
        "payment.postpaid" => C::encode(&flexprice::invoice::payment(codec.decode()?)?),
        "persist.numeric_10_5" => C::encode(&flexprice::precision::stored_rate(codec.decode()?)?),
        "persist.numeric_20_9" => C::encode(&flexprice::precision::stored_amount(codec.decode()?)?),
        "precision.currency" => C::encode(&flexprice::precision::precision(codec.decode()?)?),
        "round.currency" => C::encode(&flexprice::precision::round(codec.decode()?)?),
        "round.sum" => C::encode(&flexprice::precision::sum(codec.decode()?)?),
        "tax.after_discount" => {
            C::encode(&flexprice::precision::tax_after_discount(codec.decode()?)?)
        }
        "tax.multi" => C::encode(&flexprice::precision::taxes(codec.decode()?)?),
        "tax.percentage" => C::encode(&flexprice::precision::tax(codec.decode()?)?),
        "topup.validate" => C::encode(&flexprice::top_up::validate(codec.decode()?)?),
        "wallet.complete_purchase" => C::encode(&flexprice::wallet::complete(codec.decode()?)?),
        "wallet.credit" => C::encode(&flexprice::wallet::credit(codec.decode()?)?),
        "wallet.credits_available" => C::encode(&flexprice::wallet::available(codec.decode()?)?),
        "wallet.debit" => C::encode(&flexprice::wallet::debit(codec.decode()?)?),
        "wallet.operation_normalise" => C::encode(&flexprice::wallet::normalise(codec.decode()?)?),
        "wallet.order" => C::encode(&lago::order(codec.decode()?)?),
        "wallet.selection" => C::encode(&flexprice::wallet::selection(codec.decode()?)?),
        "wallet.terminate" => C::encode(&flexprice::wallet::terminate(codec.decode()?)?),
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
