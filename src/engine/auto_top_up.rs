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
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::auto_top_up::{Config, is_wanted};
///
/// let (threshold, amount) = (Decimal::from(50), Decimal::from(10));
/// let config = Config { enabled: true, threshold, amount, invoicing: false, cooldown: None };
/// assert!(is_wanted(&config, threshold), "the threshold is included");
/// assert!(!is_wanted(&config, Decimal::parse("50.01")?));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn is_wanted(config: &Config, real_time_credit_balance: Decimal) -> bool {
    config.enabled && real_time_credit_balance <= config.threshold
}

/// flexprice 53: whether a wanted top-up is held back.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::auto_top_up::{Config, Last, is_blocked};
///
/// let (threshold, amount) = (Decimal::from(50), Decimal::from(10));
/// let config = Config { enabled: true, threshold, amount, invoicing: true, cooldown: Some(60) };
/// let last = |age| Some(Last { is_pending: false, age });
/// assert!(is_blocked(&config, false, last(59)) && !is_blocked(&config, false, last(60)));
/// assert!(is_blocked(&config, true, None), "an unpaid invoice blocks the next one");
/// assert!(!is_blocked(&Config { invoicing: false, ..config }, true, None));
/// ```
pub fn is_blocked(config: &Config, has_unpaid_invoice: bool, last: Option<Last>) -> bool {
    let by_last = last.is_some_and(|last| {
        last.is_pending || config.cooldown.is_some_and(|cooldown| last.age < cooldown)
    });
    (config.invoicing && has_unpaid_invoice) || by_last
}

/// What a wallet's automatic top-ups have left behind, from one evaluation to the next.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::auto_top_up::{Config, History};
///
/// let config = Config {
///     enabled: true,
///     threshold: Decimal::from(50),
///     amount: Decimal::from(10),
///     invoicing: true,
///     cooldown: None,
/// };
/// let mut history = History::default();
/// assert!(history.evaluate(&config, Decimal::from(50)), "the threshold is included");
/// assert!(!history.evaluate(&config, Decimal::from(50)), "an unpaid one blocks");
/// history.pay();
/// assert!(history.evaluate(&config, Decimal::from(50)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    has_unpaid_invoice: bool,
    last: Option<Last>,
}

impl History {
    /// flexprice 53: a wallet whose last automatic top-up was this one; a pending one has an unpaid invoice.
    ///
    /// ```
    /// use creditgate::engine::auto_top_up::{History, Last};
    ///
    /// assert_eq!(History::new(None), History::default());
    /// assert_ne!(History::new(Some(Last { is_pending: true, age: 0 })), History::default());
    /// ```
    pub fn new(last: Option<Last>) -> Self {
        Self {
            has_unpaid_invoice: last.is_some_and(|last| last.is_pending),
            last,
        }
    }

    /// flexprice 52, 53: whether an evaluation at this real-time credit balance tops up.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::auto_top_up::{Config, History};
    ///
    /// let (threshold, amount) = (Decimal::from(50), Decimal::from(10));
    /// let config = Config { enabled: true, threshold, amount, invoicing: false, cooldown: Some(60) };
    /// let mut history = History::default();
    /// assert!(history.evaluate(&config, Decimal::from(5)));
    /// assert!(!history.evaluate(&config, Decimal::from(15)), "cooling down");
    /// ```
    pub fn evaluate(&mut self, config: &Config, real_time_credit_balance: Decimal) -> bool {
        let fires = is_wanted(config, real_time_credit_balance)
            && !is_blocked(config, self.has_unpaid_invoice, self.last);
        if fires {
            *self = Self {
                has_unpaid_invoice: config.invoicing,
                last: Some(Last {
                    is_pending: config.invoicing,
                    age: 0,
                }),
            };
        }
        fires
    }

    /// flexprice 50, 53: the invoice of the last one was paid, and its credits have arrived.
    ///
    /// ```
    /// use creditgate::engine::auto_top_up::{History, Last};
    ///
    /// let mut history = History::new(Some(Last { is_pending: true, age: 90 }));
    /// history.pay();
    /// assert_eq!(history, History::new(Some(Last { is_pending: false, age: 90 })));
    /// ```
    pub fn pay(&mut self) {
        self.has_unpaid_invoice = false;
        if let Some(last) = &mut self.last {
            last.is_pending = false;
        }
    }
}

/// flexprice 54: how many direct top-ups one evaluation makes: until the balance is above the threshold, or one when
/// there is a cooldown.
///
/// # Errors
/// `invalid_input` for an amount that is not above zero; `decimal_out_of_range`.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::auto_top_up::{Config, burst};
///
/// let (threshold, amount) = (Decimal::from(50), Decimal::from(10));
/// let config = Config { enabled: true, threshold, amount, invoicing: false, cooldown: None };
/// assert_eq!(burst(&config, Decimal::from(5))?, 5, "5, 15, 25, 35, 45: then 55 is above");
/// assert_eq!(burst(&Config { cooldown: Some(60), ..config }, Decimal::from(5))?, 1);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
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
