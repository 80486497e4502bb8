//! Lago's verbs.

mod alert;
mod balance;
mod consumption;
mod conversion;
mod invoice;
mod lifecycle;
mod ongoing;
mod recurring;
mod requests;
mod validation;
pub(super) mod wallet_2022;

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{ById, or_default};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::consumption::TransactionStatus;
use crate::engine::conversion::{LAGO_PLACES, RequestedCredits};
use crate::error::{Error, Result};
use crate::model::fee_key::FeeKey;
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Kind, Status, Wallet};
use crate::time::Timestamp;

pub(super) use alert::crossed;
pub(super) use balance::{mutate, mutate_sequence};
pub(super) use consumption::{available, breakdown, consume, remaining_init, sort};
pub(super) use conversion::{cents_to_credits, credits, from_cents, rounds_to_zero, top_up_limits};
pub(super) use invoice::{apply, apply_2022, preview_rounding};
pub(super) use lifecycle::lifecycle;
pub(super) use ongoing::{allocate, order, refresh};
pub(super) use recurring::{
    granted_credits, interval_amounts, interval_due, paid_credits, threshold_top_up,
};
pub(super) use requests::{create_alert, create_transaction, create_wallet, update_wallet};
pub(super) use validation::{recurring_rule, wallet, wallet_transaction, wallet_update};

/// Of a wallet or a transaction that names none.
const PRIORITY: i64 = 50;

/// EUR unless said otherwise.
fn currency(code: Option<&str>) -> Result<Currency> {
    Currency::parse(code.unwrap_or("EUR"))
}

fn exponent(currency: Currency) -> i32 {
    i32::try_from(currency.lago_exponent()).unwrap_or(0)
}

/// Minor units to currency units.
fn money(cents: Decimal, currency: Currency) -> Result<Decimal> {
    cents.shift(exponent(currency).saturating_neg())
}

/// Currency units to minor units.
fn cents(money: Decimal, currency: Currency) -> Result<Decimal> {
    money.shift(exponent(currency))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalletIn {
    id: String,
    code: Option<String>,
    priority: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    created_order: i64,
    status: Option<String>,
    currency: Option<String>,
    rate_amount: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    balance_cents: Decimal,
    allowed_fee_types: Option<Vec<String>>,
    target_metrics: Option<Vec<String>>,
    #[serde(rename = "billing_entity")]
    _billing_entity: Option<IgnoredAny>,
    threshold_rule_active: Option<bool>,
}

impl WalletIn {
    fn read(self) -> Result<Wallet> {
        let currency = currency(self.currency.as_deref())?;
        Ok(Wallet {
            id: self.id,
            name: None,
            code: self.code,
            currency,
            status: wallet_status(self.status.as_deref()),
            kind: Kind::Prepaid,
            priority: self.priority.unwrap_or(PRIORITY),
            created_order: self.created_order,
            rate: self.rate_amount.unwrap_or(Decimal::ONE),
            balance: money(self.balance_cents, currency)?,
            ongoing_balance: None,
            freshness: Freshness::Undated,
            expires_at: None,
            scope: Scope::Limited(Limits {
                fee_types: self.allowed_fee_types.unwrap_or_default(),
                metrics: self.target_metrics.unwrap_or_default(),
            }),
            threshold_rule: self.threshold_rule_active.unwrap_or_default(),
            grants: None,
        })
    }
}

fn wallets(list: Vec<WalletIn>) -> Result<Vec<Wallet>> {
    list.into_iter().map(WalletIn::read).collect()
}

/// What names a fee, in every list of fees.
struct Named {
    fee_type: String,
    metric: Option<String>,
    accepts_target: Option<bool>,
    target: Option<String>,
}

impl Named {
    /// R-APP-4: the target is part of the key only where the organization has targeting and the charge takes it.
    fn key(self, events_targeting_wallets: bool) -> FeeKey {
        let targeted = events_targeting_wallets && self.accepts_target.unwrap_or_default();
        FeeKey {
            fee_type: self.fee_type,
            metric: self.metric,
            target_wallet: self.target.filter(|_| targeted),
        }
    }
}

/// Active unless said otherwise.
fn wallet_status(status: Option<&str>) -> Status {
    match status {
        None | Some("active") => Status::Active,
        Some(_) => Status::Inactive,
    }
}

/// Where a transaction stands.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TransactionStatusIn {
    Pending,
    Settled,
    Failed,
}

impl From<TransactionStatusIn> for TransactionStatus {
    fn from(status: TransactionStatusIn) -> Self {
        match status {
            TransactionStatusIn::Pending => Self::Pending,
            TransactionStatusIn::Settled => Self::Settled,
            TransactionStatusIn::Failed => Self::Failed,
        }
    }
}

/// Settled unless said otherwise.
fn transaction_status(status: Option<TransactionStatusIn>) -> TransactionStatus {
    status.map_or(TransactionStatus::Settled, Into::into)
}

/// Credits as a request writes them (R-CONV-1): text may have more digits than fit.
#[derive(Deserialize)]
#[serde(transparent)]
struct CreditsIn(Value);

impl CreditsIn {
    fn text(&self) -> Result<Cow<'_, str>> {
        match &self.0 {
            Value::String(text) => Ok(Cow::Borrowed(text)),
            Value::Number(number) => Ok(Cow::Owned(number.to_string())),
            _ => Err(Error::invalid_input("", "must be a decimal")),
        }
    }

    /// Floored to 5 decimal places.
    fn read(&self, path: &str) -> Result<Decimal> {
        let floored = self
            .text()
            .and_then(|text| Decimal::parse_floor(&text, LAGO_PLACES));
        floored.map_err(|error| error.at(path))
    }

    /// With what lies beyond these, which only a comparison sees.
    fn requested(&self, path: &str) -> Result<RequestedCredits> {
        let requested = self.text().and_then(|text| RequestedCredits::parse(&text));
        requested.map_err(|error| error.at(path))
    }
}

/// An amount that has to be a decimal written as text: a number, or anything else, is an answer, not an error.
#[derive(Deserialize)]
#[serde(transparent)]
struct AmountIn(Value);

impl AmountIn {
    fn read(&self) -> Option<RequestedCredits> {
        RequestedCredits::parse(self.0.as_str()?).ok()
    }
}

/// Tells a key that is there, even if null, from an absent one.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> core::result::Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

fn instant(text: &str, path: &str) -> Result<Timestamp> {
    Timestamp::parse(text).map_err(|_| Error::invalid_input(path, "not an RFC 3339 time"))
}
