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

/// flexprice 6: usage charges, currency units, are rounded one by one, then summed.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::precision::sum_of_rounded;
///
/// let half_cent = Decimal::parse("0.005")?;
/// let sum = sum_of_rounded(&[half_cent, half_cent], Currency::parse("usd")?)?;
/// assert_eq!(sum.to_string(), "0.02", "not 0.01");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn sum_of_rounded(amounts: &[Decimal], currency: Currency) -> Result<Decimal> {
    Decimal::sum(
        amounts
            .iter()
            .map(|amount| round_to_currency(*amount, currency)),
    )
}

/// An amount or credits as stored: 9 places (section 1.7 no. 4).
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::precision::stored_amount;
///
/// assert_eq!(stored_amount(Decimal::parse("6.6666666666666667")?).to_string(), "6.666666667");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[must_use]
pub fn stored_amount(value: Decimal) -> Decimal {
    value.round(9, Rounding::HalfAwayFromZero)
}

/// A rate as stored: 5 places (section 1.7 no. 4).
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::precision::stored_rate;
///
/// assert_eq!(stored_rate(Decimal::parse("1.123456")?).to_string(), "1.12346");
/// assert!(stored_rate(Decimal::parse("0.000004")?).is_zero());
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[must_use]
pub fn stored_rate(value: Decimal) -> Decimal {
    value.round(5, Rounding::HalfAwayFromZero)
}

/// `percent` of an amount, currency units, at the precision of its currency: a percentage coupon (flexprice 33) or a
/// tax (flexprice 35).
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::precision::percentage;
///
/// let tax = percentage(Decimal::parse("10.25")?, Decimal::from(18), Currency::parse("usd")?)?;
/// assert_eq!(tax.to_string(), "1.85", "1.845, halves away from zero");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn percentage(amount: Decimal, percent: Decimal, currency: Currency) -> Result<Decimal> {
    let places = currency.flexprice_exponent();
    amount.mul_div(
        percent,
        Decimal::from(100),
        places,
        Rounding::HalfAwayFromZero,
    )
}
