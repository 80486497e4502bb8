//! The answer, and what explains it.

use crate::decimal::Decimal;
use crate::time::Timestamp;

/// Whether the wallets cover a usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They do.
    Covered,
    /// They do not.
    Short,
    /// It cannot be said.
    Unknown,
}

impl Outcome {
    /// The name that the TypeScript side uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Short => "short",
            Self::Unknown => "unknown",
        }
    }
}

/// Why: a closed list, as documented in `js/types.ts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The wallets cover it.
    Sufficient,
    /// The eligible wallets have too little.
    InsufficientBalance,
    /// The customer has no wallet at all.
    NoWallet,
    /// Wallets, but none in this currency.
    CurrencyMismatch,
    /// Wallets in this currency, none of them active.
    WalletInactive,
    /// Only post-paid wallets.
    PostpaidOnly,
    /// Active wallets, whose scopes all exclude this usage.
    OutOfScope,
    /// The credits that would have paid have expired.
    CreditsExpired,
    /// The provider answered from its cache, and that is not accepted.
    CachedFallback,
    /// No wallet tells the usage that is pending.
    PendingUnknown,
    /// A wallet that could decide has no known scope.
    ScopeUnknown,
    /// Scopes overlap, and an estimate is not accepted.
    ScopesOverlap,
    /// Credits over wallets of unequal rates.
    AmbiguousCredits,
}

impl Reason {
    /// The name that the TypeScript side uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sufficient => "sufficient",
            Self::InsufficientBalance => "insufficient_balance",
            Self::NoWallet => "no_wallet",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::WalletInactive => "wallet_inactive",
            Self::PostpaidOnly => "postpaid_only",
            Self::OutOfScope => "out_of_scope",
            Self::CreditsExpired => "credits_expired",
            Self::CachedFallback => "cached_fallback",
            Self::PendingUnknown => "pending_unknown",
            Self::ScopeUnknown => "scope_unknown",
            Self::ScopesOverlap => "scopes_overlap",
            Self::AmbiguousCredits => "ambiguous_credits",
        }
    }
}

/// How far a headroom can be trusted (design.md section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Exactly the largest cost that billing would still cover.
    Exact,
    /// Scopes overlap: billing is greedy and may strand money.
    Estimate,
}

impl Precision {
    /// The name that the TypeScript side uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimate => "estimate",
        }
    }
}

/// What the API hides of the usage behind reconstructed figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Tax is told for the total only, and was split over its charges pro rata (section 1.7).
    TaxProRata,
    /// Which charges are billed in advance is taken from the plan (R-ONG-5).
    PayInAdvanceFromPlan,
    /// Usage of a charge that accepts target wallets does not tell which wallets it names (R-APP-4).
    TargetsHidden,
}

impl Note {
    /// The name that the TypeScript side uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaxProRata => "tax_pro_rata",
            Self::PayInAdvanceFromPlan => "pay_in_advance_from_plan",
            Self::TargetsHidden => "targets_hidden",
        }
    }
}

/// The answer to "can these wallets cover this usage?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What the wallets must pay, tax included, currency units. Absent where credits have no one price.
    pub required: Option<Decimal>,
    /// What they have left for such usage, currency units; may be negative. Absent where it is not known.
    pub available: Option<Decimal>,
    /// What is missing, currency units.
    pub shortfall: Option<Decimal>,
    /// How far `available` can be trusted.
    pub precision: Precision,
    /// When `available` changes by the passing of time alone.
    pub next_change_at: Option<Timestamp>,
}

/// Whether a wallet was considered, or why it was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may pay.
    Eligible,
    /// Another currency.
    CurrencyMismatch,
    /// Frozen, closed or terminated.
    Inactive,
    /// It pays invoices, not usage.
    Postpaid,
    /// All of it has expired.
    Expired,
    /// Its scope excludes the usage.
    OutOfScope,
    /// Its scope was not told.
    ScopeUnknown,
}

impl Verdict {
    /// The name that the TypeScript side uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::Inactive => "inactive",
            Self::Postpaid => "postpaid",
            Self::Expired => "expired",
            Self::OutOfScope => "out_of_scope",
            Self::ScopeUnknown => "scope_unknown",
        }
    }
}

/// One wallet's part in a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletExplanation {
    /// The provider's id.
    pub id: String,
    /// Considered or skipped.
    pub verdict: Verdict,
    /// Settled money, currency units.
    pub balance: Decimal,
    /// What is left for new usage, currency units.
    pub available: Decimal,
    /// When the wallet or one of its grants expires next.
    pub expires_at: Option<Timestamp>,
}

/// Everything behind a decision's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The wallets in the order in which they pay, the skipped ones last.
    pub wallets: Vec<WalletExplanation>,
    /// Debits and holds subtracted in this currency, tax included.
    pub overlay: Decimal,
    /// Usage that the provider counts already, over the eligible wallets.
    pub pending_usage: Decimal,
    /// How far the sum can be trusted.
    pub precision: Precision,
}
