//! The one wallet of Lago's first guide: who may have it, how it is paid for, how it ends (profile `lago-2022`, R-22).
//! How it pays an invoice is [`crate::engine::application_2022`].

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::validation::Violations;
use crate::error::Result;
use crate::model::wallet::Status;
use crate::time::Timestamp;

/// R-22-1: why a customer may not have a wallet; none for one who may. The codes are ours: the guide gives none.
///
/// ```
/// use creditgate::engine::wallet_2022::refusals;
///
/// assert!(refusals(true, 0).is_empty());
/// assert_eq!(refusals(false, 1).len(), 2);
/// ```
pub fn refusals(has_active_subscription: bool, active_wallets: i64) -> Violations {
    let mut violations = Violations::new();
    if !has_active_subscription {
        violations.push(("customer", vec!["no_active_subscription"]));
    }
    if active_wallets > 0 {
        violations.push(("customer", vec!["wallet_already_exists"]));
    }
    violations
}

/// The invoice of a purchase, currency units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Of the credits, rounded to the minor unit. Coupons never apply.
    pub price: Decimal,
    /// At the customer's rate, rounded to the minor unit.
    pub tax: Decimal,
    /// What is to be paid before the credits arrive.
    pub total: Decimal,
}

/// R-22-3: what buying credits costs: when the wallet is made, and at every top-up. `tax_rate` is per cent.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::wallet_2022::purchase;
///
/// let bought = purchase(Decimal::from(10), Decimal::from(5), Decimal::from(20), Currency::parse("EUR")?)?;
/// assert_eq!((bought.price, bought.total), (Decimal::from(50), Decimal::from(60)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn purchase(
    credits: Decimal,
    rate: Decimal,
    tax_rate: Decimal,
    currency: Currency,
) -> Result<Purchase> {
    let places = currency.lago_exponent();
    let round = |amount: Decimal| amount.round(places, Rounding::HalfAwayFromZero);
    let price = round(credits.try_mul(rate)?);
    let tax = round(price.try_mul(tax_rate)?.shift(-2)?);
    Ok(Purchase {
        price,
        tax,
        total: price.try_add(tax)?,
    })
}

/// What a wallet holds, and whether it still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// A terminated wallet stays so.
    pub status: Status,
    /// Currency units.
    pub balance: Decimal,
    /// When all that is left is voided.
    pub expires_at: Option<Timestamp>,
}

impl Wallet {
    /// R-22-3: the wallet after credits have arrived: at once where they are granted, with the payment of their
    /// invoice where they are bought. One that was terminated takes none.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::wallet_2022::Wallet;
    /// use creditgate::model::wallet::Status;
    ///
    /// let wallet = Wallet { status: Status::Active, balance: Decimal::from(7), expires_at: None };
    /// assert_eq!(wallet.credited(Decimal::from(3))?.balance, Decimal::from(10));
    /// let (ended, _) = wallet.terminated();
    /// assert_eq!(ended.credited(Decimal::from(3))?, ended);
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn credited(self, amount: Decimal) -> Result<Self> {
        match self.status {
            Status::Active => Ok(Self {
                balance: self.balance.try_add(amount)?,
                ..self
            }),
            Status::Inactive => Ok(self),
        }
    }

    /// R-22-6: the wallet at an instant, and what was voided on the way: all that is left once its expiration date
    /// is reached. Without one, credits carry over until they are used.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::wallet_2022::Wallet;
    /// use creditgate::model::wallet::Status;
    /// use creditgate::time::Timestamp;
    ///
    /// let wallet = Wallet {
    ///     status: Status::Active,
    ///     balance: Decimal::from(7),
    ///     expires_at: Some(Timestamp(1000)),
    /// };
    /// assert_eq!(wallet.at(Timestamp(999)).1, Decimal::ZERO);
    /// assert_eq!(wallet.at(Timestamp(1000)).1, Decimal::from(7));
    /// ```
    pub fn at(self, now: Timestamp) -> (Self, Decimal) {
        match self.expires_at {
            Some(expiry) if now >= expiry => self.terminated(),
            _ => (self, Decimal::ZERO),
        }
    }

    /// R-22-6: the wallet after its termination, and what that voids: all that is left, at once. It cannot be undone:
    /// terminating again changes nothing.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::wallet_2022::Wallet;
    /// use creditgate::model::wallet::Status;
    ///
    /// let wallet = Wallet { status: Status::Active, balance: Decimal::from(7), expires_at: None };
    /// let (ended, voided) = wallet.terminated();
    /// assert_eq!((ended.balance, voided), (Decimal::ZERO, Decimal::from(7)));
    /// assert_eq!(ended.terminated(), (ended, Decimal::ZERO));
    /// ```
    pub fn terminated(self) -> (Self, Decimal) {
        let ended = Self {
            status: Status::Inactive,
            balance: Decimal::ZERO,
            ..self
        };
        (ended, self.balance)
    }
}
