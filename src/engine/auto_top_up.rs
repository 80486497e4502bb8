//! Automatic top-ups (flexprice 52 to 55).

use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, Result};

/// How a wallet tops itself up, in credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether it does at all.
    pub enabled: bool,
    /// It fires at this balance and below.
    pub threshold: Decimal,
    /// What it adds.
    pub amount: Decimal,
    /// By invoice, or directly.
    pub invoicing: bool,
    /// Seconds between two.
    pub cooldown: Option<i64>,
}

/// The last automatic top-up of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// Whether it waits for its payment.
    pub is_pending: bool,
    /// Seconds since it was made.
    pub age: i64,
}

/// flexprice 52: whether a real-time credit balance asks for a top-up.
pub fn is_wanted(config: &Config, real_time_credit_balance: Decimal) -> bool {
    config.enabled && real_time_credit_balance <= config.threshold
}

/// flexprice 53: whether a wanted top-up is held back.
pub fn is_blocked(config: &Config, has_unpaid_invoice: bool, last: Option<Last>) -> bool {
    let by_last = last.is_some_and(|last| {
        last.is_pending || config.cooldown.is_some_and(|cooldown| last.age < cooldown)
    });
    (config.invoicing && has_unpaid_invoice) || by_last
}

/// flexprice 54: how many direct top-ups one evaluation makes: until the balance is above the threshold, or one when
/// there is a cooldown.
///
/// # Errors
/// `invalid_input` for an amount that is not above zero; `decimal_out_of_range`.
pub fn burst(config: &Config, credit_balance: Decimal) -> Result<i64> {
    if !is_wanted(config, credit_balance) {
        return Ok(0);
    }
    if config.cooldown.is_some() {
        return Ok(1);
    }
    if !config.amount.is_positive() {
        return Err(Error::invalid_input("config.amount", "must be above zero"));
    }
    let missing = config.threshold.try_sub(credit_balance)?;
    let (whole, _) = missing.try_div(config.amount, 0, Rounding::Floor)?.parts();
    i64::try_from(whole)
        .ok()
        .and_then(|whole| whole.checked_add(1))
        .ok_or_else(Error::out_of_range)
}
