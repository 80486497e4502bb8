//! Lago's ongoing balance: how usage that is not invoiced yet falls on the wallets (R-ONG).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::conversion::lago_credits;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Status, Wallet};
use crate::profile::{LAGO, cascade};

/// A fee that is not invoiced yet, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub key: FeeKey,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Before coupons and tax, rounded to the minor unit.
    pub amount: Decimal,
    /// Rounded to the minor unit.
    pub taxes: Decimal,
    /// The fee's share of coupons, not rounded.
    pub coupons: Decimal,
}

/// The four sets of fees that make up a customer's usage (R-ONG-1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Charges of the running periods (R-ONG-2).
    pub current: Vec<Fee>,
    /// Fees of draft invoices (R-ONG-3).
    pub drafts: Vec<Fee>,
    /// Fees that progressive billing has invoiced already, subtracted (R-ONG-4).
    pub progressive: Vec<Fee>,
    /// Fees that were paid in advance, subtracted without coupons (R-ONG-5).
    pub pay_in_advance: Vec<Fee>,
}

/// The usage of one fee key in one currency.
struct Net {
    key: FeeKey,
    currency: Currency,
    amount: Decimal,
}

/// R-ONG-1 to R-ONG-10: the usage that falls on each wallet, currency units, not rounded; `None` for one that
/// is not active. In the order of `wallets`.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn allocate(wallets: &[Wallet], usage: &Usage) -> Result<Vec<Option<Decimal>>> {
    let mut nets = nets(usage)?;
    // R-ONG-8: the largest first, ties by the text of the key.
    nets.sort_by(|a, b| {
        let by_key = || (&a.key, a.currency).cmp(&(&b.key, b.currency));
        b.amount.cmp(&a.amount).then_with(by_key)
    });
    let mut budgets = budgets(&nets)?;
    let mut order: Vec<usize> = (0..wallets.len()).collect();
    order.retain(|index| {
        wallets
            .get(*index)
            .is_some_and(|wallet| wallet.status == Status::Active)
    });
    order.sort_by(|a, b| match (wallets.get(*a), wallets.get(*b)) {
        (Some(a), Some(b)) => LAGO.order(a, b),
        _ => a.cmp(b),
    });
    let mut allocated: Vec<Option<Decimal>> = wallets
        .iter()
        .map(|wallet| (wallet.status == Status::Active).then_some(Decimal::ZERO))
        .collect();
    for net in nets.iter().filter(|net| net.amount.is_positive()) {
        let Some((_, budget)) = budgets
            .iter_mut()
            .find(|(currency, _)| *currency == net.currency)
        else {
            continue;
        };
        let payers: Vec<usize> = order
            .iter()
            .copied()
            .filter(|index| pays(wallets, *index, net))
            .collect();
        let mut rooms = Vec::with_capacity(payers.len());
        for index in &payers {
            rooms.push(room(wallets, &allocated, *index)?);
        }
        let shares = cascade::share_out(net.amount.min(*budget), &rooms)?;
        for (index, share) in payers.into_iter().zip(shares) {
            if let Some(Some(taken)) = allocated.get_mut(index) {
                *taken = taken.try_add(share)?;
            }
            *budget = budget.try_sub(share)?;
        }
    }
    Ok(allocated)
}

/// R-ONG-9.
fn pays(wallets: &[Wallet], index: usize, net: &Net) -> bool {
    wallets.get(index).is_some_and(|wallet| {
        wallet.currency == net.currency && LAGO.admits(wallet, &net.key) == Some(true)
    })
}

/// What a wallet takes before the next one is asked; `None` for one that absorbs everything.
fn room(
    wallets: &[Wallet],
    allocated: &[Option<Decimal>],
    index: usize,
) -> Result<Option<Decimal>> {
    let taken = allocated.get(index).copied().flatten().unwrap_or_default();
    match wallets.get(index) {
        Some(wallet) if !wallet.threshold_rule => wallet.balance.try_sub(taken).map(Some),
        _ => Ok(None),
    }
}

/// R-ONG-6, R-ONG-7.
fn nets(usage: &Usage) -> Result<Vec<Net>> {
    let mut nets: Vec<Net> = Vec::new();
    let mut add = |fee: &Fee, amount: Decimal| -> Result<()> {
        let same = |net: &&mut Net| net.key == fee.key && net.currency == fee.currency;
        match nets.iter_mut().find(same) {
            Some(net) => net.amount = net.amount.try_add(amount)?,
            None => nets.push(Net {
                key: fee.key.clone(),
                currency: fee.currency,
                amount,
            }),
        }
        Ok(())
    };
    let with_tax = |fee: &Fee| fee.amount.try_add(fee.taxes);
    for fee in usage.current.iter().chain(&usage.drafts) {
        add(fee, with_tax(fee)?.try_sub(fee.coupons)?)?;
    }
    for fee in &usage.progressive {
        add(fee, with_tax(fee)?.try_sub(fee.coupons)?.negated())?;
    }
    for fee in &usage.pay_in_advance {
        add(fee, with_tax(fee)?.negated())?;
    }
    Ok(nets)
}

/// R-ONG-7: what may be taken in each currency, negative nets included.
fn budgets(nets: &[Net]) -> Result<Vec<(Currency, Decimal)>> {
    let mut budgets: Vec<(Currency, Decimal)> = Vec::new();
    for net in nets {
        match budgets
            .iter_mut()
            .find(|(currency, _)| *currency == net.currency)
        {
            Some((_, budget)) => *budget = budget.try_add(net.amount)?,
            None => budgets.push((net.currency, net.amount)),
        }
    }
    for (_, budget) in &mut budgets {
        *budget = budget.or_zero();
    }
    Ok(budgets)
}

/// What a wallet shows after a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// Usage that falls on the wallet, minor units, truncated (R-ONG-11).
    pub ongoing_usage_balance_cents: Decimal,
    /// The same in credits.
    pub credits_ongoing_usage_balance: Decimal,
    /// Balance less usage, minor units, truncated (R-ONG-12). May be negative.
    pub ongoing_balance_cents: Decimal,
    /// The same in credits, from the figure that is not truncated.
    pub credits_ongoing_balance: Decimal,
}

/// R-ONG-11, R-ONG-12: what a wallet shows for an allocation, both in minor units.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ongoing::refresh;
///
/// let shown = refresh(Decimal::from(1000), Decimal::from(2), Currency::parse("EUR")?, Decimal::from(1100))?;
/// assert_eq!(shown.ongoing_balance_cents, Decimal::from(-100));
/// assert_eq!(shown.credits_ongoing_balance.to_string(), "-0.5");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn refresh(
    balance: Decimal,
    rate: Decimal,
    currency: Currency,
    allocation: Decimal,
) -> Result<Refreshed> {
    let left = balance.try_sub(allocation)?;
    let credits = |cents| lago_credits(cents, currency.lago_exponent(), rate);
    Ok(Refreshed {
        ongoing_usage_balance_cents: allocation.round(0, Rounding::TowardZero),
        credits_ongoing_usage_balance: credits(allocation)?,
        ongoing_balance_cents: left.round(0, Rounding::TowardZero),
        credits_ongoing_balance: credits(left)?,
    })
}

/// R-ONG-13: the depletion flag after a refresh, if it changes: `true` is set, and tells the webhook.
pub fn depletion_change(ongoing_balance_cents: Decimal, flagged: bool) -> Option<bool> {
    let depleted = !ongoing_balance_cents.is_positive();
    (depleted != flagged).then_some(depleted)
}
