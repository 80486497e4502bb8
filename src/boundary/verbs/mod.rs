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
        "conversion.amount_to_credits" => answer(request, flexprice::wallet::to_credits),
        "conversion.credits_to_amount" => answer(request, flexprice::wallet::to_amount),
        "credits.breakdown" => answer(request, flexprice::credits::breakdown),
        "credits.consume" => answer(request, flexprice::credits::consume),
        "credits.expiry_sweep" => answer(request, flexprice::credits::sweep),
        "duration" => answer(request, flexprice::credits::duration),
        "gate.can_cover" => answer(request, flexprice::balance::can_cover),
        "grant.expiry" => answer(request, flexprice::credits::expiry),
        "grant.proration" => answer(request, flexprice::credits::proration),
        "invoice.apply" => answer(request, lago::apply),
        "invoice.credit_application" => answer(request, flexprice::invoice::application),
        "invoice.totals" => answer(request, flexprice::invoice::totals),
        "invoice.void_refund" => answer(request, flexprice::invoice::void_refund),
        "invoices.unpaid_totals" => answer(request, flexprice::balance::unpaid_totals),
        "ongoing.allocate" => answer(request, lago::allocate),
        "ongoing.refresh" => answer(request, lago::refresh),
        "payment.postpaid" => answer(request, flexprice::invoice::payment),
        "persist.numeric_10_5" => answer(request, flexprice::precision::stored_rate),
        "persist.numeric_20_9" => answer(request, flexprice::precision::stored_amount),
        "precision.currency" => answer(request, flexprice::precision::precision),
        "round.currency" => answer(request, flexprice::precision::round),
        "round.sum" => answer(request, flexprice::precision::sum),
        "tax.after_discount" => answer(request, flexprice::precision::tax_after_discount),
        "tax.multi" => answer(request, flexprice::precision::taxes),
        "tax.percentage" => answer(request, flexprice::precision::tax),
        "topup.validate" => answer(request, flexprice::top_up::validate),
        "wallet.complete_purchase" => answer(request, flexprice::wallet::complete),
        "wallet.credit" => answer(request, flexprice::wallet::credit),
        "wallet.credits_available" => answer(request, flexprice::wallet::available),
        "wallet.debit" => answer(request, flexprice::wallet::debit),
        "wallet.operation_normalise" => answer(request, flexprice::wallet::normalise),
        "wallet.order" => answer(request, lago::order),
        "wallet.selection" => answer(request, flexprice::wallet::selection),
        "wallet.terminate" => answer(request, flexprice::wallet::terminate),
        _ => Err(Error::UnknownVerb {
            verb: verb.to_owned(),
        }),
    }
}

fn answer<Q: DeserializeOwned, A: Serialize>(
    request: &str,
    run: impl FnOnce(Q) -> Result<A>,
) -> Result<String> {
    let request = serde_json::from_str(request)
        .map_err(|error| Error::invalid_input("", &error.to_string()))?;
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
