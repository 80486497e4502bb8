//! Which wallets pay how much of an invoice (R-APP).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Status, Wallet};
use crate::profile::LAGO;

/// A fee on an invoice that is being finalized, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub key: FeeKey,
    /// Before coupons and tax, rounded to the minor unit.
    pub amount: Decimal,
    /// Not rounded.
    pub coupons: Decimal,
    /// Not rounded.
    pub taxes: Decimal,
    /// Not rounded.
    pub credit_notes: Decimal,
}

/// An invoice before prepaid credits, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// The currency of its amounts.
    pub currency: Currency,
    /// After coupons, taxes and credit notes (R-APP-3).
    pub total: Decimal,
    /// The lines.
    pub fees: Vec<Fee>,
}

/// What the wallets pay, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// By wallet, not rounded, in paying order; only wallets that pay.
    pub payments: Vec<Payment>,
    /// The sum of the payments, each rounded to the minor unit (R-APP-10).
    pub prepaid: Decimal,
    /// What is left to pay.
    pub total_after: Decimal,
}

/// What one wallet pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The wallet's place among the wallets given.
    pub wallet: usize,
    /// Not rounded.
    pub amount: Decimal,
    /// What leaves the wallet: rounded to the minor unit (R-APP-10).
    pub rounded: Decimal,
}

/// R-APP-2 to R-APP-12.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn apply(wallets: &[Wallet], invoice: &Invoice) -> Result<Application> {
    let places = invoice.currency.lago_exponent();
    let mut buckets = buckets(invoice)?;
    let mut remaining = invoice.total;
    let mut payments = Vec::new();
    for (index, wallet) in payers(wallets, invoice.currency) {
        let mut paid = Decimal::ZERO;
        for (key, bucket) in &mut buckets {
            if !bucket.is_positive() || LAGO.admits(wallet, key) != Some(true) {
                continue;
            }
            let share = (*bucket).min(wallet.balance.try_sub(paid)?).min(remaining);
            if share.is_positive() {
                *bucket = bucket.try_sub(share)?;
                remaining = remaining.try_sub(share)?;
                paid = paid.try_add(share)?;
            }
        }
        if paid.is_positive() {
            let rounded = paid.round(places, Rounding::HalfAwayFromZero);
            payments.push(Payment {
                wallet: index,
                amount: paid,
                rounded,
            });
        }
    }
    let prepaid = Decimal::sum(payments.iter().map(|payment| payment.rounded))?;
    Ok(Application {
        payments,
        prepaid,
        total_after: invoice.total.try_sub(prepaid)?,
    })
}

/// What a preview shows, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What the wallets would pay.
    pub prepaid: Decimal,
    /// What would be left to pay.
    pub total_after: Decimal,
}

impl Application {
    /// R-PREV-2: a preview does not round per wallet but cuts both figures, so that they can miss the invoice's
    /// total by one minor unit.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn preview(&self, invoice: &Invoice) -> Result<Preview> {
        let places = invoice.currency.lago_exponent();
        let sum = Decimal::sum(self.payments.iter().map(|payment| payment.amount))?;
        let left = invoice.total.try_sub(sum)?;
        Ok(Preview {
            prepaid: sum.round(places, Rounding::TowardZero),
            total_after: left.round(places, Rounding::TowardZero),
        })
    }
}

/// R-APP-2.
fn payers(wallets: &[Wallet], currency: Currency) -> Vec<(usize, &Wallet)> {
    let mut payers: Vec<(usize, &Wallet)> = wallets
        .iter()
        .enumerate()
        .filter(|(_, wallet)| {
            wallet.status == Status::Active
                && wallet.balance.is_positive()
                && wallet.currency == currency
        })
        .collect();
    payers.sort_by(|(_, a), (_, b)| LAGO.order(a, b));
    payers
}

/// R-APP-4 to R-APP-7: what may be paid of each fee key, the largest first. Equal ones are left open by the
/// provider, here by key.
fn buckets(invoice: &Invoice) -> Result<Vec<(FeeKey, Decimal)>> {
    let mut buckets: Vec<(FeeKey, Decimal)> = Vec::new();
    for fee in &invoice.fees {
        let net = fee.amount.try_sub(fee.coupons)?;
        let cap = net.try_add(fee.taxes)?.try_sub(fee.credit_notes)?;
        if net.is_zero() || !cap.is_positive() {
            continue;
        }
        match buckets.iter_mut().find(|(key, _)| *key == fee.key) {
            Some((_, bucket)) => *bucket = bucket.try_add(cap)?,
            None => buckets.push((fee.key.clone(), cap)),
        }
    }
    buckets.sort_by(|(a_key, a), (b_key, b)| b.cmp(a).then_with(|| a_key.cmp(b_key)));
    let sum = Decimal::sum(buckets.iter().map(|(_, bucket)| *bucket))?;
    let missing = invoice.total.try_sub(sum)?;
    let most = Decimal::from(i64::try_from(buckets.len()).unwrap_or(i64::MAX));
    let exponent = i32::try_from(invoice.currency.lago_exponent()).unwrap_or(0);
    if missing.is_positive()
        && missing <= most.shift(exponent.saturating_neg())?
        && let Some((_, largest)) = buckets.first_mut()
    {
        *largest = largest.try_add(missing)?;
    }
    Ok(buckets)
}
