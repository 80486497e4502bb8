//! Flexprice's precision: of currencies, of sums, of what it stores (flexprice, section 1.7).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::error::Result;

/// An amount at the precision of its currency, halves away from zero (section 1.7 no. 1 and 2).
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::precision::round_to_currency;
///
/// let rounded = round_to_currency(Decimal::parse("-10.125")?, Currency::parse("usd")?);
/// assert_eq!(rounded.to_string(), "-10.13");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[must_use]
pub fn round_to_currency(amount: Decimal, currency: Currency) -> Decimal {
    amount.round(currency.flexprice_exponent(), Rounding::HalfAwayFromZero)
}

/// flexprice 6: usage charges are rounded one by one, then summed.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn sum_of_rounded(amounts: &[Decimal], currency: Currency) -> Result<Decimal> {
    Decimal::sum(
        amounts
            .iter()
            .map(|amount| round_to_currency(*amount, currency)),
    )
}

/// An amount or credits as stored: 9 places (section 1.7 no. 4).
#[must_use]
pub fn stored_amount(value: Decimal) -> Decimal {
    value.round(9, Rounding::HalfAwayFromZero)
}

/// A rate as stored: 5 places (section 1.7 no. 4).
#[must_use]
pub fn stored_rate(value: Decimal) -> Decimal {
    value.round(5, Rounding::HalfAwayFromZero)
}

/// `percent` of an amount at the precision of its currency: a tax or a percentage coupon.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn percentage(amount: Decimal, percent: Decimal, currency: Currency) -> Result<Decimal> {
    Ok(round_to_currency(
        amount.try_mul(percent)?.shift(-2)?,
        currency,
    ))
}
