//! Balances: `balance.*`, `invoices.unpaid_totals`, `gate.can_cover`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::{ById, or_default};
use super::instant;
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::flexprice_credits;
use crate::engine::real_time::{self, Invoice, InvoiceStatus, Line, PriceTypes, RealTime, Wallet};
use crate::error::{Error, Result};
use crate::model::wallet::{Kind, Status};
use crate::time::Timestamp;

/// An instant at which no draft is in the future, for a request that has no period to compare.
const NO_TIME: Timestamp = Timestamp::NEVER;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalletIn {
    id: Option<String>,
    wallet_type: Option<String>,
    allowed_price_types: Option<Vec<String>>,
    balance: Decimal,
    conversion_rate: Option<Decimal>,
    wallet_status: Option<String>,
    currency: Option<String>,
}

impl WalletIn {
    fn read(&self) -> Wallet {
        let names = self.allowed_price_types.iter().flatten();
        Wallet {
            status: match self.wallet_status.as_deref() {
                None | Some("active") => Status::Active,
                Some(_) => Status::Inactive,
            },
            kind: match self.wallet_type.as_deref() {
                Some("POST_PAID") => Kind::Postpaid,
                _ => Kind::Prepaid,
            },
            balance: self.balance,
            rate: self.conversion_rate.unwrap_or(Decimal::ONE),
            price_types: PriceTypes::of(names.map(String::as_str)),
        }
    }

    fn currency(&self) -> Result<Option<Currency>> {
        self.currency.as_deref().map(Currency::parse).transpose()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceIn {
    #[serde(default, deserialize_with = "or_default")]
    id: String,
    #[serde(rename = "invoice_type")]
    _invoice_type: Option<IgnoredAny>,
    invoice_status: Option<String>,
    payment_status: Option<String>,
    currency: String,
    period_end: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    amount_paid: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    amount_remaining: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    lines: Vec<LineIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineIn {
    amount: Decimal,
    price_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    prepaid_credits_applied: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    line_item_discount: Decimal,
    /// Not subtracted (flexprice 10).
    #[serde(rename = "invoice_level_discount")]
    _invoice_level_discount: Option<IgnoredAny>,
}

impl InvoiceIn {
    fn read(&self) -> Result<Invoice> {
        Ok(Invoice {
            currency: Currency::parse(&self.currency)?,
            status: match self.invoice_status.as_deref() {
                Some("DRAFT") => InvoiceStatus::Draft,
                Some("FINALIZED") => InvoiceStatus::Finalized,
                _ => InvoiceStatus::Other,
            },
            is_paid: self.payment_status.as_deref() == Some("SUCCEEDED"),
            period_end: instant(self.period_end.as_deref(), "period_end")?,
            amount_paid: self.amount_paid,
            amount_remaining: self.amount_remaining,
            lines: self.lines.iter().map(LineIn::read).collect(),
        })
    }
}

impl LineIn {
    fn read(&self) -> Line {
        Line {
            is_usage: self.price_type.as_deref() == Some("USAGE"),
            amount: self.amount,
            prepaid_credits_applied: self.prepaid_credits_applied,
            line_item_discount: self.line_item_discount,
        }
    }
}

fn invoices(list: &[InvoiceIn]) -> Result<Vec<Invoice>> {
    list.iter().map(InvoiceIn::read).collect()
}

/// `balance.real_time`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RealTimeRequest {
    wallet: WalletIn,
    #[serde(default, deserialize_with = "or_default")]
    current_usage: Decimal,
    now: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    invoices: Vec<InvoiceIn>,
}

#[derive(Serialize)]
pub(in super::super) struct RealTimeAnswer {
    real_time_balance: Decimal,
    real_time_credit_balance: Decimal,
    current_period_usage: Decimal,
    unpaid_invoices_amount: Option<Decimal>,
}

impl From<RealTime> for RealTimeAnswer {
    fn from(real_time: RealTime) -> Self {
        Self {
            real_time_balance: real_time.balance,
            real_time_credit_balance: real_time.credit_balance,
            current_period_usage: real_time.current_period_usage,
            unpaid_invoices_amount: real_time.unpaid_invoices_amount,
        }
    }
}

pub(in super::super) fn real_time(request: RealTimeRequest) -> Result<RealTimeAnswer> {
    let now = instant(request.now.as_deref(), "now")?.unwrap_or(NO_TIME);
    // Only of several is one named.
    if request.wallet.id.is_some() {
        return Err(Error::invalid_input("wallet.id", "unknown field `id`"));
    }
    real_time_of(
        &request.wallet,
        request.current_usage,
        &request.invoices,
        now,
    )
    .map(RealTimeAnswer::from)
}

fn real_time_of(
    wallet: &WalletIn,
    usage: Decimal,
    list: &[InvoiceIn],
    now: Timestamp,
) -> Result<RealTime> {
    let list = invoices(list)?;
    let unpaid = match wallet.currency()? {
        Some(currency) => real_time::unpaid(&list, currency, now)?,
        None if list.is_empty() => real_time::Unpaid::default(),
        None => {
            return Err(Error::invalid_input(
                "wallet.currency",
                "is required with invoices",
            ));
        }
    };
    real_time::real_time(wallet.read(), usage, &unpaid)
}

/// `balance.real_time_multi_wallet`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MultiWalletRequest {
    wallets: Vec<WalletIn>,
    #[serde(default, deserialize_with = "or_default")]
    current_usage: Decimal,
    now: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    invoices: Vec<InvoiceIn>,
}

#[derive(Serialize)]
pub(in super::super) struct MultiWalletAnswer {
    real_time_balance: ById<Decimal>,
    sum_of_real_time: Decimal,
    true_headroom: Decimal,
}

/// flexprice 11.
pub(in super::super) fn real_time_multi_wallet(
    request: MultiWalletRequest,
) -> Result<MultiWalletAnswer> {
    let now = instant(request.now.as_deref(), "now")?.unwrap_or(NO_TIME);
    let mut balances = Vec::new();
    let mut settled = Decimal::ZERO;
    let mut pending: Option<Decimal> = None;
    for wallet in &request.wallets {
        let shown = real_time_of(wallet, request.current_usage, &request.invoices, now)?;
        let read = wallet.read();
        if read.status == Status::Active && read.kind == Kind::Prepaid {
            settled = settled.try_add(read.balance)?;
            let shown = shown.current_period_usage;
            pending = Some(pending.map_or(shown, |most| most.max(shown)));
        }
        balances.push((wallet.id.clone().unwrap_or_default(), shown.balance));
    }
    Ok(MultiWalletAnswer {
        sum_of_real_time: Decimal::sum(balances.iter().map(|(_, balance)| *balance))?,
        real_time_balance: ById(balances),
        true_headroom: settled.try_sub(pending.unwrap_or_default())?,
    })
}

/// `invoices.unpaid_totals`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UnpaidTotalsRequest {
    currency: String,
    now: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    invoices: Vec<InvoiceIn>,
}

#[derive(Serialize)]
pub(in super::super) struct UnpaidTotalsAnswer {
    ids: Vec<String>,
    total_unpaid_amount: Decimal,
    total_unpaid_usage_charges: Decimal,
    total_unpaid_fixed_charges: Decimal,
    total_paid_invoice_amount: Decimal,
}

/// flexprice 7.
pub(in super::super) fn unpaid_totals(request: UnpaidTotalsRequest) -> Result<UnpaidTotalsAnswer> {
    let now = instant(request.now.as_deref(), "now")?.unwrap_or(NO_TIME);
    let currency = Currency::parse(&request.currency)?;
    let unpaid = real_time::unpaid(&invoices(&request.invoices)?, currency, now)?;
    let ids = unpaid
        .invoices
        .iter()
        .filter_map(|index| request.invoices.get(*index));
    Ok(UnpaidTotalsAnswer {
        ids: ids.map(|invoice| invoice.id.clone()).collect(),
        total_unpaid_amount: unpaid.remaining,
        total_unpaid_usage_charges: unpaid.usage_charges,
        total_unpaid_fixed_charges: unpaid.fixed_charges,
        total_paid_invoice_amount: unpaid.paid,
    })
}

/// `gate.can_cover`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CanCoverRequest {
    real_time_balance: Decimal,
    conversion_rate: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    local_unsynced_cost: Decimal,
    cost: Option<Decimal>,
    cost_credits: Option<Decimal>,
}

#[derive(Serialize)]
pub(in super::super) struct CanCoverAnswer {
    covered: bool,
    remaining: Decimal,
    remaining_credits: Decimal,
}

pub(in super::super) fn can_cover(request: CanCoverRequest) -> Result<CanCoverAnswer> {
    let rate = request.conversion_rate.unwrap_or(Decimal::ONE);
    let cost = match (request.cost, request.cost_credits) {
        (Some(cost), None) => cost,
        (None, Some(credits)) => credits.try_mul(rate)?,
        _ => {
            return Err(Error::invalid_input(
                "cost",
                "give either `cost` or `cost_credits`",
            ));
        }
    };
    let remaining =
        real_time::remaining(request.real_time_balance, request.local_unsynced_cost, cost)?;
    Ok(CanCoverAnswer {
        covered: !remaining.is_negative(),
        remaining,
        remaining_credits: flexprice_credits(remaining, rate)?,
    })
}
