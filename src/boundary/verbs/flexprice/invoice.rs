//! Invoices and their payment: `invoice.*`, `payment.postpaid`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::{ById, or_default};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::invoice::{self, Line};
use crate::engine::payment::{self, Payer, Typed};
use crate::engine::real_time::PriceTypes;
use crate::engine::ties::Ties;
use crate::error::{Error, Result};
use crate::model::invoice::Coupon;

/// `invoice.credit_application`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ApplicationRequest {
    currency: String,
    #[serde(default, deserialize_with = "or_default")]
    lines: Vec<LineIn>,
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<WalletIn>,
    sort_wallets: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    line_coupons: Vec<CouponIn>,
    #[serde(default, deserialize_with = "or_default")]
    invoice_coupons: Vec<CouponIn>,
    #[serde(default, deserialize_with = "or_default")]
    tax_rates: Vec<Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineIn {
    id: String,
    amount: Decimal,
    price_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    line_item_discount: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    invoice_level_discount: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalletIn {
    id: String,
    balance: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CouponIn {
    line_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    value: Decimal,
}

impl CouponIn {
    fn read(&self) -> Result<Coupon> {
        match self.kind.as_str() {
            "percentage" => Ok(Coupon::Percentage(self.value)),
            "fixed" => Ok(Coupon::Fixed(self.value)),
            _ => Err(Error::invalid_input(
                "coupon.type",
                "must be `percentage` or `fixed`",
            )),
        }
    }

    fn line(&self, lines: &[LineIn]) -> Result<usize> {
        let named = |line: &LineIn| Some(line.id.as_str()) == self.line_id.as_deref();
        lines
            .iter()
            .position(named)
            .ok_or_else(|| Error::invalid_input("line_coupons.line_id", "names no line"))
    }
}

#[derive(Serialize)]
pub(in super::super) struct ApplicationAnswer {
    subtotal: Decimal,
    total_discount: Decimal,
    total_prepaid_credits_applied: Decimal,
    total_tax: Decimal,
    total: Decimal,
    line_discounts: ById<Decimal>,
    line_applied: ById<Decimal>,
    debits: ById<Decimal>,
    wallet_balance_after: Option<Decimal>,
}

/// flexprice 26 to 29, 33 to 37. Open are the order of equal balances and that of the lines (flexprice 30).
pub(in super::super) fn application(
    mut request: ApplicationRequest,
    ties: Ties,
) -> Result<ApplicationAnswer> {
    ties.arrange(&mut request.lines);
    let currency = Currency::parse(&request.currency)?;
    let amounts: Vec<Decimal> = request.lines.iter().map(|line| line.amount).collect();
    let on_lines = request
        .line_coupons
        .iter()
        .map(|coupon| Ok((coupon.line(&request.lines)?, coupon.read()?)));
    let on_invoice = request.invoice_coupons.iter().map(CouponIn::read);
    let by_coupons = invoice::discounts(
        &amounts,
        &on_lines.collect::<Result<Vec<_>>>()?,
        &on_invoice.collect::<Result<Vec<_>>>()?,
        currency,
    )?;
    let mut lines = Vec::with_capacity(request.lines.len());
    let mut total_discount = by_coupons.total;
    for (line, by_coupons) in request.lines.iter().zip(by_coupons.by_line) {
        let given = line
            .line_item_discount
            .try_add(line.invoice_level_discount)?;
        total_discount = total_discount.try_add(given)?;
        lines.push(Line {
            amount: line.amount,
            is_usage: line.price_type.as_deref() == Some("USAGE"),
            discount: given.try_add(by_coupons)?,
        });
    }
    let only_balance = match request.wallets.as_slice() {
        [wallet] => Some(wallet.balance),
        _ => None,
    };
    let mut wallets = request.wallets;
    wallets.retain(|wallet| wallet.balance.is_positive());
    if request.sort_wallets.unwrap_or(true) {
        ties.arrange(&mut wallets);
        wallets.sort_by(|a, b| payment::by_balance(a.balance, b.balance));
    }
    let balances: Vec<Decimal> = wallets.iter().map(|wallet| wallet.balance).collect();
    let applied = invoice::apply_credits(&lines, &balances, currency)?;

    let subtotal = Decimal::sum(amounts)?;
    let taxable = subtotal.try_sub(total_discount)?.or_zero();
    let total_tax = Decimal::sum(invoice::taxes(taxable, &request.tax_rates, currency)?)?;
    let credits = Decimal::sum(applied.lines.iter().copied())?;
    let ids = || request.lines.iter().map(|line| line.id.clone());
    let debits = wallets
        .iter()
        .zip(&applied.debits)
        .filter(|(_, debit)| debit.is_positive());
    let debited = Decimal::sum(applied.debits.iter().copied())?;
    let wallet_balance_after = only_balance
        .map(|balance| balance.try_sub(debited))
        .transpose()?;
    Ok(ApplicationAnswer {
        subtotal,
        total_discount,
        total_prepaid_credits_applied: credits,
        total_tax,
        total: invoice::total(subtotal, credits, total_discount, total_tax)?,
        line_discounts: ById(ids().zip(lines.iter().map(|line| line.discount)).collect()),
        line_applied: ById(ids().zip(applied.lines.iter().copied()).collect()),
        debits: ById(
            debits
                .map(|(wallet, debit)| (wallet.id.clone(), *debit))
                .collect(),
        ),
        wallet_balance_after,
    })
}

/// `invoice.totals`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TotalsRequest {
    #[serde(default, deserialize_with = "or_default")]
    line_amounts: Vec<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    total_discount: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    total_tax: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    total_prepaid_credits_applied: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    amount_paid: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct TotalsAnswer {
    subtotal: Decimal,
    total: Decimal,
    amount_due: Decimal,
    amount_remaining: Decimal,
}

/// flexprice 36.
pub(in super::super) fn totals(request: TotalsRequest) -> Result<TotalsAnswer> {
    let subtotal = Decimal::sum(request.line_amounts)?;
    let credits = request.total_prepaid_credits_applied;
    let total = invoice::total(subtotal, credits, request.total_discount, request.total_tax)?;
    Ok(TotalsAnswer {
        subtotal,
        total,
        amount_due: total,
        amount_remaining: total.try_sub(request.amount_paid)?.or_zero(),
    })
}

/// `invoice.void_refund`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct VoidRequest {
    #[serde(default, deserialize_with = "or_default")]
    amount_paid: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    total_prepaid_credits_applied: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    already_refunded: Decimal,
    /// None yet: one is made, at rate 1.
    #[serde(default, deserialize_with = "or_default")]
    wallet_balance: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct VoidAnswer {
    refund: Decimal,
    wallet_balance: Decimal,
}

pub(in super::super) fn void_refund(request: VoidRequest) -> Result<VoidAnswer> {
    let refund = invoice::void_refund(
        request.amount_paid,
        request.total_prepaid_credits_applied,
        request.already_refunded,
    )?;
    Ok(VoidAnswer {
        refund,
        wallet_balance: request.wallet_balance.try_add(refund)?,
    })
}

/// `payment.postpaid`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PaymentRequest {
    currency: String,
    amount_remaining: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    lines: Vec<TypedIn>,
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<PayerIn>,
    /// Has no effect (flexprice 39).
    #[serde(rename = "max_wallets_to_use")]
    _max_wallets_to_use: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedIn {
    amount: Decimal,
    price_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayerIn {
    id: String,
    wallet_type: Option<String>,
    currency: String,
    balance: Decimal,
    allowed_price_types: Option<Vec<String>>,
    wallet_status: Option<String>,
}

impl PayerIn {
    fn is_usable(&self, currency: Currency) -> Result<bool> {
        let is_active = self
            .wallet_status
            .as_deref()
            .is_none_or(|status| status == "active");
        let is_postpaid = self.wallet_type.as_deref() == Some("POST_PAID");
        Ok(is_active
            && is_postpaid
            && self.balance.is_positive()
            && Currency::parse(&self.currency)? == currency)
    }

    fn read(&self) -> Payer {
        let names = self.allowed_price_types.iter().flatten();
        Payer {
            balance: self.balance,
            price_types: PriceTypes::of(names.map(String::as_str)),
        }
    }
}

#[derive(Serialize)]
pub(in super::super) struct PaymentAnswer {
    amount_paid: Decimal,
    payments: ById<Decimal>,
}

/// flexprice 38 to 40. Open is the order of equal balances.
pub(in super::super) fn payment(request: PaymentRequest, ties: Ties) -> Result<PaymentAnswer> {
    let currency = Currency::parse(&request.currency)?;
    let mut typed = Typed::default();
    for line in &request.lines {
        let sum = if line.price_type.as_deref() == Some("USAGE") {
            &mut typed.usage
        } else {
            &mut typed.fixed
        };
        *sum = sum.try_add(line.amount)?;
    }
    let mut payers = Vec::new();
    for wallet in &request.wallets {
        if wallet.is_usable(currency)? {
            payers.push((wallet.read(), wallet.id.clone()));
        }
    }
    ties.arrange(&mut payers);
    payers.sort_by(|(a, _), (b, _)| payment::payment_order(a, b));
    let ordered: Vec<Payer> = payers.iter().map(|(payer, _)| *payer).collect();
    let payments = payment::pay(&ordered, request.amount_remaining, typed)?;
    let paid = payers
        .into_iter()
        .map(|(_, id)| id)
        .zip(payments.iter().copied());
    Ok(PaymentAnswer {
        amount_paid: Decimal::sum(payments.iter().copied())?,
        payments: ById(paid.filter(|(_, amount)| amount.is_positive()).collect()),
    })
}
