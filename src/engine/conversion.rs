//! Between credits and money.

use crate::decimal::{Decimal, Rounding};
use crate::error::Result;

/// Decimal places of a Flexprice division (section 1.7 no. 3).
const FLEXPRICE_PLACES: u32 = 16;

/// Decimal places of credits that Lago stores (R-CONV).
const LAGO_PLACES: u32 = 5;

/// flexprice 1: `amount / rate`, 16 places.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::flexprice_credits;
///
/// let credits = flexprice_credits(Decimal::from(20), Decimal::from(3))?;
/// assert_eq!(credits.to_string(), "6.6666666666666667");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn flexprice_credits(amount: Decimal, rate: Decimal) -> Result<Decimal> {
    amount.try_div(rate, FLEXPRICE_PLACES, Rounding::HalfAwayFromZero)
}

/// R-ONG-11, R-ONG-12: what a wallet shows as credits, `cents / 10^exponent / rate`, rounded to 5 places.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
pub fn lago_credits(cents: Decimal, exponent: u32, rate: Decimal) -> Result<Decimal> {
    let amount = cents.shift(i32::try_from(exponent).unwrap_or(i32::MAX).saturating_neg())?;
    amount.try_div(rate, LAGO_PLACES, Rounding::HalfAwayFromZero)
}
