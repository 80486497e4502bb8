//! Lago's verbs.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{ById, or_default};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::application::{self, Invoice};
use crate::engine::ongoing::{self, Usage};
use crate::error::{Error, Result};
use crate::model::fee_key::FeeKey;
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Kind, Status, Wallet};
use crate::profile::LAGO;

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
    #[serde(default, deserialize_with = "or_default")]
    priority: i64,
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
            code: self.code,
            currency,
            status: match self.status.as_deref() {
                None | Some("active") => Status::Active,
                Some(_) => Status::Inactive,
            },
            kind: Kind::Prepaid,
            priority: self.priority,
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
pub(super) struct AllocateRequest {
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
pub(super) struct AllocateAnswer {
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

pub(super) fn allocate(request: AllocateRequest) -> Result<AllocateAnswer> {
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
    for (wallet, allocated) in wallets.iter().zip(ongoing::allocate(&wallets, &usage)?) {
        let Some(allocated) = allocated else {
            continue;
        };
        let allocated = cents(allocated, wallet.currency)?;
        let balance = cents(wallet.balance, wallet.currency)?;
        let refreshed = ongoing::refresh(balance, wallet.rate, wallet.currency, allocated)?;
        shown.push((wallet.id.clone(), refreshed.into()));
        allocations.push((wallet.id.clone(), allocated));
    }
    Ok(AllocateAnswer {
        allocations: ById(allocations),
        wallet: ById(shown),
    })
}

/// `ongoing.refresh`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshRequest {
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
pub(super) struct RefreshAnswer {
    #[serde(flatten)]
    shown: Shown,
    depleted_flag_change: Option<bool>,
    depleted_webhook: bool,
}

pub(super) fn refresh(request: RefreshRequest) -> Result<RefreshAnswer> {
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
pub(super) struct OrderRequest {
    wallets: Vec<WalletIn>,
}

#[derive(Serialize)]
pub(super) struct OrderAnswer {
    order: Vec<String>,
}

pub(super) fn order(request: OrderRequest) -> Result<OrderAnswer> {
    let mut wallets = wallets(request.wallets)?;
    wallets.sort_by(|a, b| LAGO.order(a, b));
    Ok(OrderAnswer {
        order: wallets.into_iter().map(|wallet| wallet.id).collect(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceFeeIn {
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
    precise_coupons_amount_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    taxes_precise_amount_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    precise_credit_notes_amount_cents: Decimal,
}

impl InvoiceFeeIn {
    fn read(self, events_targeting_wallets: bool, currency: Currency) -> Result<application::Fee> {
        let named = Named {
            fee_type: self.fee_type,
            metric: self.metric,
            accepts_target: self.charge_accepts_target_wallet,
            target: self.target_wallet_code,
        };
        Ok(application::Fee {
            key: named.key(events_targeting_wallets),
            amount: money(self.amount_cents, currency)?,
            coupons: money(self.precise_coupons_amount_cents, currency)?,
            taxes: money(self.taxes_precise_amount_cents, currency)?,
            credit_notes: money(self.precise_credit_notes_amount_cents, currency)?,
        })
    }
}

/// `invoice.apply`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplyRequest {
    invoice: InvoiceIn,
    wallets: Vec<WalletIn>,
    #[serde(default, deserialize_with = "or_default")]
    fees: Vec<InvoiceFeeIn>,
    events_targeting_wallets: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceIn {
    currency: Option<String>,
    total_amount_cents: Decimal,
}

#[derive(Serialize)]
pub(super) struct ApplyAnswer {
    allocations: ById<Decimal>,
    allocations_sum: Decimal,
    prepaid_credit_amount_cents: Decimal,
    total_amount_cents_after: Decimal,
    balances_after: ById<Decimal>,
    credits_balance_after: ById<Decimal>,
}

pub(super) fn apply(request: ApplyRequest) -> Result<ApplyAnswer> {
    let currency = currency(request.invoice.currency.as_deref())?;
    let targeting = request.events_targeting_wallets.unwrap_or_default();
    let fees = request
        .fees
        .into_iter()
        .map(|fee| fee.read(targeting, currency));
    let invoice = Invoice {
        currency,
        total: money(request.invoice.total_amount_cents, currency)?,
        fees: fees.collect::<Result<Vec<_>>>()?,
    };
    let wallets = wallets(request.wallets)?;
    let applied = application::apply(&wallets, &invoice)?;
    let mut allocations = Vec::new();
    let mut after: Vec<Decimal> = wallets.iter().map(|wallet| wallet.balance).collect();
    for payment in &applied.payments {
        let wallet = wallets.get(payment.wallet).ok_or(Error::EngineFault)?;
        allocations.push((wallet.id.clone(), cents(payment.amount, currency)?));
        if let Some(balance) = after.get_mut(payment.wallet) {
            *balance = balance.try_sub(payment.rounded)?;
        }
    }
    let mut balances_after = Vec::new();
    let mut credits_balance_after = Vec::new();
    for (wallet, balance) in wallets.iter().zip(after) {
        let left = cents(balance, wallet.currency)?;
        let shown = ongoing::refresh(left, wallet.rate, wallet.currency, Decimal::ZERO)?;
        balances_after.push((wallet.id.clone(), left));
        credits_balance_after.push((wallet.id.clone(), shown.credits_ongoing_balance));
    }
    Ok(ApplyAnswer {
        allocations_sum: Decimal::sum(allocations.iter().map(|(_, amount)| *amount))?,
        allocations: ById(allocations),
        prepaid_credit_amount_cents: cents(applied.prepaid, currency)?,
        total_amount_cents_after: cents(applied.total_after, currency)?,
        balances_after: ById(balances_after),
        credits_balance_after: ById(credits_balance_after),
    })
}
