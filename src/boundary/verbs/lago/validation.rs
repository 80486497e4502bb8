//! What Lago refuses of a request (R-VAL).

use core::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{AmountIn, ById, currency, or_default, present, wallet_status};
use crate::decimal::Decimal;
use crate::engine::recurring::{Method, Trigger};
use crate::engine::validation::{
    self, Metadatum, RuleRequest, TargetWallet, TransactionRequest, Violations, VoidTarget,
    WalletRequest,
};
use crate::error::Result;

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
    #[serde(default, deserialize_with = "or_default")]
    metadata: Vec<PairIn>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PairIn {
    key: Option<DatumIn>,
    value: Option<DatumIn>,
}

/// A key or a value of metadata, of any JSON type.
struct DatumIn(Metadatum);

impl<'de> Deserialize<'de> for DatumIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_any(DatumVisitor).map(Self)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Metadatum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key or a value")
    }

    fn visit_str<E>(self, text: &str) -> core::result::Result<Metadatum, E> {
        Ok(match text.trim() {
            "" => Metadatum::Blank,
            _ => Metadatum::Text(text.to_owned()),
        })
    }

    fn visit_bool<E>(self, truth: bool) -> core::result::Result<Metadatum, E> {
        Ok(if truth {
            Metadatum::Scalar
        } else {
            Metadatum::Blank
        })
    }

    fn visit_i64<E>(self, _: i64) -> core::result::Result<Metadatum, E> {
        Ok(Metadatum::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> core::result::Result<Metadatum, E> {
        Ok(Metadatum::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> core::result::Result<Metadatum, E> {
        Ok(Metadatum::Scalar)
    }

    fn visit_unit<E>(self) -> core::result::Result<Metadatum, E> {
        Ok(Metadatum::Blank)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> core::result::Result<Metadatum, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Metadatum::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> core::result::Result<Metadatum, A::Error> {
        IgnoredAny.visit_map(object).map(|_| Metadatum::Nested)
    }
}

fn datum(datum: Option<DatumIn>) -> Metadatum {
    datum.map_or(Metadatum::Blank, |DatumIn(datum)| datum)
}

pub(in crate::boundary::verbs) fn wallet_transaction(
    request: WalletTransactionRequest,
) -> Result<ValidationAnswer> {
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
    let pairs = request.metadata.into_iter();
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
        metadata: pairs
            .map(|pair| (datum(pair.key), datum(pair.value)))
            .collect(),
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
        trigger: match request.trigger.as_deref() {
            Some("interval") => Some(Trigger::Interval),
            Some("threshold") => Some(Trigger::Threshold),
            _ => None,
        },
        interval: request.interval,
        method: match request.method.as_deref() {
            None | Some("fixed") => Some(Method::Fixed),
            Some("target") => Some(Method::Target),
            Some(_) => None,
        },
        threshold: read(request.threshold_credits),
        target: read(request.target_ongoing_balance),
        paid: read(request.paid_credits),
        names_grants_target: request.grants_target_top_up.is_some(),
    };
    Ok(RecurringRuleAnswer {
        valid: validation::is_recurring_rule(&request),
    })
}
