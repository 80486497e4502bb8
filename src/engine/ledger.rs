//! What one operation does to a Flexprice wallet (flexprice, section 3.1).

use crate::decimal::Decimal;
use crate::engine::conversion::flexprice_credits;
use crate::engine::credits::{Consumption, Credit, consume};
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::time::Timestamp;

/// Currency units per credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// On the spending side; it gives the balance.
    pub conversion: Decimal,
    /// On the buying side.
    pub top_up: Decimal,
}

/// Whether credits come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They come, at the top-up rate.
    Credit,
    /// They go, at the conversion rate.
    Debit,
}

impl Rates {
    fn of(self, direction: Direction) -> Decimal {
        match direction {
            Direction::Credit => self.top_up,
            Direction::Debit => self.conversion,
        }
    }
}

/// Money and credits of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Currency units.
    pub amount: Decimal,
    /// Credits.
    pub credits: Decimal,
}

/// Money and credits of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balances {
    /// Currency units.
    pub balance: Decimal,
    /// Credits.
    pub credit_balance: Decimal,
}

/// flexprice 1: an operation as given in currency units or credits; money above zero wins.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ledger::{Direction, Rates, normalise};
///
/// let rates = Rates { conversion: Decimal::from(2), top_up: Decimal::from(5) };
/// let amount = Some(Decimal::from(10));
/// assert_eq!(normalise(Direction::Credit, rates, amount, None)?.credits, Decimal::from(2));
/// assert_eq!(normalise(Direction::Debit, rates, amount, None)?.credits, Decimal::from(5));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn normalise(
    direction: Direction,
    rates: Rates,
    amount: Option<Decimal>,
    credits: Option<Decimal>,
) -> Result<Operation> {
    let rate = rates.of(direction);
    match amount {
        Some(amount) if amount.is_positive() => Ok(Operation {
            amount,
            credits: flexprice_credits(amount, rate)?,
        }),
        _ => {
            let credits = credits.unwrap_or_default();
            Ok(Operation {
                amount: credits.try_mul(rate)?,
                credits,
            })
        }
    }
}

/// flexprice 2: a wallet of these credits after an ordinary operation. Its money is recomputed from its credits.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ledger::{Direction, Rates, after};
///
/// let rates = Rates { conversion: Decimal::from(2), top_up: Decimal::from(5) };
/// let wallet = after(Direction::Credit, rates, Decimal::from(10), Decimal::from(3))?;
/// assert_eq!((wallet.credit_balance, wallet.balance), (Decimal::from(13), Decimal::from(26)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn after(
    direction: Direction,
    rates: Rates,
    credit_balance: Decimal,
    credits: Decimal,
) -> Result<Balances> {
    let credit_balance = match direction {
        Direction::Credit => credit_balance.try_add(credits)?,
        Direction::Debit => credit_balance.try_sub(credits)?,
    };
    Ok(Balances {
        balance: credit_balance.try_mul(rates.conversion)?,
        credit_balance,
    })
}

/// flexprice 3: a wallet after an invoiced purchase was paid: the money that was paid is added, so that the two
/// figures may part until the next ordinary operation.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ledger::{Balances, Operation, after_purchase};
///
/// let wallet = Balances { balance: Decimal::from(20), credit_balance: Decimal::from(10) };
/// let bought = Operation { amount: Decimal::from(5), credits: Decimal::ONE };
/// let wallet = after_purchase(wallet, bought)?;
/// assert_eq!(wallet.balance, Decimal::from(25), "not 11 credits at 2");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn after_purchase(wallet: Balances, purchase: Operation) -> Result<Balances> {
    Ok(Balances {
        balance: wallet.balance.try_add(purchase.amount)?,
        credit_balance: wallet.credit_balance.try_add(purchase.credits)?,
    })
}

/// flexprice 4: what of a new credit can be used: all, or what is left after it has repaid an overdraft. In credits.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ledger::credits_available;
///
/// assert_eq!(credits_available(Decimal::from(-30), Decimal::from(100))?, Decimal::from(70));
/// assert_eq!(credits_available(Decimal::from(30), Decimal::from(100))?, Decimal::from(100));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn credits_available(credit_balance_before: Decimal, credits: Decimal) -> Result<Decimal> {
    if credit_balance_before.is_negative() {
        Ok(credit_balance_before.try_add(credits)?.or_zero())
    } else {
        Ok(credits)
    }
}

/// What a debit does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debited {
    /// The wallet after it.
    pub balances: Balances,
    /// Which credits it took.
    pub consumption: Consumption,
}

/// flexprice 2, 22, 23: debits a wallet by the credits asked, or `None` where its credits do not cover it: then nothing
/// changes. Only a manual debit may leave some uncovered, and the wallet below zero.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::ledger::{Rates, debit};
/// use creditgate::engine::ties::Ties;
/// use creditgate::time::Timestamp;
///
/// let rates = Rates { conversion: Decimal::from(2), top_up: Decimal::from(2) };
/// let asked = Decimal::from(5);
/// let debit = |is_manual| debit(rates, Decimal::from(3), &[], asked, is_manual, Timestamp(0), Ties::Forward);
/// assert_eq!(debit(false)?, None);
/// assert_eq!(debit(true)?.map(|debited| debited.balances.balance), Some(Decimal::from(-4)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn debit(
    rates: Rates,
    credit_balance: Decimal,
    credits: &[Credit],
    asked: Decimal,
    is_manual: bool,
    reference: Timestamp,
    ties: Ties,
) -> Result<Option<Debited>> {
    let consumption = consume(credits, asked, reference, ties)?;
    if consumption.uncovered.is_positive() && !is_manual {
        return Ok(None);
    }
    let balances = after(Direction::Debit, rates, credit_balance, asked)?;
    Ok(Some(Debited {
        balances,
        consumption,
    }))
}

/// flexprice 47: debits all that a wallet has, so that it can be closed; `None` where its credits do not cover that,
/// as when some have expired and were not swept: then nothing changes. An overdraft stays.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::credits::Credit;
/// use creditgate::engine::ledger::{Rates, terminate};
/// use creditgate::time::Timestamp;
///
/// let rates = Rates { conversion: Decimal::ONE, top_up: Decimal::ONE };
/// let ten = Decimal::from(10);
/// let expiry = Some(Timestamp(1000));
/// let credit = Credit { amount: ten, available: ten, priority: None, expiry, is_completed: true };
/// let at = |now| terminate(rates, ten, &[credit], Timestamp(now));
/// assert_eq!(at(1000)?.map(|debited| debited.balances.credit_balance), Some(Decimal::ZERO));
/// assert_eq!(at(1001)?, None, "expired, not swept: it fails as the provider's does");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn terminate(
    rates: Rates,
    credit_balance: Decimal,
    credits: &[Credit],
    now: Timestamp,
) -> Result<Option<Debited>> {
    let all = credit_balance.or_zero();
    debit(
        rates,
        credit_balance,
        credits,
        all,
        false,
        now,
        Ties::Forward,
    )
}
