//! Lago's ongoing balance: how usage that is not invoiced yet falls on the wallets (R-ONG).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::conversion::lago_credits;
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
pub use crate::model::usage::{Fee, Usage};
use crate::model::wallet::{Status, Wallet};
use crate::profile::{LAGO, cascade};
use crate::sort::sorted;

/// The usage of one fee key in one currency.
pub(crate) struct Net {
    pub(crate) key: FeeKey,
    pub(crate) currency: Currency,
    pub(crate) amount: Decimal,
}

/// R-ONG-1 to R-ONG-10: the usage that falls on each wallet, currency units, not rounded; `None` for one that
/// is not active. In the order of `wallets`. Open are the order of keys with equal usage (the provider compares ids
/// that no request names) and of wallets of one priority that were made at the same time.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ongoing::{Fee, Usage, allocate};
/// use creditgate::engine::ties::Ties;
/// use creditgate::model::fee_key::FeeKey;
/// use creditgate::wire::field::Field;
/// use creditgate::wire::lago::wallets;
///
/// let list: serde_json::Value = serde_json::from_str(r#"[
///     {"lago_id": "second", "currency": "EUR", "balance_cents": 1000, "priority": 2, "applies_to": {}},
///     {"lago_id": "first", "currency": "EUR", "balance_cents": 1000, "priority": 1, "applies_to": {}}
/// ]"#)?;
/// let fee = Fee {
///     key: FeeKey::new("charge").metric("tokens"),
///     currency: Currency::parse("EUR")?,
///     amount: Decimal::from(25),
///     taxes: Decimal::from(5),
///     coupons: Decimal::ZERO,
/// };
/// let usage = Usage { current: vec![fee], ..Usage::default() };
/// let allocated = allocate(&wallets(&Field::answer(&list, "wallets"))?, &usage, Ties::Forward)?;
/// assert_eq!(allocated, [20, 10].map(|share| Some(Decimal::from(share))), "the last one takes all that remains");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allocate(wallets: &[Wallet], usage: &Usage, ties: Ties) -> Result<Vec<Option<Decimal>>> {
    let order = payers(wallets, ties);
    let mut allocated: Vec<Option<Decimal>> = wallets
        .iter()
        .map(|wallet| (wallet.status == Status::Active).then_some(Decimal::ZERO))
        .collect();
    for net in falling(wallets, usage, ties)? {
        let payers: Vec<usize> = order
            .iter()
            .copied()
            .filter(|index| pays(wallets, *index, &net))
            .collect();
        let mut rooms = Vec::with_capacity(payers.len());
        for index in &payers {
            rooms.push(room(wallets, &allocated, *index)?);
        }
        let shares = cascade::share_out(net.amount, &rooms)?;
        for (index, share) in payers.into_iter().zip(shares) {
            if let Some(Some(taken)) = allocated.get_mut(index) {
                *taken = taken.try_add(share)?;
            }
        }
    }
    Ok(allocated)
}

/// R-ONG-6 to R-ONG-9: the usage that falls on some wallet, the largest key first, within the budget of its
/// currency. What no wallet may pay is not reflected anywhere (R-ONG-10), and takes nothing of the budget.
///
/// # Errors
/// `decimal_out_of_range`.
pub(crate) fn falling(wallets: &[Wallet], usage: &Usage, ties: Ties) -> Result<Vec<Net>> {
    let nets = nets(usage)?;
    let mut budgets = budgets(&nets)?;
    let order = payers(wallets, ties);
    let references: Vec<&Net> = nets.iter().collect();
    // R-ONG-8: the largest first, ties by the text of the key.
    let largest_first = sorted(&references, |a, b| {
        let by_key = || (&a.key, a.currency).cmp(&(&b.key, b.currency));
        b.amount.cmp(&a.amount).then_with(|| ties.order(by_key()))
    });
    let mut falling = Vec::new();
    for net in largest_first {
        let budget = budgets
            .iter_mut()
            .find(|(currency, _)| *currency == net.currency);
        let is_paid = order.iter().any(|index| pays(wallets, *index, net));
        let Some((_, budget)) = budget.filter(|_| is_paid && net.amount.is_positive()) else {
            continue;
        };
        let amount = net.amount.min(*budget);
        *budget = budget.try_sub(amount)?;
        falling.push(Net {
            key: net.key.clone(),
            currency: net.currency,
            amount,
        });
    }
    Ok(falling)
}

/// R-ONG-9: the places of the active wallets, in paying order.
fn payers(wallets: &[Wallet], ties: Ties) -> Vec<usize> {
    let mut active: Vec<(usize, &Wallet)> = wallets
        .iter()
        .enumerate()
        .filter(|(_, wallet)| wallet.status == Status::Active)
        .collect();
    ties.arrange(&mut active);
    let order = sorted(&active, |(_, a), (_, b)| LAGO.order(a, b));
    order.into_iter().map(|(index, _)| index).collect()
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
    for fee in &usage.current {
        add(fee, with_tax(fee)?)?;
    }
    for fee in &usage.drafts {
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

/// R-ONG-14: seconds between two runs of the clock, where the instance does not say otherwise.
pub const REFRESH_SECONDS: i64 = 300;

/// R-ONG-14: whether the clock refreshes a customer's wallets: on a premium instance, once something has flagged the
/// customer, and while taxes can be computed.
pub fn clock_refreshes(is_premium: bool, is_flagged: bool, has_tax_error: bool) -> bool {
    is_premium && is_flagged && !has_tax_error
}

/// R-ONG-13: the depletion flag after a refresh, if it changes: `true` is set, and tells the webhook.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ongoing::depletion_change;
///
/// assert_eq!(depletion_change(Decimal::ZERO, false), Some(true), "exactly nothing is depleted");
/// assert_eq!(depletion_change(Decimal::from(-5), true), None);
/// assert_eq!(depletion_change(Decimal::ONE, true), Some(false));
/// ```
pub fn depletion_change(ongoing_balance_cents: Decimal, flagged: bool) -> Option<bool> {
    let depleted = !ongoing_balance_cents.is_positive();
    (depleted != flagged).then_some(depleted)
}
