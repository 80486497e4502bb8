//! A draft invoice: lines to be paid, before any credits.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::model::fee_key::FeeKey;

/// A discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coupon {
    /// Per cent of the price.
    Percentage(Decimal),
    /// Currency units.
    Fixed(Decimal),
}

/// An invoice as a checkout has it, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The currency of every amount.
    pub currency: Currency,
    /// The lines, in the order in which they are shown.
    pub lines: Vec<Line>,
    /// Discounts on the whole, one after the other.
    pub coupons: Vec<Coupon>,
    /// Flexprice: tax rates on the whole, per cent (flexprice 35). Lago's taxes are on the lines.
    pub tax_rates: Vec<Decimal>,
    /// Flexprice: the tax itself, where the provider has said it.
    pub tax: Option<Decimal>,
    /// What is to be paid before credits, where the provider has said it: its own rounding may differ from ours
    /// (R-APP-7, flexprice 37). Lago's first guide has none.
    pub total: Option<Decimal>,
}

/// Tax on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tax {
    /// Per cent of the line net of discounts.
    Rate(Decimal),
    /// Currency units, not rounded.
    Amount(Decimal),
}

impl Default for Tax {
    fn default() -> Self {
        Self::Amount(Decimal::ZERO)
    }
}

/// One line, currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The caller's own.
    pub id: String,
    /// What it is for.
    pub key: FeeKey,
    /// Before discounts and tax.
    pub amount: Decimal,
    /// Discounts on this line alone.
    pub discount: Decimal,
    /// Lago: tax on what is left.
    pub tax: Tax,
    /// Lago: credit notes taken off after tax (R-APP-3).
    pub credit_notes: Decimal,
}
