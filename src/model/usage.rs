//! Lago: usage that is not invoiced yet.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::model::fee_key::FeeKey;

/// A fee that is not invoiced yet, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub key: FeeKey,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Before coupons and tax, rounded to the minor unit.
    pub amount: Decimal,
    /// Rounded to the minor unit.
    pub taxes: Decimal,
    /// The fee's share of coupons, not rounded.
    pub coupons: Decimal,
}

/// The four sets of fees that make up a customer's usage (R-ONG-1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Charges of the running periods, to which no coupons apply yet (R-ONG-2).
    pub current: Vec<Fee>,
    /// Fees of draft invoices (R-ONG-3).
    pub drafts: Vec<Fee>,
    /// Fees that progressive billing has invoiced already, subtracted (R-ONG-4).
    pub progressive: Vec<Fee>,
    /// Fees that were paid in advance, subtracted without coupons (R-ONG-5).
    pub pay_in_advance: Vec<Fee>,
}

/// A customer's usage as the API tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldUsage {
    /// The running period of each subscription.
    pub periods: Vec<Period>,
    /// Fees of draft invoices.
    pub drafts: Vec<Fee>,
    /// Fees of the running periods that progressive billing has invoiced.
    pub progressive: Vec<Fee>,
}

/// The charges of one subscription's running period, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The currency of its amounts.
    pub currency: Currency,
    /// On all charges together.
    pub taxes: Decimal,
    /// The charges with usage, one per target wallet that it names.
    pub charges: Vec<ChargeUsage>,
}

/// The usage of one charge, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeUsage {
    /// What it is for.
    pub key: FeeKey,
    /// Before coupons and tax, rounded to the minor unit.
    pub amount: Decimal,
    /// Whether it is billed as it comes.
    pub pay_in_advance: bool,
    /// Whether it may name target wallets and does not tell which.
    pub targets_hidden: bool,
}
