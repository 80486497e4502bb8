//! How long credits live, and what a part of a period grants (flexprice 45, section 1.3).

use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// Seconds of a cooldown (flexprice, section 1.3); `None` for a unit that is none, or a value that is not above zero.
///
/// ```
/// use creditgate::engine::grants::duration_seconds;
///
/// assert_eq!(duration_seconds(2, "hour"), Some(7_200));
/// assert_eq!((duration_seconds(0, "day"), duration_seconds(1, "week")), (None, None));
/// ```
pub fn duration_seconds(value: i64, unit: &str) -> Option<i64> {
    let seconds = match unit {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    if value > 0 {
        value.checked_mul(seconds)
    } else {
        None
    }
}

/// flexprice 45: when a credit granted at `now` expires. Days and weeks are fixed, months and years go by the
/// calendar: a day that the month lacks rolls into the next one. `None` for a unit that is none.
///
/// # Errors
/// `decimal_out_of_range` beyond what a timestamp holds.
///
/// ```
/// use creditgate::engine::grants::expiry;
/// use creditgate::time::Timestamp;
///
/// let granted = Timestamp::parse("2027-01-31T00:00:00Z")?;
/// assert_eq!(expiry(granted, 1, "MONTH")?, Some(Timestamp::parse("2027-03-03T00:00:00Z")?));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn expiry(now: Timestamp, duration: i64, unit: &str) -> Result<Option<Timestamp>> {
    let days = |days: i64| {
        duration
            .checked_mul(days)
            .and_then(|days| now.plus_days(days))
    };
    let months = |months: i64| {
        duration
            .checked_mul(months)
            .and_then(|months| now.plus_months(months))
    };
    let expiry = match unit {
        "DAY" => days(1),
        "WEEK" => days(7),
        "MONTH" => months(1),
        "YEAR" => months(12),
        _ => return Ok(None),
    };
    expiry.map(Some).ok_or_else(Error::out_of_range)
}

/// Decimal places of prorated credits.
const PRORATED_PLACES: u32 = 8;

/// Decimal places of a coefficient (section 1.7 no. 3).
const COEFFICIENT_PLACES: u32 = 16;

/// The part of a period that is left, in whole seconds and with 16 places (section 1.7 no. 3), and the credits for it.
///
/// # Errors
/// `decimal_out_of_range`, also for a period without length.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::grants::prorate;
/// use creditgate::time::Timestamp;
///
/// let (part, credits) = prorate(Timestamp(0), Timestamp(30_000), Timestamp(20_000), Decimal::from(100))?;
/// assert_eq!(part.to_string(), "0.3333333333333333");
/// assert_eq!(credits.to_string(), "33.33333333");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn prorate(
    start: Timestamp,
    end: Timestamp,
    from: Timestamp,
    credits: Decimal,
) -> Result<(Decimal, Decimal)> {
    let seconds = |from: Timestamp| Decimal::from(end.0.saturating_sub(from.0).div_euclid(1000));
    let left = seconds(from).or_zero();
    let coefficient = left.try_div(
        seconds(start),
        COEFFICIENT_PLACES,
        Rounding::HalfAwayFromZero,
    )?;
    let prorated = credits.mul_div(
        coefficient,
        Decimal::ONE,
        PRORATED_PLACES,
        Rounding::HalfAwayFromZero,
    )?;
    Ok((coefficient, prorated))
}
