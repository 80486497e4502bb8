//! Which grants inside a traceable Lago wallet an outbound transaction drains (R-CONS).

use core::cmp::Ordering;

use crate::decimal::Decimal;
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

/// R-CONS-1 to R-CONS-3: drains an amount.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn consume(inbounds: &[Inbound], amount: Decimal, source: Source) -> Result<Consumed> {
    let mut drained: Vec<(usize, &Inbound)> = inbounds
        .iter()
        .enumerate()
        .filter(|(index, _)| source == Source::Pool || source == Source::Only(Some(*index)))
        .collect();
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

/// R-CONS-6: how much of what was taken had been granted, and how much purchased; a part of zero is `None`.
///
/// # Errors
/// `decimal_out_of_range`.
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
pub fn is_new_wallet_traceable(existing: &[(Status, bool)]) -> bool {
    !existing.contains(&(Status::Active, false))
}
