//! Bonus credits on purchases (flexprice 51).

use crate::decimal::Decimal;
use crate::error::Result;

/// A bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonus {
    /// So many credits.
    Flat(Decimal),
    /// Per cent of the credits bought.
    Percentage(Decimal),
}

impl Bonus {
    /// The credits it gives on a purchase of `credits`.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn on(self, credits: Decimal) -> Result<Decimal> {
        match self {
            Self::Flat(bonus) => Ok(bonus),
            Self::Percentage(percent) => credits.try_mul(percent)?.shift(-2),
        }
    }
}

/// A bonus from a number of credits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slab {
    /// Credits.
    pub threshold: Decimal,
    /// Whether the operator is `gte`; any other never matches.
    pub is_gte: bool,
    /// What it gives.
    pub bonus: Bonus,
}

/// The slab of the highest threshold that `credits` reach.
pub fn matching(slabs: &[Slab], credits: Decimal) -> Option<&Slab> {
    let reached = slabs
        .iter()
        .filter(|slab| slab.is_gte && credits >= slab.threshold);
    reached.max_by(|a, b| a.threshold.cmp(&b.threshold))
}

/// Whether credits of this reason were bought, so that a bonus may come with them.
pub fn is_purchase(reason: &str) -> bool {
    matches!(
        reason,
        "PURCHASED_CREDIT_INVOICED" | "PURCHASED_CREDIT_DIRECT"
    )
}
