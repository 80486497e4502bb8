//! How credits would pay a draft invoice.

use crate::decimal::Decimal;
use crate::model::decision::Verdict;

/// What the wallets would pay of a draft invoice, and what would be left. Currency units throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The lines, in the order of the draft.
    pub lines: Vec<PreviewLine>,
    /// The customer's wallets: those that pay in paying order, then the others.
    pub wallets: Vec<PreviewWallet>,
    /// Of all lines, before discounts.
    pub subtotal: Decimal,
    /// All discounts.
    pub discount: Decimal,
    /// Tax, as it would be with these credits.
    pub tax: Decimal,
    /// What would be due without credits.
    pub total_before: Decimal,
    /// What the wallets pay.
    pub credits: Decimal,
    /// What is left to pay.
    pub total: Decimal,
    /// Lago: what its own preview shows, where that differs by its rounding (R-PREV-2).
    pub shown: Option<Shown>,
    /// The parts that depend on what the provider leaves open.
    pub undefined_by_provider: Vec<&'static str>,
}

/// The figures of Lago's own preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the wallets pay.
    pub credits: Decimal,
    /// What is left to pay.
    pub total: Decimal,
}

/// One line of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewLine {
    /// As in the draft.
    pub id: String,
    /// Before discounts.
    pub amount: Decimal,
    /// Its own and its share of those on the whole.
    pub discount: Decimal,
    /// What is to be paid of it: less its discount, and where credits pay those too (R-APP-5) with its tax and credit notes.
    pub payable: Decimal,
    /// Who pays how much of it, not rounded, in paying order.
    pub credits: Vec<Share>,
    /// Which of the wallets that may pay some line pay nothing of this one, and why.
    pub skipped: Vec<Skip>,
}

/// One wallet's part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The wallet's id.
    pub wallet: String,
    /// More than zero.
    pub amount: Decimal,
    /// The same in wallet credits, as the provider rounds them (R-CONV-5, flexprice 1). Absent at a rate of zero.
    pub credits: Option<Decimal>,
}

/// A wallet that pays nothing of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The wallet's id.
    pub wallet: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a wallet that may pay some line pays nothing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// Its scope, or the provider's rules, exclude the line.
    OutOfScope,
    /// Its scope was not told.
    ScopeUnknown,
    /// It has nothing.
    Empty,
    /// All that it has has expired.
    Expired,
    /// Other lines took all that it has.
    Exhausted,
    /// There is nothing left to pay of the line.
    NotNeeded,
    /// It has money, and the line is not paid: the provider's rounding (R-APP-10, flexprice 29), a second wallet where
    /// there may be one (R-22-1), an invoice that takes no credits (R-PREV-1).
    PassedOver,
}

impl SkipReason {
    /// The name that the TypeScript side uses.
    ///
    /// ```
    /// use creditgate::model::preview::SkipReason;
    ///
    /// assert_eq!(SkipReason::NotNeeded.as_str(), "not_needed");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutOfScope => "out_of_scope",
            Self::ScopeUnknown => "scope_unknown",
            Self::Empty => "empty",
            Self::Expired => "expired",
            Self::Exhausted => "exhausted",
            Self::NotNeeded => "not_needed",
            Self::PassedOver => "passed_over",
        }
    }
}

/// One wallet of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewWallet {
    /// The provider's id.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it may pay any of the lines, or why not.
    pub verdict: Verdict,
    /// What it pays, rounded as the provider does.
    pub used: Decimal,
    /// The same in wallet credits (R-CONV-5, flexprice 1). Absent at a rate of zero.
    pub credits_used: Option<Decimal>,
    /// Settled money before: what pays invoices. The ongoing balance, which decides about usage, is another.
    pub balance: Decimal,
    /// Settled money after.
    pub balance_after: Decimal,
    /// Balance less usage not yet invoiced, where the provider tells it.
    pub ongoing_balance: Option<Decimal>,
    /// Money in the balance that has expired and cannot pay (flexprice 31; R-22-6). Today's Lago spends it (R-EXP-3).
    pub expired: Decimal,
}
