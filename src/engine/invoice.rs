//! Flexprice's invoices: coupons, credits, tax and totals (flexprice, sections 3.5 and 3.6).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::precision::{percentage, round_to_currency};
use crate::error::Result;

/// Decimal places of a line's share of a discount (flexprice 34).
const SHARE_PLACES: u32 = 16;

/// A discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coupon {
    /// Per cent of the price.
    Percentage(Decimal),
    /// Currency units.
    Fixed(Decimal),
}

impl Coupon {
    /// flexprice 33: what it takes off a price, at the precision of the currency and never more than the price.
    fn off(self, price: Decimal, currency: Currency) -> Result<Decimal> {
        let discount = match self {
            Self::Percentage(percent) => percentage(price, percent, currency)?,
            Self::Fixed(amount) => round_to_currency(amount, currency),
        };
        Ok(discount.min(price).or_zero())
    }
}

/// A line, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Before discounts and credits.
    pub amount: Decimal,
    /// Whether the price type is `USAGE`: credits pay nothing else (flexprice 27).
    pub is_usage: bool,
    /// Line and invoice discounts on it.
    pub discount: Decimal,
}

/// flexprice 33 and 34: discounts by line of coupons on lines (line and coupon) and on the invoice.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn discounts(
    amounts: &[Decimal],
    on_lines: &[(usize, Coupon)],
    on_invoice: &[Coupon],
    currency: Currency,
) -> Result<Vec<Decimal>> {
    let mut discounts = vec![Decimal::ZERO; amounts.len()];
    for (index, coupon) in on_lines {
        if let (Some(amount), Some(discount)) = (amounts.get(*index), discounts.get_mut(*index)) {
            *discount = discount
                .try_add(coupon.off(*amount, currency)?)?
                .min(*amount);
        }
    }
    let nets = amounts
        .iter()
        .zip(&discounts)
        .map(|(amount, discount)| amount.try_sub(*discount))
        .collect::<Result<Vec<_>>>()?;
    let subtotal = Decimal::sum(nets.iter().copied())?;
    let mut running = subtotal;
    for coupon in on_invoice {
        running = running.try_sub(coupon.off(running, currency)?)?;
    }
    let shares = spread(&nets, subtotal.try_sub(running)?, currency)?;
    for (discount, share) in discounts.iter_mut().zip(shares) {
        *discount = discount.try_add(share)?;
    }
    Ok(discounts)
}

/// flexprice 34: an invoice's discount over its lines, the largest net first; the last takes what remains.
fn spread(nets: &[Decimal], discount: Decimal, currency: Currency) -> Result<Vec<Decimal>> {
    let mut shares = vec![Decimal::ZERO; nets.len()];
    let mut order: Vec<(usize, Decimal)> = nets
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, net)| net.is_positive())
        .collect();
    order.sort_by(|(_, a), (_, b)| b.cmp(a));
    let total = Decimal::sum(order.iter().map(|(_, net)| *net))?;
    let mut remaining = discount;
    let last = order.len().saturating_sub(1);
    for (place, (index, net)) in order.into_iter().enumerate() {
        let share = if place == last {
            remaining
        } else {
            let part = net.try_div(total, SHARE_PLACES, Rounding::HalfAwayFromZero)?;
            round_to_currency(part.try_mul(discount)?, currency)
        };
        let share = share.min(net);
        remaining = remaining.try_sub(share)?;
        if let Some(slot) = shares.get_mut(index) {
            *slot = share;
        }
    }
    Ok(shares)
}

/// What credits pay, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// By line.
    pub lines: Vec<Decimal>,
    /// By wallet, in the order given.
    pub debits: Vec<Decimal>,
}

/// flexprice 27 to 29: wallets of these balances pay lines, both in the order given. A draw that rounds to nothing
/// is dust: the wallet counts as empty from then on, and the pointer never moves back.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn apply_credits(lines: &[Line], balances: &[Decimal], currency: Currency) -> Result<Applied> {
    let mut debits = vec![Decimal::ZERO; balances.len()];
    let mut pool = Decimal::sum(balances.iter().map(|balance| balance.or_zero()))?;
    let mut wallets = balances.iter().copied().zip(debits.iter_mut());
    let mut current = wallets.next();
    let mut applied = Vec::with_capacity(lines.len());
    for line in lines {
        let net = if line.is_usage {
            line.amount.try_sub(line.discount)?.or_zero()
        } else {
            Decimal::ZERO
        };
        let most = pool.min(net);
        let mut paid = Decimal::ZERO;
        while paid < most
            && let Some((left, debit)) = &mut current
        {
            let raw = (*left).min(most.try_sub(paid)?);
            let draw = round_to_currency(raw, currency).min(raw);
            if draw.is_positive() {
                **debit = debit.try_add(draw)?;
                *left = left.try_sub(draw)?;
                paid = paid.try_add(draw)?;
            }
            if !draw.is_positive() || !left.is_positive() {
                current = wallets.next();
            }
        }
        pool = pool.try_sub(paid)?;
        applied.push(paid);
    }
    drop(wallets);
    Ok(Applied {
        lines: applied,
        debits,
    })
}

/// flexprice 35: each rate's tax on what is taxable, rounded, in order. Credits are not taken off first.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn taxes(
    taxable: Decimal,
    percentages: &[Decimal],
    currency: Currency,
) -> Result<Vec<Decimal>> {
    percentages
        .iter()
        .map(|percent| percentage(taxable, *percent, currency))
        .collect()
}

/// flexprice 36: what is to be paid.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn total(
    subtotal: Decimal,
    credits: Decimal,
    discount: Decimal,
    tax: Decimal,
) -> Result<Decimal> {
    Ok(subtotal
        .try_sub(credits)?
        .try_sub(discount)?
        .try_add(tax)?
        .or_zero())
}

/// flexprice 63: what voiding an invoice gives back into a wallet.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn void_refund(paid: Decimal, credits: Decimal, refunded: Decimal) -> Result<Decimal> {
    Ok(paid.try_add(credits)?.try_sub(refunded)?.or_zero())
}
