//! Between credits and money.

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::error::Result;

/// Decimal places of a Flexprice division (section 1.7 no. 3).
pub const FLEXPRICE_PLACES: u32 = 16;

/// Decimal places of credits that Lago stores (R-CONV).
pub const LAGO_PLACES: u32 = 5;

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

/// R-ONG-11, R-ONG-12: what a wallet shows as credits, `cents / 10^exponent / rate`, rounded to 5 places; the rate in
/// currency units per credit.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::lago_credits;
///
/// assert_eq!(lago_credits(Decimal::from(-427), 2, Decimal::from(3))?.to_string(), "-1.42333");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn lago_credits(cents: Decimal, exponent: u32, rate: Decimal) -> Result<Decimal> {
    lago_amount(cents, exponent)?.try_div(rate, LAGO_PLACES, Rounding::HalfAwayFromZero)
}

/// R-CONV-7: `cents / 10^exponent / rate`, not rounded where it ends within 28 digits.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::lago_credits_unrounded;
///
/// let credits = lago_credits_unrounded(Decimal::from(1), 2, Decimal::from(16))?;
/// assert_eq!(credits.to_string(), "0.000625", "not 0.00063");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn lago_credits_unrounded(cents: Decimal, exponent: u32, rate: Decimal) -> Result<Decimal> {
    lago_amount(cents, exponent)?.quotient(rate)
}

/// Minor units to currency units.
fn lago_amount(cents: Decimal, exponent: u32) -> Result<Decimal> {
    cents.shift(i32::try_from(exponent).unwrap_or(i32::MAX).saturating_neg())
}

/// Credits as a request writes them: with as many digits as it likes, of which 5 decimal places count (R-CONV-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedCredits {
    /// Floored to 5 decimal places.
    pub floored: Decimal,
    /// Whether that left something out.
    pub has_more: bool,
}

impl RequestedCredits {
    /// Reads a request's text (R-CONV-1).
    ///
    /// # Errors
    /// `invalid_decimal`, `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::engine::conversion::RequestedCredits;
    ///
    /// let credits = RequestedCredits::parse("4.2844499999999999999999999999999999")?;
    /// assert_eq!((credits.floored.to_string().as_str(), credits.has_more), ("4.28444", true));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        // Beyond 23 digits before the point, the 5 after it do not fit: nothing is decided by them.
        let floored =
            Decimal::parse_floor(text, LAGO_PLACES).or_else(|_| Decimal::parse_floor(text, 0))?;
        Ok(Self {
            floored,
            has_more: Decimal::parse_number(text) != Ok(floored),
        })
    }

    /// Whether this is above zero, however little (R-TOP-1).
    ///
    /// ```
    /// use creditgate::engine::conversion::RequestedCredits;
    ///
    /// let least = RequestedCredits::parse("0.000001")?;
    /// assert!(least.floored.is_zero() && least.is_positive());
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn is_positive(self) -> bool {
        self.exceeds(Decimal::ZERO)
    }

    /// Whether this is more than `credits`, which have no more than 5 decimal places (R-VAL: voids, the range).
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::conversion::RequestedCredits;
    ///
    /// let balance = Decimal::parse("10.12345")?;
    /// assert!(RequestedCredits::parse("10.123451")?.exceeds(balance));
    /// assert!(!RequestedCredits::parse("10.123450")?.exceeds(balance));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn exceeds(self, credits: Decimal) -> bool {
        self.floored > credits || (self.floored == credits && self.has_more)
    }
}

impl From<Decimal> for RequestedCredits {
    fn from(credits: Decimal) -> Self {
        let floored = credits.round(LAGO_PLACES, Rounding::Floor);
        Self {
            floored,
            has_more: floored != credits,
        }
    }
}

/// What a Lago transaction stores of the credits it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletCredit {
    /// Credits, 5 decimal places.
    pub credits: Decimal,
    /// Currency units, rounded to the minor unit.
    pub amount: Decimal,
}

/// R-CONV-1 to R-CONV-4: credits as requested, in money and back. Invoiceable ones (purchased and granted) snap
/// to whole minor units, others (voided) stay as they are. The rate is in currency units per credit.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::lago_from_credits;
///
/// let (rate, euro) = (Decimal::parse("0.001")?, Currency::parse("EUR")?);
/// let bought = lago_from_credits(Decimal::from(1034), rate, euro, true)?;
/// assert_eq!((bought.credits, bought.amount.to_string().as_str()), (Decimal::from(1030), "1.03"));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn lago_from_credits(
    credits: Decimal,
    rate: Decimal,
    currency: Currency,
    invoiceable: bool,
) -> Result<WalletCredit> {
    let credits = credits.round(LAGO_PLACES, Rounding::Floor);
    let amount = credits
        .try_mul(rate)?
        .round(currency.lago_exponent(), Rounding::HalfAwayFromZero);
    let credits = if invoiceable {
        amount.try_div(rate, LAGO_PLACES, Rounding::HalfAwayFromZero)?
    } else {
        credits
    };
    Ok(WalletCredit { credits, amount })
}

/// R-CONV-5: minor units that need not be whole, as a transaction of whole ones; the rate in currency units per credit.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::lago_from_cents;
///
/// let paid = lago_from_cents(Decimal::parse("103.5")?, Decimal::from(3), Currency::parse("EUR")?)?;
/// assert_eq!((paid.amount.to_string(), paid.credits.to_string()), ("1.04".into(), "0.34667".into()));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn lago_from_cents(cents: Decimal, rate: Decimal, currency: Currency) -> Result<WalletCredit> {
    // (amount / rate) x rate rounds back to the amount, which is of whole minor units.
    let whole = cents.round(0, Rounding::HalfAwayFromZero);
    let amount = lago_amount(whole, currency.lago_exponent())?;
    let credits = amount.try_div(rate, LAGO_PLACES, Rounding::HalfAwayFromZero)?;
    Ok(WalletCredit { credits, amount })
}

/// R-CONV-6: whether credits that are more than zero are worth nothing in money, at a rate in currency units per
/// credit.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::lago_rounds_to_zero;
///
/// let worthless = |credits| lago_rounds_to_zero(Decimal::parse(credits)?, Decimal::ONE, Currency::parse("EUR")?);
/// assert!(worthless("0.00499")? && !worthless("0.005")?);
/// assert!(!worthless("0")?, "exactly nothing is allowed");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn lago_rounds_to_zero(credits: Decimal, rate: Decimal, currency: Currency) -> Result<bool> {
    let credits = credits.round(LAGO_PLACES, Rounding::Floor);
    let amount = credits
        .try_mul(rate)?
        .round(currency.lago_exponent(), Rounding::HalfAwayFromZero);
    Ok(credits.is_positive() && amount.is_zero())
}
