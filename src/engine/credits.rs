//! The lots of credits inside a Flexprice wallet: which are consumed, what they add up to, when they go
//! (flexprice, sections 3.4, 3.8, 3.9).

use core::cmp::Ordering;

use crate::decimal::Decimal;
use crate::engine::ties::Ties;
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
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::credits::{Credit, is_eligible};
/// use creditgate::time::Timestamp;
///
/// let ten = Decimal::from(10);
/// let expiry = Some(Timestamp(1000));
/// let credit = Credit { amount: ten, available: ten, priority: None, expiry, is_completed: true };
/// assert!(is_eligible(&credit, Timestamp(1000)), "the expiry is included");
/// assert!(!is_eligible(&credit, Timestamp(1001)));
/// ```
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

/// flexprice 19 to 23: consumes `debit` credits, greedily, as they stand at `reference`. The wallet's balance is not
/// consulted. Open is the order of credits of the same priority, expiry and amount.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::credits::{Credit, consume};
/// use creditgate::engine::ties::Ties;
/// use creditgate::time::Timestamp;
///
/// let ten = Decimal::from(10);
/// let credit = |priority, expiry: Option<i64>| Credit {
///     amount: ten,
///     available: ten,
///     priority,
///     expiry: expiry.map(Timestamp),
///     is_completed: true,
/// };
/// let credits = [credit(None, None), credit(None, Some(1000)), credit(Some(1), None)];
/// let consumed = consume(&credits, Decimal::from(25), Timestamp(0), Ties::Forward)?;
/// assert_eq!(consumed.taken, [(2, ten), (1, ten), (0, Decimal::from(5))]);
/// assert_eq!(consume(&credits, Decimal::from(35), Timestamp(0), Ties::Forward)?.uncovered, Decimal::from(5));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn consume(
    credits: &[Credit],
    debit: Decimal,
    reference: Timestamp,
    ties: Ties,
) -> Result<Consumption> {
    let mut eligible: Vec<(usize, &Credit)> = credits
        .iter()
        .enumerate()
        .filter(|(_, credit)| is_eligible(credit, reference))
        .collect();
    ties.arrange(&mut eligible);
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

/// flexprice 46: what completed credits are made of, from the reason of each and what is left of it, expired ones
/// included. `None` when one has another reason: the provider then leaves the field out, and its absence means unknown.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::credits::breakdown;
///
/// let known = [("PURCHASED_CREDIT_DIRECT", Decimal::from(7)), ("FREE_CREDIT_GRANT", Decimal::from(3))];
/// assert_eq!(breakdown(known)?.map(|sums| (sums.purchased, sums.free)), Some((Decimal::from(7), Decimal::from(3))));
/// assert_eq!(breakdown([("CREDIT_NOTE", Decimal::ONE)])?, None);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
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
///
/// ```
/// use creditgate::engine::credits::is_swept;
/// use creditgate::time::Timestamp;
///
/// let at = |text| is_swept(Timestamp(0), Timestamp::parse(text).unwrap_or(Timestamp(0)));
/// assert!(!at("1970-01-01T05:59:59Z") && at("1970-01-01T06:00:00Z"));
/// ```
pub fn is_swept(expiry: Timestamp, now: Timestamp) -> bool {
    expiry.0 <= now.0.saturating_sub(SWEEP_GRACE_MS)
}
