//! The providers' own computations, one verb each. A verb's name, and the keys of its request and answer, are
//! those of the vectors (`tests/vectors/FORMAT.md`); a key that a request does not know is refused.

mod body;
mod flexprice;
mod lago;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::engine::ties::Ties;
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
        "consumption.order" => answer_with_ties(request, lago::consume),
        "consumption.sort" => answer_with_ties(request, lago::sort),
        "conversion.amount_to_credits" => answer(request, flexprice::wallet::to_credits),
        "conversion.credits_to_amount" => answer(request, flexprice::wallet::to_amount),
        "convert.cents_to_credits_unrounded" => answer(request, lago::cents_to_credits),
        "convert.credits" => answer(request, lago::credits),
        "convert.from_cents" => answer(request, lago::from_cents),
        "convert.rounds_to_zero" => answer(request, lago::rounds_to_zero),
        "credits.breakdown" => answer(request, flexprice::credits::breakdown),
        "credits.consume" => answer_with_ties(request, flexprice::credits::consume),
        "credits.expiry_sweep" => answer(request, flexprice::credits::sweep),
        "duration" => answer(request, flexprice::credits::duration),
        "flexprice.wallet.create" => answer(request, flexprice::requests::create_wallet),
        "flexprice.wallet.debit" => answer(request, flexprice::requests::debit),
        "flexprice.wallet.top_up" => answer(request, flexprice::requests::top_up),
        "flexprice.wallet.update" => answer(request, flexprice::requests::update_wallet),
        "gate.can_cover" => answer(request, flexprice::balance::can_cover),
        "grant.expiry" => answer(request, flexprice::credits::expiry),
        "grant.proration" => answer(request, flexprice::credits::proration),
        "interval.amounts" => answer(request, lago::interval_amounts),
        "interval.due" => answer(request, lago::interval_due),
        "invoice.apply" => answer_with_ties(request, lago::apply),
        "invoice.apply_2022" => answer(request, lago::apply_2022),
        "invoice.breakdown" => answer_with_ties(request, lago::breakdown),
        "invoice.credit_application" => answer_with_ties(request, flexprice::invoice::application),
        "invoice.preview_rounding" => answer_with_ties(request, lago::preview_rounding),
        "invoice.totals" => answer(request, flexprice::invoice::totals),
        "invoice.void_refund" => answer(request, flexprice::invoice::void_refund),
        "invoices.unpaid_totals" => answer(request, flexprice::balance::unpaid_totals),
        "lago.alert.create" => answer(request, lago::create_alert),
        "lago.wallet.create" => answer(request, lago::create_wallet),
        "lago.wallet.update" => answer(request, lago::update_wallet),
        "lago.wallet_transaction.create" => answer(request, lago::create_transaction),
        "lago_2022.wallet.after" => answer(request, lago::wallet_2022::after),
        "lago_2022.wallet.create" => answer(request, lago::wallet_2022::create),
        "lago_2022.wallet.purchase" => answer(request, lago::wallet_2022::purchase),
        "lifecycle" => answer(request, lago::lifecycle),
        "ongoing.allocate" => answer_with_ties(request, lago::allocate),
        "ongoing.refresh" => answer(request, lago::refresh),
        "payment.postpaid" => answer_with_ties(request, flexprice::invoice::payment),
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
        "wallet.debit" => answer_with_ties(request, flexprice::wallet::debit),
        "wallet.mutate" => answer(request, lago::mutate),
        "wallet.mutate_sequence" => answer(request, lago::mutate_sequence),
        "wallet.operation_normalise" => answer(request, flexprice::wallet::normalise),
        "wallet.order" => answer_with_ties(request, lago::order),
        "wallet.selection" => answer_with_ties(request, flexprice::wallet::selection),
        "wallet.terminate" => answer(request, flexprice::wallet::terminate),
        _ => Err(Error::unknown_verb(verb)),
    }
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::invalid_input("", &error.to_string())
}

// By way of a value: reading every request off the text would put a parser of its own into each of them.
fn read<Q: DeserializeOwned>(request: &str) -> Result<Q> {
    let request: Value = serde_json::from_str(request).map_err(|error| malformed(&error))?;
    serde_json::from_value(request).map_err(|error| malformed(&error))
}

fn answer<Q: DeserializeOwned, A: Serialize>(
    request: &str,
    run: impl FnOnce(Q) -> Result<A>,
) -> Result<String> {
    serde_json::to_string(&run(read(request)?)?).map_err(|_| Error::engine_fault())
}

/// As [`answer`], where a provider leaves something open: `undefined_by_provider` then lists the keys of the answer
/// that depend on it. It is absent where nothing does.
fn answer_with_ties<Q: DeserializeOwned, A: Serialize>(
    request: &str,
    run: impl Fn(Q, Ties) -> Result<A>,
) -> Result<String> {
    let answers = [Ties::Forward, Ties::Backward].map(|ties| {
        let answer = run(read(request)?, ties)?;
        match serde_json::to_value(answer) {
            Ok(Value::Object(answer)) => Ok(answer),
            _ => Err(Error::engine_fault()),
        }
    });
    let [mut forward, backward] = match answers {
        [Ok(forward), Ok(backward)] => [forward, backward],
        [Err(error), _] | [_, Err(error)] => return Err(error),
    };
    let differs = |(key, value): &(&String, &Value)| backward.get(*key) != Some(*value);
    let is_missing = |key: &&String| !forward.contains_key(*key);
    let open: Vec<Value> = forward
        .iter()
        .filter(differs)
        .map(|(key, _)| key)
        .chain(backward.keys().filter(is_missing))
        .map(|key| Value::String(key.clone()))
        .collect();
    if !open.is_empty() {
        forward.insert("undefined_by_provider".to_owned(), Value::Array(open));
    }
    serde_json::to_string(&forward).map_err(|_| Error::engine_fault())
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
