//! How wallets pay invoices (R-APP, R-PREV, R-22).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{ById, Named, WalletIn, cents, currency, money, or_default, wallet_status, wallets};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::application::{self, Invoice};
use crate::engine::application_2022;
use crate::engine::ongoing;
use crate::engine::ties::Ties;
use crate::error::{Error, Result};
use crate::model::wallet::{Status, Wallet};

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
pub(in crate::boundary::verbs) struct ApplyRequest {
    invoice: InvoiceIn,
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<WalletIn>,
    #[serde(default, deserialize_with = "or_default")]
    fees: Vec<InvoiceFeeIn>,
    events_targeting_wallets: Option<bool>,
}

impl ApplyRequest {
    fn read(self) -> Result<(Vec<Wallet>, Invoice)> {
        let currency = currency(self.invoice.currency.as_deref())?;
        let targeting = self.events_targeting_wallets.unwrap_or_default();
        let fees = self
            .fees
            .into_iter()
            .map(|fee| fee.read(targeting, currency));
        let invoice = Invoice {
            currency,
            total: money(self.invoice.total_amount_cents, currency)?,
            fees: fees.collect::<Result<Vec<_>>>()?,
        };
        Ok((wallets(self.wallets)?, invoice))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceIn {
    currency: Option<String>,
    total_amount_cents: Decimal,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct ApplyAnswer {
    allocations: ById<Decimal>,
    allocations_sum: Decimal,
    prepaid_credit_amount_cents: Decimal,
    total_amount_cents_after: Decimal,
    balances_after: ById<Decimal>,
    credits_balance_after: ById<Decimal>,
}

pub(in crate::boundary::verbs) fn apply(request: ApplyRequest, ties: Ties) -> Result<ApplyAnswer> {
    let (wallets, invoice) = request.read()?;
    let currency = invoice.currency;
    let applied = application::apply(&wallets, &invoice, ties)?;
    let mut allocations = Vec::new();
    let mut after: Vec<Decimal> = wallets.iter().map(|wallet| wallet.balance).collect();
    for payment in &applied.payments {
        let wallet = wallets
            .get(payment.wallet)
            .ok_or_else(Error::engine_fault)?;
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

/// `invoice.preview_rounding`
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct PreviewRoundingAnswer {
    real_invoice: Rounded,
    preview: Rounded,
}

#[derive(Serialize)]
struct Rounded {
    prepaid_credit_amount_cents: Decimal,
    total_amount_cents: Decimal,
}

pub(in crate::boundary::verbs) fn preview_rounding(
    request: ApplyRequest,
    ties: Ties,
) -> Result<PreviewRoundingAnswer> {
    let (wallets, invoice) = request.read()?;
    let applied = application::apply(&wallets, &invoice, ties)?;
    let preview = applied.preview(&invoice)?;
    let rounded = |prepaid, total| -> Result<Rounded> {
        Ok(Rounded {
            prepaid_credit_amount_cents: cents(prepaid, invoice.currency)?,
            total_amount_cents: cents(total, invoice.currency)?,
        })
    };
    Ok(PreviewRoundingAnswer {
        real_invoice: rounded(applied.prepaid, applied.total_after)?,
        preview: rounded(preview.prepaid, preview.total_after)?,
    })
}

/// `invoice.apply_2022`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct Apply2022Request {
    wallet: Wallet2022In,
    #[serde(default, deserialize_with = "or_default")]
    fees: Vec<Fee2022In>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wallet2022In {
    balance_cents: Decimal,
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fee2022In {
    id: String,
    fee_type: String,
    amount_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    coupon_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    tax_rate: Decimal,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct Apply2022Answer {
    prepaid_credit_amount_cents: Decimal,
    per_fee_credit_cents: ById<Decimal>,
    taxes_amount_cents: Decimal,
    total_amount_cents: Decimal,
    wallet_balance_cents_after: Decimal,
}

pub(in crate::boundary::verbs) fn apply_2022(request: Apply2022Request) -> Result<Apply2022Answer> {
    let wallet = request.wallet;
    let usable = match wallet_status(wallet.status.as_deref()) {
        Status::Active => wallet.balance_cents,
        Status::Inactive => Decimal::ZERO,
    };
    let (ids, fees): (Vec<_>, Vec<_>) = request
        .fees
        .into_iter()
        .map(|fee| {
            let read = application_2022::Fee {
                fee_type: fee.fee_type,
                amount: fee.amount_cents,
                coupon: fee.coupon_cents,
                tax_rate: fee.tax_rate,
            };
            (fee.id, read)
        })
        .unzip();
    let applied = application_2022::apply(usable, &fees)?;
    Ok(Apply2022Answer {
        prepaid_credit_amount_cents: applied.prepaid,
        per_fee_credit_cents: ById(ids.into_iter().zip(applied.shares).collect()),
        taxes_amount_cents: applied.taxes,
        total_amount_cents: applied.total,
        wallet_balance_cents_after: wallet.balance_cents.try_sub(applied.prepaid)?,
    })
}
