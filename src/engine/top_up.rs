//! What Lago refuses to sell into a wallet (R-TOP).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::{RequestedCredits, lago_from_credits};
use crate::error::Result;

/// A wallet's limits on one purchase, in currency units, both included (R-TOP-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AmountLimits {
    /// The least.
    pub least: Option<Decimal>,
    /// The most.
    pub most: Option<Decimal>,
}

/// Why a purchase is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not above zero.
    InvalidAmount,
    /// Worth less than the least.
    BelowMinimum,
    /// Worth more than the most.
    AboveMaximum,
}

impl Refusal {
    /// The provider's code (R-TOP-1).
    ///
    /// ```
    /// use creditgate::engine::top_up::Refusal;
    ///
    /// assert_eq!(Refusal::BelowMinimum.code(), "amount_below_minimum");
    /// ```
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidAmount => "invalid_amount",
            Self::BelowMinimum => "amount_below_minimum",
            Self::AboveMaximum => "amount_above_maximum",
        }
    }
}

/// R-TOP-1, R-TOP-2: whether credits may be bought, at a rate in currency units per credit. `limits` of `None` are
/// ignored; credits that are not above zero never pass.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::RequestedCredits;
/// use creditgate::engine::top_up::{AmountLimits, Refusal, refusal};
///
/// let (rate, euro) = (Decimal::ONE, Currency::parse("EUR")?);
/// let limits = AmountLimits { least: Some(Decimal::from(5)), most: None };
/// let refused = |credits, limits| refusal(RequestedCredits::parse(credits)?, rate, euro, limits);
/// assert_eq!(refused("4.995", Some(limits))?, None, "5.00 once rounded: the least is included");
/// assert_eq!(refused("4.994", Some(limits))?, Some(Refusal::BelowMinimum));
/// assert_eq!((refused("4", None)?, refused("0", None)?), (None, Some(Refusal::InvalidAmount)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn refusal(
    requested: RequestedCredits,
    rate: Decimal,
    currency: Currency,
    limits: Option<AmountLimits>,
) -> Result<Option<Refusal>> {
    if !requested.is_positive() {
        return Ok(Some(Refusal::InvalidAmount));
    }
    let Some(limits) = limits else {
        return Ok(None);
    };
    let amount = lago_from_credits(requested.floored, rate, currency, true)?.amount;
    Ok(if limits.least.is_some_and(|least| amount < least) {
        Some(Refusal::BelowMinimum)
    } else if limits.most.is_some_and(|most| amount > most) {
        Some(Refusal::AboveMaximum)
    } else {
        None
    })
}
