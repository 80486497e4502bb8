//! Bonus credits on purchases (flexprice 51).

use crate::decimal::{Decimal, Rounding};
use crate::error::Result;

/// Decimal places of a Flexprice division (section 1.7 no. 3).
const PLACES: u32 = 16;

/// A bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonus {
    /// So many credits.
    Flat(Decimal),
    /// Per cent of the credits bought.
    Percentage(Decimal),
}

impl Bonus {
    /// flexprice 51: the credits it gives on a purchase of `credits`, a percentage with 16 places.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::bonus::Bonus;
    ///
    /// let bonus = Bonus::Percentage(Decimal::parse("7.5")?);
    /// assert_eq!(bonus.on(Decimal::from(200))?, Decimal::from(15));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn on(self, credits: Decimal) -> Result<Decimal> {
        match self {
            Self::Flat(bonus) => Ok(bonus),
            Self::Percentage(percent) => {
                let hundred = Decimal::from(100);
                credits.mul_div(percent, hundred, PLACES, Rounding::HalfAwayFromZero)
            }
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

/// flexprice 51: the slab of the highest threshold that `credits` reach; of equal ones the first listed.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::bonus::{Bonus, Slab, matching};
///
/// let slab = |threshold: i64| Slab {
///     threshold: Decimal::from(threshold),
///     is_gte: true,
///     bonus: Bonus::Flat(Decimal::from(threshold / 10)),
/// };
/// let slabs = [slab(100), slab(500)];
/// assert_eq!(matching(&slabs, Decimal::from(499)), Some(&slabs[0]));
/// assert_eq!(matching(&slabs, Decimal::from(500)), Some(&slabs[1]), "the threshold is included");
/// assert_eq!(matching(&slabs, Decimal::from(99)), None);
/// ```
pub fn matching(slabs: &[Slab], credits: Decimal) -> Option<&Slab> {
    let reached = slabs
        .iter()
        .filter(|slab| slab.is_gte && credits >= slab.threshold);
    reached.reduce(|best, slab| {
        if slab.threshold > best.threshold {
            slab
        } else {
            best
        }
    })
}
