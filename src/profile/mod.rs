//! What differs between providers, and nothing else.

pub(crate) mod cascade;
mod flexprice;
mod lago;

use core::cmp::Ordering;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Freshness, Wallet};
use crate::time::Timestamp;

pub use flexprice::FLEXPRICE;
pub(crate) use lago::FEE_TYPES;
pub use lago::LAGO;

/// One provider's rules at a date.
pub type Profile = &'static dyn Rules;

/// The differences between providers.
pub trait Rules: core::fmt::Debug + Sync {
    /// The profile's name, as the TypeScript side writes it.
    fn name(&self) -> &'static str;

    /// Decimal places of a currency's minor unit.
    fn exponent(&self, currency: Currency) -> u32;

    /// Whether figures include tax, so that a usage before tax must have it added.
    fn includes_tax(&self) -> bool;

    /// The order in which wallets pay.
    fn order(&self, a: &Wallet, b: &Wallet) -> Ordering;

    /// Whether a wallet's scope admits a usage; `None` when the scope is not known.
    fn admits(&self, wallet: &Wallet, key: &FeeKey) -> Option<bool>;

    /// How the sets of fee keys that two wallets admit lie to each other. `targeted` says whether keys with a
    /// target wallet can occur.
    fn overlap(&self, a: &Wallet, b: &Wallet, targeted: bool) -> Overlap;

    /// Settled money that can still be used at `now`, and when that changes next.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    fn usable(&self, wallet: &Wallet, now: Timestamp) -> Result<Usable>;

    /// The usage the provider counts but has not invoiced, as each wallet's share of it, for active wallets of
    /// one currency in paying order. `None` when no wallet tells it.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    fn pending(&self, wallets: &[&Wallet], usable: &[Decimal]) -> Result<Option<Pending>>;
}

/// How the fee keys of two wallets lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// The same fee keys.
    Same,
    /// No fee key in common.
    Disjoint,
    /// Some in common, or not known.
    Partial,
}

/// What of a wallet's balance can be used at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usable {
    /// Currency units.
    pub amount: Decimal,
    /// The first instant at which the amount is another one; [`Timestamp::NEVER`] if there is none.
    pub until: Timestamp,
}

/// Usage that the provider counts but has not invoiced, shared out over wallets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Each wallet's share, in the order of the wallets.
    pub shares: Vec<Decimal>,
    /// How fresh the figure is.
    pub freshness: Freshness,
}

/// The profile of a name.
///
/// # Errors
/// `invalid_input` for a name that is none.
pub fn named(name: &str) -> Result<Profile> {
    match name {
        "flexprice" => Ok(FLEXPRICE),
        "lago" => Ok(LAGO),
        _ => Err(Error::invalid_input(
            "profile",
            "must be `flexprice` or `lago`",
        )),
    }
}
