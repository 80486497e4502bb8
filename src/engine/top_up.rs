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
    /// The provider's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidAmount => "invalid_amount",
            Self::BelowMinimum => "amount_below_minimum",
            Self::AboveMaximum => "amount_above_maximum",
        }
    }
}

/// R-TOP-1, R-TOP-2: whether credits may be bought. `limits` of `None` are ignored; credits that are not above
/// zero never pass.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
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
