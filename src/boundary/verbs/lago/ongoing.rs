//! Ongoing balances (R-ONG), and the order of wallets (R-APP-2).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{ById, Named, WalletIn, cents, currency, money, or_default, wallets};
use crate::decimal::Decimal;
use crate::engine::ongoing::{self, Usage};
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::profile::LAGO;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OngoingFeeIn {
    fee_type: String,
    metric: Option<String>,
    amount_cents: Decimal,
    charge_accepts_target_wallet: Option<bool>,
    target_wallet_code: Option<String>,
    #[serde(rename = "grouped_by_region")]
    _grouped_by_region: Option<IgnoredAny>,
    #[serde(rename = "pay_in_advance")]
    _pay_in_advance: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "or_default")]
    taxes_amount_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    precise_coupons_amount_cents: Decimal,
    currency: Option<String>,
}

impl OngoingFeeIn {
    fn read(self, events_targeting_wallets: bool) -> Result<ongoing::Fee> {
        let currency = currency(self.currency.as_deref())?;
        let named = Named {
            fee_type: self.fee_type,
            metric: self.metric,
            accepts_target: self.charge_accepts_target_wallet,
            target: self.target_wallet_code,
        };
        Ok(ongoing::Fee {
            key: named.key(events_targeting_wallets),
            currency,
            amount: money(self.amount_cents, currency)?,
            taxes: money(self.taxes_amount_cents, currency)?,
            coupons: money(self.precise_coupons_amount_cents, currency)?,
        })
    }
}

/// `ongoing.allocate`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct AllocateRequest {
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<WalletIn>,
    #[serde(default, deserialize_with = "or_default")]
    current_usage_fees: Vec<OngoingFeeIn>,
    #[serde(default, deserialize_with = "or_default")]
    draft_invoice_fees: Vec<OngoingFeeIn>,
    #[serde(default, deserialize_with = "or_default")]
    progressive_billing_fees: Vec<OngoingFeeIn>,
    #[serde(default, deserialize_with = "or_default")]
    pay_in_advance_fees: Vec<OngoingFeeIn>,
    events_targeting_wallets: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct AllocateAnswer {
    allocations: ById<Decimal>,
    wallet: ById<Shown>,
}

#[derive(Serialize)]
struct Shown {
    ongoing_usage_balance_cents: Decimal,
    credits_ongoing_usage_balance: Decimal,
    ongoing_balance_cents: Decimal,
    credits_ongoing_balance: Decimal,
}

impl From<ongoing::Refreshed> for Shown {
    fn from(shown: ongoing::Refreshed) -> Self {
        Self {
            ongoing_usage_balance_cents: shown.ongoing_usage_balance_cents,
            credits_ongoing_usage_balance: shown.credits_ongoing_usage_balance,
            ongoing_balance_cents: shown.ongoing_balance_cents,
            credits_ongoing_balance: shown.credits_ongoing_balance,
        }
    }
}

pub(in crate::boundary::verbs) fn allocate(
    request: AllocateRequest,
    ties: Ties,
) -> Result<AllocateAnswer> {
    let targeting = request.events_targeting_wallets.unwrap_or_default();
    let fees = |list: Vec<OngoingFeeIn>| {
        list.into_iter()
            .map(|fee| fee.read(targeting))
            .collect::<Result<Vec<_>>>()
    };
    let usage = Usage {
        current: fees(request.current_usage_fees)?,
        drafts: fees(request.draft_invoice_fees)?,
        progressive: fees(request.progressive_billing_fees)?,
        pay_in_advance: fees(request.pay_in_advance_fees)?,
    };
    let wallets = wallets(request.wallets)?;
    let mut allocations = Vec::new();
    let mut shown = Vec::new();
    let shares = ongoing::allocate(&wallets, &usage, ties)?;
    for (wallet, allocated) in wallets.iter().zip(shares) {
        let usage = cents(allocated.unwrap_or_default(), wallet.currency)?;
        let balance = cents(wallet.balance, wallet.currency)?;
        let refreshed = ongoing::refresh(balance, wallet.rate, wallet.currency, usage)?;
        shown.push((wallet.id.clone(), refreshed.into()));
        if allocated.is_some() {
            allocations.push((wallet.id.clone(), usage));
        }
    }
    Ok(AllocateAnswer {
        allocations: ById(allocations),
        wallet: ById(shown),
    })
}

/// `ongoing.refresh`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RefreshRequest {
    wallet: RefreshedWalletIn,
    #[serde(default, deserialize_with = "or_default")]
    ongoing_usage_amount_cents: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefreshedWalletIn {
    balance_cents: Decimal,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
    depleted_ongoing_balance: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct RefreshAnswer {
    #[serde(flatten)]
    shown: Shown,
    depleted_flag_change: Option<bool>,
    depleted_webhook: bool,
}

pub(in crate::boundary::verbs) fn refresh(request: RefreshRequest) -> Result<RefreshAnswer> {
    let wallet = request.wallet;
    let currency = currency(wallet.currency.as_deref())?;
    let allocation = request.ongoing_usage_amount_cents;
    let rate = wallet.rate_amount.unwrap_or(Decimal::ONE);
    let shown = ongoing::refresh(wallet.balance_cents, rate, currency, allocation)?;
    let flagged = wallet.depleted_ongoing_balance.unwrap_or_default();
    let change = ongoing::depletion_change(shown.ongoing_balance_cents, flagged);
    Ok(RefreshAnswer {
        shown: shown.into(),
        depleted_flag_change: change,
        depleted_webhook: change == Some(true),
    })
}

/// `wallet.order`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct OrderRequest {
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<WalletIn>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct OrderAnswer {
    order: Vec<String>,
}

pub(in crate::boundary::verbs) fn order(request: OrderRequest, ties: Ties) -> Result<OrderAnswer> {
    let mut wallets = wallets(request.wallets)?;
    ties.arrange(&mut wallets);
    wallets.sort_by(|a, b| LAGO.order(a, b));
    Ok(OrderAnswer {
        order: wallets.into_iter().map(|wallet| wallet.id).collect(),
    })
}
