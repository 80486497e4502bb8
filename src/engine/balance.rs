//! What settled transactions do to a Lago wallet (R-BAL).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::{WalletCredit, lago_from_cents, lago_from_credits};
use crate::error::Result;

/// A wallet's settled figures. Credits and money drift apart: only money decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Currency units.
    pub balance: Decimal,
    /// Credits.
    pub credits: Decimal,
    /// Credits invoiced and voided so far.
    pub consumed_credits: Decimal,
    /// The same in currency units.
    pub consumed_amount: Decimal,
}

impl Settled {
    /// R-BAL-1: the wallet after credits have come in.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::balance::Settled;
    /// use creditgate::engine::conversion::WalletCredit;
    ///
    /// let by = WalletCredit { credits: Decimal::from(10), amount: Decimal::from(20) };
    /// let wallet = Settled::default().increased(by)?;
    /// assert_eq!((wallet.balance, wallet.credits), (by.amount, by.credits));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn increased(self, by: WalletCredit) -> Result<Self> {
        Ok(Self {
            balance: self.balance.try_add(by.amount)?,
            credits: self.credits.try_add(by.credits)?,
            ..self
        })
    }

    /// R-BAL-2: the wallet after credits have gone out, be it on an invoice or by a void.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::balance::Settled;
    /// use creditgate::engine::conversion::WalletCredit;
    ///
    /// let by = WalletCredit { credits: Decimal::from(10), amount: Decimal::from(20) };
    /// let wallet = Settled::default().decreased(by)?;
    /// assert_eq!((wallet.balance, wallet.consumed_amount), (Decimal::from(-20), Decimal::from(20)));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn decreased(self, by: WalletCredit) -> Result<Self> {
        Ok(Self {
            balance: self.balance.try_sub(by.amount)?,
            credits: self.credits.try_sub(by.credits)?,
            consumed_credits: self.consumed_credits.try_add(by.credits)?,
            consumed_amount: self.consumed_amount.try_add(by.amount)?,
        })
    }

    /// R-BAL-3: credits that come back, so that they count as consumed no longer.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::balance::Settled;
    /// use creditgate::engine::conversion::WalletCredit;
    ///
    /// let by = |amount: i64| WalletCredit { credits: Decimal::from(amount), amount: Decimal::from(amount) };
    /// let wallet = Settled::default().decreased(by(5))?.recredited(by(8))?;
    /// assert_eq!((wallet.balance, wallet.consumed_amount), (Decimal::from(3), Decimal::ZERO), "never below zero");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn recredited(self, by: WalletCredit) -> Result<Self> {
        let increased = self.increased(by)?;
        Ok(Self {
            consumed_credits: self.consumed_credits.try_sub(by.credits)?.or_zero(),
            consumed_amount: self.consumed_amount.try_sub(by.amount)?.or_zero(),
            ..increased
        })
    }
}

/// A request, or an event, that may move a wallet's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Credits bought and not paid yet: nothing moves (R-TX-1).
    Purchase,
    /// Credits bought and paid (R-TX-3).
    SettledPurchase(Decimal),
    /// Credits given.
    Grant(Decimal),
    /// Credits taken back.
    Void(Decimal),
    /// Minor units taken back by a credit note (R-CN-1).
    Refund(Decimal),
}

/// R-BAL, R-TX-1, R-TX-3, R-CN-1: the settled figures after operations, one after the other, at a rate in currency
/// units per credit.
///
/// # Errors
/// `decimal_out_of_range`, also for a rate of zero.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::balance::{Operation, Settled, after};
///
/// let void = Operation::Void(Decimal::parse("14.28444")?);
/// let operations = [Operation::Grant(Decimal::from(30)), Operation::Purchase, void];
/// let wallet = after(Settled::default(), Decimal::ONE, Currency::parse("EUR")?, &operations)?;
/// assert_eq!(wallet.credits.to_string(), "15.71556");
/// assert_eq!(wallet.balance.to_string(), "15.72", "money is rounded, credits are not: they part");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn after(
    wallet: Settled,
    rate: Decimal,
    currency: Currency,
    operations: &[Operation],
) -> Result<Settled> {
    operations.iter().try_fold(wallet, |wallet, operation| {
        let from = |credits, invoiceable| lago_from_credits(credits, rate, currency, invoiceable);
        match *operation {
            Operation::Purchase => Ok(wallet),
            Operation::SettledPurchase(credits) | Operation::Grant(credits) => {
                wallet.increased(from(credits, true)?)
            }
            Operation::Void(credits) => wallet.decreased(from(credits, false)?),
            Operation::Refund(cents) => wallet.decreased(lago_from_cents(cents, rate, currency)?),
        }
    })
}
