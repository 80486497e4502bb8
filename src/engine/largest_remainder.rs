//! A sum that is known only as a whole, split over its parts.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::sort::sorted;

/// Splits `total` pro rata to `weights`, all whole numbers (minor units), so that the shares add up to it: each gets
/// its part rounded down, and what is left goes one by one to the largest remainders, the first of equal ones first.
/// Where nothing weighs anything the first takes everything.
///
/// # Errors
/// `decimal_out_of_range`, also for what is no whole number or below zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::largest_remainder::split;
///
/// let shares = split(Decimal::from(100), &[Decimal::ONE, Decimal::ONE, Decimal::ONE])?;
/// assert_eq!(shares, [Decimal::from(34), Decimal::from(33), Decimal::from(33)]);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn split(total: Decimal, weights: &[Decimal]) -> Result<Vec<Decimal>> {
    let fault = Error::out_of_range;
    let total = whole(total)?;
    let mut parts = Vec::with_capacity(weights.len());
    let mut sum = 0_i128;
    for weight in weights {
        let weight = whole(*weight)?;
        sum = sum.checked_add(weight).ok_or_else(fault)?;
        parts.push(weight);
    }
    if sum == 0
        && let Some(first) = parts.first_mut()
    {
        (*first, sum) = (1, 1);
    }
    let mut left = total;
    let mut remainders = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter_mut().enumerate() {
        let product = total.checked_mul(*part).ok_or_else(fault)?;
        *part = product.checked_div(sum).ok_or_else(fault)?;
        left = left.saturating_sub(*part);
        remainders.push((product.checked_rem(sum).ok_or_else(fault)?, index));
    }
    for (_, index) in sorted(&remainders, |(a, _), (b, _)| b.cmp(a)) {
        if left > 0
            && let Some(part) = parts.get_mut(index)
        {
            *part = part.saturating_add(1);
            left = left.saturating_sub(1);
        }
    }
    let decimal = |part| Decimal::from_parts(part, 0);
    parts.into_iter().map(decimal).collect()
}

fn whole(number: Decimal) -> Result<i128> {
    match number.parts() {
        (mantissa, 0) if mantissa >= 0 => Ok(mantissa),
        _ => Err(Error::out_of_range()),
    }
}
