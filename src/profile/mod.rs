//! What differs between providers, and nothing else.

pub(crate) mod cascade;
mod flexprice;
mod lago;
mod lago_2022;

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
pub(crate) use lago_2022::ADD_ON;
pub use lago_2022::LAGO_2022;

/// One provider's rules at a date.
pub type Profile = &'static dyn Rules;

/// The differences between providers. Amounts are currency units.
///
/// ```
/// use creditgate::model::fee_key::FeeKey;
/// use creditgate::profile::{FLEXPRICE, LAGO, LAGO_2022};
/// use creditgate::time::Timestamp;
/// use creditgate::wire::field::Field;
/// use creditgate::wire::lago::wallets;
///
/// let list: serde_json::Value = serde_json::from_str(r#"[
///     {"lago_id": "w", "currency": "EUR", "balance_cents": 1000, "ongoing_balance_cents": 1000,
///      "applies_to": {"fee_types": ["charge"]}, "expiration_at": "2026-09-01T00:00:00Z"}
/// ]"#)?;
/// let wallet = &wallets(&Field::answer(&list, "wallets"))?[0];
/// let (charge, add_on) = (FeeKey::new("charge"), FeeKey::new("add_on"));
///
/// // R-APP-9: its scope decides. R-22-4: there were none, but no add-on was paid. flexprice 27: usage only.
/// let admits = |key| [LAGO, LAGO_2022, FLEXPRICE].map(|profile| profile.admits(wallet, key) == Some(true));
/// assert_eq!(admits(&charge), [true, true, false]);
/// assert_eq!(admits(&add_on), [false, false, false]);
/// assert_eq!(admits(&FeeKey::new("USAGE")), [false, true, true]);
///
/// // R-EXP-1: nothing of it is left at its expiry. Flexprice's wallets expire by grants (flexprice 42).
/// let expiry = Timestamp::parse("2026-09-01T00:00:00Z")?;
/// assert!(LAGO.usable(wallet, expiry)?.amount.is_zero());
/// assert!(LAGO.includes_tax() && !FLEXPRICE.includes_tax());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Rules: core::fmt::Debug + Sync {
    /// The profile's name, as the TypeScript side writes it.
    fn name(&self) -> &'static str;

    /// Whether wallets come in Lago's JSON.
    fn is_lago(&self) -> bool;

    /// Decimal places of a currency's minor unit (R-CONV; flexprice, section 1.7).
    fn exponent(&self, currency: Currency) -> u32;

    /// Whether figures include tax, so that a usage before tax must have it added (R-APP-5; R-22-5; flexprice 35).
    fn includes_tax(&self) -> bool;

    /// What credits pay of an invoice.
    fn applies(&self) -> Applies;

    /// The order in which wallets pay (R-APP-2; flexprice 26).
    fn order(&self, a: &Wallet, b: &Wallet) -> Ordering;

    /// Whether a wallet's scope admits a usage (R-APP-9; R-22-4; flexprice 27); `None` when the scope is not known.
    fn admits(&self, wallet: &Wallet, key: &FeeKey) -> Option<bool>;

    /// How the sets of fee keys that two wallets admit lie to each other. `targeted` says whether keys with a
    /// target wallet can occur.
    fn overlap(&self, a: &Wallet, b: &Wallet, targeted: bool) -> Overlap;

    /// Settled money that can still be used at `now`, and when that changes next (R-EXP-1; R-22-6; flexprice 19, 42).
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    fn usable(&self, wallet: &Wallet, now: Timestamp) -> Result<Usable>;

    /// The usage the provider counts but has not invoiced, as each wallet's share of it, for active wallets of
    /// one currency in paying order (R-ONG-12; flexprice 11). `None` when no wallet tells it.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    fn pending(&self, wallets: &[&Wallet], usable: &[Decimal]) -> Result<Option<Pending>>;
}

/// What credits pay of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// Fees with their tax, after coupons and credit notes, by scope (R-APP).
    AfterTax,
    /// The subtotal without add-ons; tax is computed on what is left (R-22-4, R-22-5).
    BeforeTax,
    /// Usage lines net of discounts; tax is computed without regard to credits (flexprice 27, 35).
    UsageOnly,
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
///
/// ```
/// use creditgate::profile::named;
///
/// assert_eq!(named("lago-2022")?.name(), "lago-2022");
/// assert_eq!(named("stripe").map_err(|error| error.code()).err(), Some("invalid_input"));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn named(name: &str) -> Result<Profile> {
    match name {
        "flexprice" => Ok(FLEXPRICE),
        "lago" => Ok(LAGO),
        "lago-2022" => Ok(LAGO_2022),
        _ => Err(Error::invalid_input(
            "profile",
            "must be `flexprice`, `lago` or `lago-2022`",
        )),
    }
}
