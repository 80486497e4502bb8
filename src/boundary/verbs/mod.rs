//! The providers' own computations, one verb each. A verb's name, and the keys of its request and answer, are
//! those of the vectors (`tests/vectors/FORMAT.md`); a key that a request does not know is refused.

mod flexprice;
mod lago;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::{Error, Result};

/// Answers one verb; request and answer are JSON text.
///
/// # Errors
/// `unknown_verb`; `invalid_input` for a request that is not of the verb's shape or has a key it does not know;
/// and the errors of the verb itself.
///
/// ```
/// use creditgate::boundary::verbs;
///
/// let request = r#"{"real_time_balance": "10", "conversion_rate": "1", "local_unsynced_cost": "2", "cost": "8"}"#;
/// let answer = verbs::call("gate.can_cover", request)?;
/// assert_eq!(answer, r#"{"covered":true,"remaining":"0","remaining_credits":"0"}"#);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn call(verb: &str, request: &str) -> Result<String> {
    match verb {
        "alert.crossed" => answer(request, lago::crossed),
        "alerts.state" => answer(request, flexprice::alert::state),
        "alerts.state_sequence" => answer(request, flexprice::alert::sequence),
        "alerts.validate" => answer(request, flexprice::alert::validate),
        "auto_topup" => answer(request, flexprice::top_up::auto),
        "balance.real_time" => answer(request, flexprice::balance::real_time),
        "balance.real_time_multi_wallet" => {
            answer(request, flexprice::balance::real_time_multi_wallet)
        }
        "bonus.slab" => answer(request, flexprice::top_up::slab),
        "bonus.topup" => answer(request, flexprice::top_up::bonus_top_up),
        "bonus.value" => answer(request, flexprice::top_up::bonus_value),
        "consumption.available" => answer(request, lago::available),
        "consumption.order" => answer(request, lago::consume),
        "consumption.sort" => answer(request, lago::sort),
        "conversion.amount_to_credits" => answer(request, flexprice::wallet::to_credits),
        "conversion.credits_to_amount" => answer(request, flexprice::wallet::to_amount),
        "convert.cents_to_credits_unrounded" => answer(request, lago::cents_to_credits),
        "convert.credits" => answer(request, lago::credits),
        "convert.from_cents" => answer(request, lago::from_cents),
        "convert.rounds_to_zero" => answer(request, lago::rounds_to_zero),
        "credits.breakdown" => answer(request, flexprice::credits::breakdown),
        "credits.consume" => answer(request, flexprice::credits::consume),
        "credits.expiry_sweep" => answer(request, flexprice::credits::sweep),
        "duration" => answer(request, flexprice::credits::duration),
        "gate.can_cover" => answer(request, flexprice::balance::can_cover),
        "grant.expiry" => answer(request, flexprice::credits::expiry),
        "grant.proration" => answer(request, flexprice::credits::proration),
        "interval.amounts" => answer(request, lago::interval_amounts),
        "interval.due" => answer(request, lago::interval_due),
        "invoice.apply" => answer(request, lago::apply),
        "invoice.apply_2022" => answer(request, lago::apply_2022),
        "invoice.breakdown" => answer(request, lago::breakdown),
        "invoice.credit_application" => answer(request, flexprice::invoice::application),
        "invoice.preview_rounding" => answer(request, lago::preview_rounding),
        "invoice.totals" => answer(request, flexprice::invoice::totals),
        "invoice.void_refund" => answer(request, flexprice::invoice::void_refund),
        "invoices.unpaid_totals" => answer(request, flexprice::balance::unpaid_totals),
        "lifecycle" => answer(request, lago::lifecycle),
        "ongoing.allocate" => answer(request, lago::allocate),
        "ongoing.refresh" => answer(request, lago::refresh),
        "payment.postpaid" => answer(request, flexprice::invoice::payment),
        "persist.numeric_10_5" => answer(request, flexprice::precision::stored_rate),
        "persist.numeric_20_9" => answer(request, flexprice::precision::stored_amount),
        "precision.currency" => answer(request, flexprice::precision::precision),
        "round.currency" => answer(request, flexprice::precision::round),
        "round.sum" => answer(request, flexprice::precision::sum),
        "rule.granted_credits" => answer(request, lago::granted_credits),
        "rule.paid_credits" => answer(request, lago::paid_credits),
        "tax.after_discount" => answer(request, flexprice::precision::tax_after_discount),
        "tax.multi" => answer(request, flexprice::precision::taxes),
        "tax.percentage" => answer(request, flexprice::precision::tax),
        "threshold.top_up" => answer(request, lago::threshold_top_up),
        "topup.limits" => answer(request, lago::top_up_limits),
        "topup.validate" => answer(request, flexprice::top_up::validate),
        "transaction.remaining_init" => answer(request, lago::remaining_init),
        "validate.recurring_rule" => answer(request, lago::recurring_rule),
        "validate.wallet" => answer(request, lago::wallet),
        "validate.wallet_transaction" => answer(request, lago::wallet_transaction),
        "validate.wallet_update" => answer(request, lago::wallet_update),
        "wallet.complete_purchase" => answer(request, flexprice::wallet::complete),
        "wallet.credit" => answer(request, flexprice::wallet::credit),
        "wallet.credits_available" => answer(request, flexprice::wallet::available),
        "wallet.debit" => answer(request, flexprice::wallet::debit),
        "wallet.mutate" => answer(request, lago::mutate),
        "wallet.mutate_sequence" => answer(request, lago::mutate_sequence),
        "wallet.operation_normalise" => answer(request, flexprice::wallet::normalise),
        "wallet.order" => answer(request, lago::order),
        "wallet.selection" => answer(request, flexprice::wallet::selection),
        "wallet.terminate" => answer(request, flexprice::wallet::terminate),
        _ => Err(Error::UnknownVerb {
            verb: verb.to_owned(),
        }),
    }
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::invalid_input("", &error.to_string())
}

fn answer<Q: DeserializeOwned, A: Serialize>(
    request: &str,
    run: impl FnOnce(Q) -> Result<A>,
) -> Result<String> {
    // By way of a value: reading every request off the text would put a parser of its own into each of them.
    let request: serde_json::Value =
        serde_json::from_str(request).map_err(|error| malformed(&error))?;
    let request = serde_json::from_value(request).map_err(|error| malformed(&error))?;
    serde_json::to_string(&run(request)?).map_err(|_| Error::EngineFault)
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
