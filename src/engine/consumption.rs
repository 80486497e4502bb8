//! Which grants inside a traceable Lago wallet an outbound transaction drains (R-CONS).

use core::cmp::Ordering;

use crate::decimal::Decimal;
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::model::wallet::Status;

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// Bought, not paid yet.
    Pending,
    /// In the balance.
    Settled,
    /// Not paid.
    Failed,
}

/// Where a transaction's credits come from or go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Given: drained before purchased ones (R-CONS-1).
    Granted,
    /// Bought.
    Purchased,
    /// Taken back.
    Voided,
    /// Spent on an invoice.
    Invoiced,
}

/// Whether a transaction brings credits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It does.
    Inbound,
    /// It takes them out.
    Outbound,
}

/// A transaction that brought credits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// Granted or purchased.
    pub origin: Origin,
    /// Where it stands.
    pub status: TransactionStatus,
    /// 1 is drained first.
    pub priority: i64,
    /// Place in the order of creation, 0 is the oldest.
    pub created_order: i64,
    /// What is left of it; `None` where the wallet does not track it.
    pub remaining: Option<Decimal>,
}

impl Inbound {
    /// R-CONS-1: what may be taken.
    fn available(&self) -> Decimal {
        match self.remaining {
            Some(remaining) if is_available(Direction::Inbound, self.status, self.remaining) => {
                remaining
            }
            _ => Decimal::ZERO,
        }
    }
}

/// R-CONS-1: whether a transaction may be drained.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::consumption::{Direction, TransactionStatus, is_available};
///
/// let available = |status, remaining| is_available(Direction::Inbound, status, remaining);
/// assert!(available(TransactionStatus::Settled, Some(Decimal::ONE)));
/// assert!(!available(TransactionStatus::Pending, Some(Decimal::ONE)));
/// assert!(!available(TransactionStatus::Settled, None));
/// ```
pub fn is_available(
    direction: Direction,
    status: TransactionStatus,
    remaining: Option<Decimal>,
) -> bool {
    direction == Direction::Inbound
        && status == TransactionStatus::Settled
        && remaining.is_some_and(Decimal::is_positive)
}

/// R-CONS-1: priority, granted before purchased, the oldest first.
///
/// ```
/// use creditgate::engine::consumption::{Inbound, Origin, TransactionStatus, order};
///
/// let inbound = |origin, priority, created_order| Inbound {
///     origin,
///     status: TransactionStatus::Settled,
///     priority,
///     created_order,
///     remaining: None,
/// };
/// let bought = inbound(Origin::Purchased, 50, 0);
/// assert!(order(&inbound(Origin::Granted, 50, 1), &bought).is_lt(), "granted first, though newer");
/// assert!(order(&bought, &inbound(Origin::Granted, 51, 0)).is_lt(), "but priority beats it");
/// ```
pub fn order(a: &Inbound, b: &Inbound) -> Ordering {
    let key = |inbound: &Inbound| (inbound.priority, inbound.origin, inbound.created_order);
    key(a).cmp(&key(b))
}

/// What is taken from one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// The transaction's place among those given.
    pub inbound: usize,
    /// More than zero.
    pub amount: Decimal,
}

/// The answer to a consumption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// What is taken, in the order of taking.
    Taken(Vec<Consumption>),
    /// The pool does not hold as much (R-CONS-2).
    ExceedsAvailable,
    /// The transaction aimed at does not hold as much (R-CONS-2).
    ExceedsRemaining,
}

/// What an amount is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Every transaction that is available.
    Pool,
    /// The transaction at this place (R-CONS-3), if there is one.
    Only(Option<usize>),
}

/// R-CONS-1 to R-CONS-3: drains an amount, minor units. Open is the order of transactions made at the same time.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::consumption::{Consumed, Consumption, Inbound, Origin, Source, TransactionStatus, consume};
/// use creditgate::engine::ties::Ties;
///
/// let inbound = |origin, remaining: i64| Inbound {
///     origin,
///     status: TransactionStatus::Settled,
///     priority: 50,
///     created_order: 0,
///     remaining: Some(Decimal::from(remaining)),
/// };
/// let inbounds = [inbound(Origin::Purchased, 100), inbound(Origin::Granted, 30)];
/// let drain = |amount: i64, source| consume(&inbounds, Decimal::from(amount), source, Ties::Forward);
/// let share = |inbound, amount: i64| Consumption { inbound, amount: Decimal::from(amount) };
/// assert_eq!(drain(50, Source::Pool)?, Consumed::Taken(vec![share(1, 30), share(0, 20)]));
/// assert_eq!(drain(131, Source::Pool)?, Consumed::ExceedsAvailable);
/// assert_eq!(drain(31, Source::Only(Some(1)))?, Consumed::ExceedsRemaining);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn consume(
    inbounds: &[Inbound],
    amount: Decimal,
    source: Source,
    ties: Ties,
) -> Result<Consumed> {
    let mut drained: Vec<(usize, &Inbound)> = inbounds
        .iter()
        .enumerate()
        .filter(|(index, _)| source == Source::Pool || source == Source::Only(Some(*index)))
        .collect();
    ties.arrange(&mut drained);
    drained.sort_by(|(_, a), (_, b)| order(a, b));
    let available = Decimal::sum(drained.iter().map(|(_, inbound)| inbound.available()))?;
    if amount > available {
        return Ok(match source {
            Source::Pool => Consumed::ExceedsAvailable,
            Source::Only(_) => Consumed::ExceedsRemaining,
        });
    }
    let mut left = amount;
    let mut taken = Vec::new();
    for (index, inbound) in drained {
        let share = left.min(inbound.available());
        if share.is_positive() {
            left = left.try_sub(share)?;
            taken.push(Consumption {
                inbound: index,
                amount: share,
            });
        }
    }
    Ok(Consumed::Taken(taken))
}

/// R-CONS-6: how much of what was taken had been granted, and how much purchased, minor units; a part of zero is
/// `None`.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::consumption::{Consumption, Inbound, Origin, TransactionStatus, breakdown};
///
/// let granted = Inbound {
///     origin: Origin::Granted,
///     status: TransactionStatus::Settled,
///     priority: 50,
///     created_order: 0,
///     remaining: Some(Decimal::from(30)),
/// };
/// let taken = [Consumption { inbound: 0, amount: Decimal::from(12) }];
/// assert_eq!(breakdown(&[granted], &taken)?, (Some(Decimal::from(12)), None));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn breakdown(
    inbounds: &[Inbound],
    taken: &[Consumption],
) -> Result<(Option<Decimal>, Option<Decimal>)> {
    let part = |origin: Origin| {
        let of_origin = |taken: &&Consumption| {
            let inbound = inbounds.get(taken.inbound);
            inbound.is_some_and(|inbound| inbound.origin == origin)
        };
        let amounts = taken.iter().filter(of_origin).map(|taken| taken.amount);
        Decimal::sum(amounts).map(|sum| Some(sum).filter(|sum| sum.is_positive()))
    };
    Ok((part(Origin::Granted)?, part(Origin::Purchased)?))
}

/// R-CONS-4: whether a transaction's remaining amount starts now: a granted one's when it is created, a purchased
/// one's when it changes to settled. `previous` is `None` on creation.
///
/// ```
/// use creditgate::engine::consumption::{Direction, Origin, TransactionStatus, starts_remaining};
///
/// let starts = |origin, previous, now| starts_remaining(Direction::Inbound, origin, previous, now);
/// assert!(starts(Origin::Granted, None, TransactionStatus::Settled));
/// assert!(!starts(Origin::Purchased, None, TransactionStatus::Pending));
/// assert!(starts(Origin::Purchased, Some(TransactionStatus::Pending), TransactionStatus::Settled));
/// ```
pub fn starts_remaining(
    direction: Direction,
    origin: Origin,
    previous: Option<TransactionStatus>,
    status: TransactionStatus,
) -> bool {
    let settles = previous.is_some_and(|previous| previous != TransactionStatus::Settled)
        && status == TransactionStatus::Settled;
    direction == Direction::Inbound
        && match origin {
            Origin::Granted => previous.is_none(),
            Origin::Purchased => settles,
            Origin::Voided | Origin::Invoiced => false,
        }
}

/// R-CONS-5: whether a customer's new wallet tracks its grants, from the status of each wallet there is and
/// whether it does.
///
/// ```
/// use creditgate::engine::consumption::is_new_wallet_traceable;
/// use creditgate::model::wallet::Status;
///
/// assert!(is_new_wallet_traceable(&[(Status::Active, true), (Status::Inactive, false)]));
/// assert!(!is_new_wallet_traceable(&[(Status::Active, false)]));
/// ```
pub fn is_new_wallet_traceable(existing: &[(Status, bool)]) -> bool {
    !existing.contains(&(Status::Active, false))
}
