//! Flexprice's invoices: coupons, credits, tax and totals (flexprice, sections 3.5 and 3.6).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::precision::{percentage, round_to_currency};
use crate::error::Result;
use crate::model::invoice::Coupon;
use crate::sort::sorted;

/// Decimal places of a line's share of a discount (flexprice 34).
const SHARE_PLACES: u32 = 16;

/// flexprice 33: what a coupon takes off a price, at the precision of the currency and never more than the price.
fn off(coupon: Coupon, price: Decimal, currency: Currency) -> Result<Decimal> {
    let discount = match coupon {
        Coupon::Percentage(percent) => percentage(price, percent, currency)?,
        Coupon::Fixed(amount) => round_to_currency(amount, currency),
    };
    Ok(discount.min(price).or_zero())
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

/// What coupons take off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discounts {
    /// By line. Where lines have fractions of a minor unit, their shares may not add up to the total (flexprice 34).
    pub by_line: Vec<Decimal>,
    /// Of all coupons (flexprice 33).
    pub total: Decimal,
}

/// flexprice 33 and 34: discounts of coupons on lines (line and coupon) and on the invoice, currency units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::invoice::discounts;
/// use creditgate::model::invoice::Coupon;
///
/// let (amounts, half) = ([100, 50].map(Decimal::from), Coupon::Percentage(Decimal::from(50)));
/// let taken = discounts(&amounts, &[(0, half)], &[Coupon::Fixed(Decimal::from(10))], Currency::parse("usd")?)?;
/// assert_eq!(taken.total, Decimal::from(60));
/// assert_eq!(taken.by_line, [55, 5].map(Decimal::from), "10 over nets of 50 and 50");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn discounts(
    amounts: &[Decimal],
    on_lines: &[(usize, Coupon)],
    on_invoice: &[Coupon],
    currency: Currency,
) -> Result<Discounts> {
    let mut discounts = vec![Decimal::ZERO; amounts.len()];
    for (index, coupon) in on_lines {
        if let (Some(amount), Some(discount)) = (amounts.get(*index), discounts.get_mut(*index)) {
            *discount = discount
                .try_add(off(*coupon, *amount, currency)?)?
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
        running = running.try_sub(off(*coupon, running, currency)?)?;
    }
    let of_invoice = subtotal.try_sub(running)?;
    let total = Decimal::sum(discounts.iter().copied())?.try_add(of_invoice)?;
    let shares = spread(&nets, of_invoice, currency)?;
    for (discount, share) in discounts.iter_mut().zip(shares) {
        *discount = discount.try_add(share)?;
    }
    Ok(Discounts {
        by_line: discounts,
        total,
    })
}

/// flexprice 34: an invoice's discount over its lines, the largest net first; the last takes what remains.
fn spread(nets: &[Decimal], discount: Decimal, currency: Currency) -> Result<Vec<Decimal>> {
    let mut shares = vec![Decimal::ZERO; nets.len()];
    let payable: Vec<(usize, Decimal)> = nets
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, net)| net.is_positive())
        .collect();
    let order = sorted(&payable, |(_, a), (_, b)| b.cmp(a));
    let total = Decimal::sum(order.iter().map(|(_, net)| *net))?;
    let mut remaining = discount;
    let last = order.len().saturating_sub(1);
    for (place, (index, net)) in order.into_iter().enumerate() {
        let share = if place == last {
            remaining
        } else {
            let part = net.try_div(total, SHARE_PLACES, Rounding::HalfAwayFromZero)?;
            let places = currency.flexprice_exponent();
            part.mul_div(discount, Decimal::ONE, places, Rounding::HalfAwayFromZero)?
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
    /// Each draw: the places of line and wallet, and how much.
    pub draws: Vec<(usize, usize, Decimal)>,
}

/// flexprice 27 to 29: wallets of these balances pay lines, both in the order given, all in currency units. A draw that
/// rounds to nothing is dust: the wallet counts as empty from then on, and the pointer never moves back.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::invoice::{Line, apply_credits};
///
/// let line = |amount, is_usage| Ok(Line { amount: Decimal::parse(amount)?, is_usage, discount: Decimal::ZERO });
/// let lines = [line("30", false)?, line("10.004", true)?, line("5", true)?];
/// let applied = apply_credits(&lines, &[Decimal::from(100)], Currency::parse("usd")?)?;
/// assert_eq!(applied.lines, [0, 10, 0].map(Decimal::from), "the dust of 0.004 has emptied the wallet");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn apply_credits(lines: &[Line], balances: &[Decimal], currency: Currency) -> Result<Applied> {
    let mut debits = vec![Decimal::ZERO; balances.len()];
    let mut pool = Decimal::sum(balances.iter().map(|balance| balance.or_zero()))?;
    let mut wallets = balances.iter().copied().zip(debits.iter_mut()).enumerate();
    let mut current = wallets.next();
    let mut applied = Vec::with_capacity(lines.len());
    let mut draws = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let net = if line.is_usage {
            line.amount.try_sub(line.discount)?.or_zero()
        } else {
            Decimal::ZERO
        };
        let most = pool.min(net);
        let mut paid = Decimal::ZERO;
        while paid < most
            && let Some((wallet, (left, debit))) = &mut current
        {
            let raw = (*left).min(most.try_sub(paid)?);
            let draw = round_to_currency(raw, currency).min(raw);
            if draw.is_positive() {
                **debit = debit.try_add(draw)?;
                *left = left.try_sub(draw)?;
                paid = paid.try_add(draw)?;
                draws.push((place, *wallet, draw));
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
        draws,
    })
}

/// flexprice 35: each rate's tax (per cent) on what is taxable (currency units), rounded, in order. Credits are not
/// taken off first.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::invoice::taxes;
///
/// let half_cents = taxes(Decimal::parse("0.1")?, &[5, 5].map(Decimal::from), Currency::parse("usd")?)?;
/// assert_eq!(Decimal::sum(half_cents)?.to_string(), "0.02", "each rounded, then summed");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
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

/// flexprice 36: what is to be paid, currency units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::invoice::total;
///
/// let total = |credits: i64| total(Decimal::from(100), Decimal::from(credits), Decimal::from(10), Decimal::from(18));
/// assert_eq!(total(90)?, Decimal::from(18), "credits never pay tax");
/// assert_eq!(total(120)?, Decimal::ZERO, "never below zero");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
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

/// flexprice 63: what voiding an invoice gives back into a wallet, currency units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::invoice::void_refund;
///
/// let refund = |refunded: i64| void_refund(Decimal::from(30), Decimal::from(70), Decimal::from(refunded));
/// assert_eq!((refund(20)?, refund(120)?), (Decimal::from(80), Decimal::ZERO));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn void_refund(paid: Decimal, credits: Decimal, refunded: Decimal) -> Result<Decimal> {
    Ok(paid.try_add(credits)?.try_sub(refunded)?.or_zero())
}
