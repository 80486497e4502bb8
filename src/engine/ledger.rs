//! What one operation does to a Flexprice wallet (flexprice, section 3.1).

use crate::decimal::Decimal;
use crate::engine::conversion::flexprice_credits;
use crate::error::Result;

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

/// flexprice 1: an operation as given in money or credits; money above zero wins.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
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

/// flexprice 2: a wallet after an ordinary operation. Its money is recomputed from its credits.
///
/// # Errors
/// `decimal_out_of_range`.
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
pub fn after_purchase(wallet: Balances, purchase: Operation) -> Result<Balances> {
    Ok(Balances {
        balance: wallet.balance.try_add(purchase.amount)?,
        credit_balance: wallet.credit_balance.try_add(purchase.credits)?,
    })
}

/// flexprice 4: what of a new credit can be used: all, or what is left after it has repaid an overdraft.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn credits_available(credit_balance_before: Decimal, credits: Decimal) -> Result<Decimal> {
    if credit_balance_before.is_negative() {
        Ok(credit_balance_before.try_add(credits)?.or_zero())
    } else {
        Ok(credits)
    }
}
