//! What Lago refuses of a request (R-VAL).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AmountIn, ById, currency, or_default, present, wallet_status};
use crate::decimal::Decimal;
use crate::engine::recurring::{Method, Trigger};
use crate::engine::validation::{
    self, Metadata, Metadatum, RuleRequest, TargetWallet, TransactionRequest, Violations,
    VoidTarget, WalletRequest,
};
use crate::error::{Error, Result};

/// The fields at fault, as in the body of Lago's 422.
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct ValidationAnswer {
    valid: bool,
    error_details: Option<ById<Vec<&'static str>>>,
}

impl From<Violations> for ValidationAnswer {
    fn from(violations: Violations) -> Self {
        let valid = violations.is_empty();
        let details = violations
            .into_iter()
            .map(|(field, codes)| (field.to_owned(), codes));
        Self {
            valid,
            error_details: (!valid).then(|| ById(details.collect())),
        }
    }
}

/// `validate.wallet`: each key is one fact, the rest of the request is good.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct WalletRequestIn {
    #[serde(default, deserialize_with = "present")]
    customer: Option<Option<IgnoredAny>>,
    #[serde(default, deserialize_with = "or_default")]
    active_wallets: i64,
    organization_max_wallets: Option<i64>,
    events_targeting_wallets: Option<bool>,
    priority: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    applies_to: AppliesToIn,
    #[serde(default, deserialize_with = "or_default")]
    recurring_transaction_rules_count: i64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppliesToIn {
    #[serde(default, deserialize_with = "or_default")]
    fee_types: Vec<String>,
}

pub(in crate::boundary::verbs) fn wallet(request: WalletRequestIn) -> Result<ValidationAnswer> {
    let request = WalletRequest {
        customer_found: !matches!(request.customer, Some(None)),
        active_wallets: request.active_wallets,
        organization_max_wallets: request.organization_max_wallets,
        events_targeting_wallets: request.events_targeting_wallets.unwrap_or_default(),
        priority: request.priority,
        fee_types: request.applies_to.fee_types,
        recurring_rules: request.recurring_transaction_rules_count,
    };
    Ok(validation::wallet(&request).into())
}

/// `validate.wallet_update`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct WalletUpdateRequest {
    #[serde(default, deserialize_with = "or_default")]
    wallet: UpdatedWalletIn,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdatedWalletIn {
    status: Option<String>,
}

pub(in crate::boundary::verbs) fn wallet_update(
    request: WalletUpdateRequest,
) -> Result<ValidationAnswer> {
    let status = wallet_status(request.wallet.status.as_deref());
    Ok(validation::wallet_update(status).into())
}

/// `validate.wallet_transaction`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct WalletTransactionRequest {
    wallet_id: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "or_default")]
    wallet: TargetWalletIn,
    paid_credits: Option<AmountIn>,
    granted_credits: Option<AmountIn>,
    voided_credits: Option<AmountIn>,
    voided_transaction_id: Option<String>,
    transaction: Option<VoidTargetIn>,
    metadata: Option<Value>,
    #[serde(default, deserialize_with = "or_default")]
    metadata_pairs: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetWalletIn {
    status: Option<String>,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    credits_balance: Decimal,
    traceable: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VoidTargetIn {
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    remaining_amount_cents: Option<Decimal>,
}

/// A key or a value of metadata, of any JSON type.
fn datum(value: Option<&Value>) -> Metadatum {
    match value {
        None | Some(Value::Null) => Metadatum::Blank,
        Some(Value::String(text)) if text.trim().is_empty() => Metadatum::Blank,
        Some(Value::String(text)) => Metadatum::Text(text.clone()),
        Some(Value::Bool(_) | Value::Number(_)) => Metadatum::Scalar,
        Some(Value::Array(_) | Value::Object(_)) => Metadatum::Nested,
    }
}

/// Keys and values; `None` for what is no list. Other keys of a pair are dropped, as Lago does.
pub(super) fn pairs_of(metadata: Option<&Value>) -> Metadata {
    let Some(metadata) = metadata else {
        return Some(Vec::new());
    };
    let pair = |pair: &Value| (datum(pair.get("key")), datum(pair.get("value")));
    metadata
        .as_array()
        .map(|list| list.iter().map(pair).collect())
}

/// # Errors
/// `invalid_input` for a pair with a key of its own.
fn refuse_other_keys(metadata: Option<&Value>) -> Result<()> {
    let pairs = metadata.and_then(Value::as_array).into_iter().flatten();
    let mut keys = pairs.filter_map(Value::as_object).flat_map(Map::keys);
    match keys.find(|key| !matches!(key.as_str(), "key" | "value")) {
        None => Ok(()),
        Some(key) => {
            let message = format!("unknown field `{key}`, expected `key` or `value`");
            Err(Error::invalid_input("metadata", &message))
        }
    }
}

/// `None` for one that is none.
pub(super) fn trigger_of(name: Option<&str>) -> Option<Trigger> {
    match name {
        Some("interval") => Some(Trigger::Interval),
        Some("threshold") => Some(Trigger::Threshold),
        _ => None,
    }
}

/// Fixed unless said otherwise; `None` for one that is none.
pub(super) fn method_of(name: Option<&str>) -> Option<Method> {
    match name {
        None | Some("fixed") => Some(Method::Fixed),
        Some("target") => Some(Method::Target),
        Some(_) => None,
    }
}

pub(in crate::boundary::verbs) fn wallet_transaction(
    request: WalletTransactionRequest,
) -> Result<ValidationAnswer> {
    refuse_other_keys(request.metadata.as_ref())?;
    let wallet = TargetWallet {
        status: wallet_status(request.wallet.status.as_deref()),
        rate: request.wallet.rate_amount.unwrap_or(Decimal::ONE),
        currency: currency(request.wallet.currency.as_deref())?,
        credits_balance: request.wallet.credits_balance,
        traceable: request.wallet.traceable.unwrap_or(true),
    };
    let read = |amount: Option<AmountIn>| amount.map(|amount| amount.read());
    let target = request.transaction.map(|transaction| VoidTarget {
        remaining: transaction.remaining_amount_cents,
    });
    let request = TransactionRequest {
        // Given, it is an id that no wallet has.
        wallet: request.wallet_id.is_none().then_some(wallet),
        paid: read(request.paid_credits),
        granted: read(request.granted_credits),
        voided: read(request.voided_credits),
        void_target: request
            .voided_transaction_id
            .filter(|id| !id.trim().is_empty())
            .map(|_| target),
        metadata: pairs_of(request.metadata.as_ref()),
        good_pairs: request.metadata_pairs,
    };
    Ok(validation::wallet_transaction(&request).into())
}

/// `validate.recurring_rule`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RecurringRuleRequest {
    trigger: Option<String>,
    interval: Option<String>,
    method: Option<String>,
    threshold_credits: Option<AmountIn>,
    target_ongoing_balance: Option<AmountIn>,
    paid_credits: Option<AmountIn>,
    grants_target_top_up: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct RecurringRuleAnswer {
    valid: bool,
}

pub(in crate::boundary::verbs) fn recurring_rule(
    request: RecurringRuleRequest,
) -> Result<RecurringRuleAnswer> {
    let read = |amount: Option<AmountIn>| amount.map(|amount| amount.read());
    let request = RuleRequest {
        trigger: trigger_of(request.trigger.as_deref()),
        interval: request.interval,
        method: method_of(request.method.as_deref()),
        threshold: read(request.threshold_credits),
        target: read(request.target_ongoing_balance),
        paid: read(request.paid_credits),
        granted: None,
        names_grants_target: request.grants_target_top_up.is_some(),
    };
    Ok(RecurringRuleAnswer {
        valid: validation::recurring_rule(&request).is_empty(),
    })
}
