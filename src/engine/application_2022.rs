//! How the one wallet of 2022 paid an invoice: before tax (profile `lago-2022`, R-22).

use crate::decimal::{Decimal, Rounding};
use crate::error::Result;
use crate::profile::ADD_ON;
use crate::sort::sorted;

/// A line, minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub fee_type: String,
    /// Before coupons and tax.
    pub amount: Decimal,
    /// The line's share of coupons.
    pub coupon: Decimal,
    /// Per cent.
    pub tax_rate: Decimal,
}

/// What the wallet pays, minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Of the whole invoice.
    pub prepaid: Decimal,
    /// Of each fee, in the order of the fees.
    pub shares: Vec<Decimal>,
    /// Tax on what is left.
    pub taxes: Decimal,
    /// What is left to pay, tax included.
    pub total: Decimal,
}

/// R-22-4, R-22-5: applies what a wallet holds (zero for one that may not pay) to an invoice; all in minor units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::application_2022::{Fee, apply};
///
/// let fee = |fee_type: &str, amount: i64| Fee {
///     fee_type: fee_type.to_owned(),
///     amount: Decimal::from(amount),
///     coupon: Decimal::ZERO,
///     tax_rate: Decimal::from(20),
/// };
/// let fees = [fee("subscription", 1000), fee("add_on", 500)];
/// let applied = apply(Decimal::from(400), &fees)?;
/// assert_eq!(applied.taxes, Decimal::from(120 + 100), "on 600 and 500");
/// assert_eq!(applied.total, Decimal::from(600 + 500 + 220));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn apply(usable: Decimal, fees: &[Fee]) -> Result<Application> {
    let mut nets = Vec::with_capacity(fees.len());
    let mut payable = Vec::with_capacity(fees.len());
    for fee in fees {
        let net = fee.amount.try_sub(fee.coupon)?.or_zero();
        nets.push(net);
        payable.push(if fee.fee_type == ADD_ON {
            Decimal::ZERO
        } else {
            net
        });
    }
    let base = Decimal::sum(payable.iter().copied())?;
    let prepaid = usable.min(base).or_zero();
    let shares = shares(prepaid, base, &payable)?;
    let mut taxes = Decimal::ZERO;
    for ((fee, net), share) in fees.iter().zip(&nets).zip(&shares) {
        let tax = net.try_sub(*share)?.try_mul(fee.tax_rate)?.shift(-2)?;
        taxes = taxes.try_add(tax.round(0, Rounding::HalfAwayFromZero))?;
    }
    let total = Decimal::sum(nets)?.try_sub(prepaid)?.try_add(taxes)?;
    Ok(Application {
        prepaid,
        shares,
        taxes,
        total,
    })
}

/// Each fee's share of the credits: pro rata, rounded down, what remains to the largest, never beyond a fee's net
/// amount (then to the next largest): a fee credited beyond it would have a tax below zero.
fn shares(prepaid: Decimal, base: Decimal, payable: &[Decimal]) -> Result<Vec<Decimal>> {
    let mut shares = vec![Decimal::ZERO; payable.len()];
    if !prepaid.is_positive() {
        return Ok(shares);
    }
    let mut remaining = prepaid;
    for (share, net) in shares.iter_mut().zip(payable) {
        *share = prepaid.mul_div(*net, base, 0, Rounding::Floor)?;
        remaining = remaining.try_sub(*share)?;
    }
    let by_place: Vec<(usize, Decimal)> = payable.iter().copied().enumerate().collect();
    for (place, net) in sorted(&by_place, |(_, a), (_, b)| b.cmp(a)) {
        if let Some(share) = shares.get_mut(place) {
            let more = remaining.min(net.try_sub(*share)?);
            *share = share.try_add(more)?;
            remaining = remaining.try_sub(more)?;
        }
    }
    Ok(shares)
}
