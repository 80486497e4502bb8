//! One prepaid account, and the lots of credits inside it.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::model::scope::Scope;
use crate::time::Timestamp;

/// A wallet as a provider tells it, in currency units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// The provider's id.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Lago: what a fee's target wallet names.
    pub code: Option<String>,
    /// The currency of every amount here.
    pub currency: Currency,
    /// Whether the wallet may pay at all.
    pub status: Status,
    /// Whether the money was paid before the usage.
    pub kind: Kind,
    /// Lago: 1 is used first (R-APP-2). Flexprice has none.
    pub priority: i64,
    /// Place in the order of creation, 0 is the oldest.
    pub created_order: i64,
    /// Currency units per credit.
    pub rate: Decimal,
    /// Settled money.
    pub balance: Decimal,
    /// Balance less usage not yet invoiced, where the provider told it. May be negative.
    pub ongoing_balance: Option<Decimal>,
    /// How fresh the provider says the ongoing balance is.
    pub freshness: Freshness,
    /// Lago: when the whole wallet expires.
    pub expires_at: Option<Timestamp>,
    /// Lago: what the wallet may pay for.
    pub scope: Scope,
    /// Lago: whether a threshold rule is active, so that the wallet absorbs all usage it may pay (R-ONG-10).
    pub threshold_rule: bool,
    /// Flexprice: the lots inside, where they were fetched.
    pub grants: Option<Vec<Grant>>,
}

/// One lot of credits inside a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What is left of the lot, credits.
    pub credits_available: Decimal,
    /// The last instant at which it can be used (flexprice 19, 42).
    pub expires_at: Option<Timestamp>,
}

/// Whether a wallet may pay at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Active,
    /// It may not: frozen, closed, terminated, or a status we do not know.
    Inactive,
}

/// Whether the money was paid before the usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Credits that pay usage.
    Prepaid,
    /// Pays finalised invoices only (flexprice 26, 38).
    Postpaid,
}

/// How fresh the provider says an ongoing balance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Computed for the request.
    Computed,
    /// From the provider's cache, up to 30 minutes old (flexprice 13-16).
    CachedFallback,
    /// Not told.
    Undated,
}

impl Freshness {
    /// The name that the TypeScript side uses (flexprice 13 to 16).
    ///
    /// ```
    /// use creditgate::model::wallet::Freshness;
    ///
    /// assert_eq!(Freshness::CachedFallback.as_str(), "cached_fallback");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::CachedFallback => "cached_fallback",
            Self::Undated => "undated",
        }
    }
}
