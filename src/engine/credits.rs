//! The lots of credits inside a Flexprice wallet: which are consumed, what they add up to, when they go
//! (flexprice, sections 3.4, 3.8, 3.9).

use core::cmp::Ordering;

use crate::decimal::Decimal;
use crate::error::Result;
use crate::time::Timestamp;

/// How long after its expiry a credit is swept (flexprice 43).
const SWEEP_GRACE_MS: i64 = 6 * 3_600_000;

/// One lot of credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// As granted.
    pub amount: Decimal,
    /// What is left.
    pub available: Decimal,
    /// Lower is consumed first; none comes last.
    pub priority: Option<i64>,
    /// The last instant at which it can be used.
    pub expiry: Option<Timestamp>,
    /// Whether its transaction is completed.
    pub is_completed: bool,
}

/// What one debit takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// Places of the credits taken from, in the order of taking, and how much.
    pub taken: Vec<(usize, Decimal)>,
    /// What the credits did not cover: only a manual debit may leave some (flexprice 22).
    pub uncovered: Decimal,
}

/// flexprice 19: whether a credit can be used at `reference`.
pub fn is_eligible(credit: &Credit, reference: Timestamp) -> bool {
    credit.is_completed
        && credit.available.is_positive()
        && credit.expiry.is_none_or(|expiry| expiry >= reference)
}

/// flexprice 20: priority, then expiry, an absent one last; then the larger credit as granted.
fn order(a: &Credit, b: &Credit) -> Ordering {
    let none_last = |a: Option<i64>, b: Option<i64>| match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    let expiry = |credit: &Credit| credit.expiry.map(|expiry| expiry.0);
    none_last(a.priority, b.priority)
        .then_with(|| none_last(expiry(a), expiry(b)))
        .then_with(|| b.amount.cmp(&a.amount))
}

/// flexprice 19 to 23: consumes credits, greedily. The wallet's balance is not consulted.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn consume(credits: &[Credit], debit: Decimal, reference: Timestamp) -> Result<Consumption> {
    let mut eligible: Vec<(usize, &Credit)> = credits
        .iter()
        .enumerate()
        .filter(|(_, credit)| is_eligible(credit, reference))
        .collect();
    eligible.sort_by(|(_, a), (_, b)| order(a, b));
    let mut uncovered = debit;
    let mut taken = Vec::new();
    for (index, credit) in eligible {
        if !uncovered.is_positive() {
            break;
        }
        let share = credit.available.min(uncovered);
        uncovered = uncovered.try_sub(share)?;
        taken.push((index, share));
    }
    Ok(Consumption {
        taken,
        uncovered: uncovered.or_zero(),
    })
}

/// What a wallet's credits are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// Bought.
    pub purchased: Decimal,
    /// Given.
    pub free: Decimal,
}

/// flexprice 46: what completed credits are made of, expired ones included. `None` when one has another reason:
/// the provider then leaves the field out, and its absence means unknown.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn breakdown<'a>(
    completed: impl IntoIterator<Item = (&'a str, Decimal)>,
) -> Result<Option<Breakdown>> {
    let mut sums = Breakdown::default();
    for (reason, available) in completed {
        match reason {
            "PURCHASED_CREDIT_INVOICED" | "PURCHASED_CREDIT_DIRECT" => {
                sums.purchased = sums.purchased.try_add(available)?;
            }
            "FREE_CREDIT_GRANT" | "SUBSCRIPTION_CREDIT_GRANT" => {
                sums.free = sums.free.try_add(available)?
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(sums))
}

/// flexprice 43, the grace alone: whether the sweep takes a credit of this expiry at `now`.
pub fn is_swept(expiry: Timestamp, now: Timestamp) -> bool {
    expiry.0 <= now.0.saturating_sub(SWEEP_GRACE_MS)
}
