//! One customer's wallets, debits and holds, kept ready for checks in constant time.

use std::sync::Arc;

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::coverage::{Headroom, Pool, Standing};
use crate::engine::reconstruction::{Bill, Reconstruction, Rerun};
use crate::error::{Error, Result};
use crate::model::decision::{Decision, Explanation, Note, Outcome, Precision, Reason};
use crate::model::fee_key::FeeKey;
use crate::model::packed::PackedWallets;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::Freshness;
use crate::profile::Profile;
use crate::sort::sorted;
use crate::time::Timestamp;

/// What the caller of the gate chose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tax on usage, per cent. Required where the provider's figures include tax (Lago), refused elsewhere.
    pub tax_rate: Option<Decimal>,
    /// What answers where scopes overlap.
    pub when_scopes_overlap: WhenScopesOverlap,
    /// Whether figures from the provider's cache may answer.
    pub accept_fallback: bool,
    /// Whether post-paid wallets count.
    pub include_postpaid: bool,
    /// Lago: whether usage may name a target wallet, of this caller or another. The API hides it, and where it is
    /// so, wallets with codes have fee keys of their own.
    pub targets_wallets: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tax_rate: None,
            when_scopes_overlap: WhenScopesOverlap::Estimate,
            accept_fallback: true,
            include_postpaid: false,
            targets_wallets: false,
        }
    }
}

/// What answers where the scopes of wallets overlap, so that no sum of balances is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenScopesOverlap {
    /// The sum, lowered by what is overdrawn within reach.
    Estimate,
    /// Nothing.
    Unknown,
    /// Billing, rerun over the usage behind the ongoing balances; nothing where that is not known.
    Reconstruct,
}

/// What is to be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Currency units, before tax.
    Amount(Decimal),
    /// Wallet credits: what a wallet gives up, tax and all.
    Credits(Decimal),
}

impl Cost {
    /// What takes this off again.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Amount(amount) => Self::Amount(amount.negated()),
            Self::Credits(credits) => Self::Credits(credits.negated()),
        }
    }
}

/// The answer of the fast check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cover {
    /// The wallets do not cover it.
    Short = 0,
    /// They do.
    Covered = 1,
    /// It cannot be said.
    Unknown = 2,
}

/// What checks of a slot can go by until something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The largest covered cost before tax, in units of the wanted decimal places, at most [`MOST_UNITS`]; below zero
    /// where none is. `None` where it takes more than one figure to tell.
    pub limit: Option<i64>,
    /// What the wallets have left, where that is known.
    pub available: Option<Decimal>,
    /// How far the headroom can be trusted.
    pub precision: Precision,
    /// When time alone changes these figures.
    pub until: Timestamp,
}

/// The largest whole number that JavaScript's numbers hold for certain.
pub const MOST_UNITS: i64 = 9_007_199_254_740_991;

/// A place for the debits and holds of one currency and fee key, and for the headroom they leave.
#[derive(Clone, Debug)]
struct Slot {
    currency: Currency,
    key: FeeKey,
    /// Debits and holds given as money, before tax.
    amount: Decimal,
    /// Debits and holds given as credits.
    credits: Decimal,
    /// As computed for the present window of time.
    standing: Standing,
    /// When time alone changes the wallets of this currency.
    until: Timestamp,
}

impl Slot {
    fn is_below_zero(&self) -> bool {
        self.amount.is_negative() || self.credits.is_negative()
    }
}

/// One customer's wallets with the debits and holds against them.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::account::{Account, Cost, Options};
/// use creditgate::model::decision::Outcome;
/// use creditgate::model::fee_key::FeeKey;
/// use creditgate::model::snapshot::Snapshot;
/// use creditgate::profile;
/// use creditgate::time::Timestamp;
///
/// let snapshot = Snapshot { profile: profile::FLEXPRICE, wallets: Vec::new() };
/// let mut account = Account::new(snapshot, Options::default())?;
/// let slot = account.slot(Currency::parse("USD")?, FeeKey::new("USAGE"));
/// let decision = account.decide(slot, Cost::Amount(Decimal::ONE), Timestamp(0))?;
/// assert_eq!(decision.outcome, Outcome::Short);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    profile: Profile,
    wallets: PackedWallets,
    when_scopes_overlap: WhenScopesOverlap,
    accept_fallback: bool,
    include_postpaid: bool,
    targets_wallets: bool,
    /// The usage behind the ongoing balances, which then are computed from it. Few accounts have it.
    reconstruction: Option<Box<Reconstruction>>,
    /// `1 + tax rate`.
    gross: Decimal,
    slots: Vec<Slot>,
    /// The standings of the slots hold from here ...
    since: Timestamp,
    /// ... until before here. Not after `since`: they are to be computed.
    until: Timestamp,
}

impl Account {
    /// An account without debits. Lago's figures include tax (R-APP-5, R-ONG-2), Flexprice's credits never pay it
    /// (flexprice 35).
    ///
    /// # Errors
    /// `invalid_input` at `taxRate` when it is missing for Lago or given for Flexprice; `negative_amount`.
    ///
    /// ```
    /// use creditgate::engine::account::{Account, Options};
    /// use creditgate::model::snapshot::Snapshot;
    /// use creditgate::profile::LAGO;
    ///
    /// let snapshot = Snapshot { profile: LAGO, wallets: Vec::new() };
    /// let error = Account::new(snapshot, Options::default()).unwrap_err();
    /// assert_eq!((error.code(), error.path()), ("invalid_input", "taxRate"));
    /// ```
    pub fn new(snapshot: Snapshot, options: Options) -> Result<Self> {
        let gross = match (options.tax_rate, snapshot.profile.includes_tax()) {
            (Some(rate), true) if rate.is_negative() => {
                return Err(Error::negative_amount("taxRate"));
            }
            (Some(rate), true) => Decimal::ONE.try_add(rate.shift(-2)?)?,
            (None, false) => Decimal::ONE,
            (None, true) => {
                let message =
                    "is required: the provider's balances include tax (\"0\" is an answer)";
                return Err(Error::invalid_input("taxRate", message));
            }
            (Some(_), false) => {
                let message = "is refused: the provider's credits never pay tax";
                return Err(Error::invalid_input("taxRate", message));
            }
        };
        let Snapshot { profile, wallets } = snapshot;
        Ok(Self {
            profile,
            wallets: PackedWallets::new(&wallets),
            when_scopes_overlap: options.when_scopes_overlap,
            accept_fallback: options.accept_fallback,
            include_postpaid: options.include_postpaid,
            targets_wallets: options.targets_wallets,
            reconstruction: None,
            gross,
            slots: Vec::new(),
            since: Timestamp::NEVER,
            until: Timestamp::NEVER,
        })
    }

    /// An account without debits whose ongoing balances are those of `usage`, whatever the wallets say. With
    /// [`WhenScopesOverlap::Reconstruct`] it answers where scopes overlap by rerunning billing.
    ///
    /// # Errors
    /// As [`Account::new`]; `decimal_out_of_range`.
    pub fn reconstructed(
        mut snapshot: Snapshot,
        options: Options,
        usage: Reconstruction,
    ) -> Result<Self> {
        usage.refresh(&mut snapshot.wallets)?;
        let account = Self::new(snapshot, options)?;
        Ok(Self {
            reconstruction: Some(Box::new(usage)),
            ..account
        })
    }

    /// The slot of a currency and fee key, made if there is none (R-APP-4, R-ONG-6; flexprice 27).
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// let euro = Currency::parse("EUR")?;
    /// let slot = account.slot(euro, FeeKey::new("charge").metric("tokens"));
    /// assert_eq!(account.slot(euro, FeeKey::new("charge").metric("tokens")), slot);
    /// assert_ne!(account.slot(euro, FeeKey::new("charge").metric("images")), slot);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slot(&mut self, currency: Currency, key: FeeKey) -> usize {
        let found = self
            .slots
            .iter()
            .position(|slot| slot.currency == currency && slot.key == key);
        found.unwrap_or_else(|| {
            // Most customers are asked about for one key: room for more would be most of what an account takes.
            self.slots.reserve_exact(1);
            self.slots.push(Slot {
                currency,
                key,
                amount: Decimal::ZERO,
                credits: Decimal::ZERO,
                standing: Standing::Unknown(Reason::PendingUnknown),
                until: Timestamp::NEVER,
            });
            self.outdate();
            self.slots.len().saturating_sub(1)
        })
    }

    /// Adds a debit or hold to a slot; a negative cost takes one off again. Billing would take it from the wallets in
    /// paying order (R-APP-8).
    ///
    /// # Errors
    /// `decimal_out_of_range`, and then nothing has changed; `engine_fault` for a slot that is none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// account.add(slot, Cost::Amount(Decimal::from(5)))?;
    /// assert_eq!(account.available(slot, Timestamp(0))?, Some(Decimal::from(6)), "12 less 5 and its tax");
    /// account.add(slot, Cost::Amount(Decimal::from(-5)))?;
    /// assert_eq!(account.available(slot, Timestamp(0))?, Some(Decimal::from(12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, slot: usize, cost: Cost) -> Result<()> {
        let adjusted = self.adjusted(slot, cost);
        let slot = self.slots.get_mut(slot).ok_or_else(Error::engine_fault)?;
        // More taken off than was added is no money (`pool`), so there nothing is a mere subtraction.
        let was_below = slot.is_below_zero();
        match cost {
            Cost::Amount(amount) => slot.amount = slot.amount.try_add(amount)?,
            Cost::Credits(credits) => slot.credits = slot.credits.try_add(credits)?,
        }
        let is_below = slot.is_below_zero();
        match adjusted {
            Some(amounts) if !was_below && !is_below => self.adjust(&amounts),
            _ => self.outdate(),
        }
        Ok(())
    }

    /// The same, unless answers at `now` would then not fit.
    ///
    /// # Errors
    /// As [`Account::add`], and nothing has changed.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// account.charge(slot, Cost::Amount(Decimal::from(5)), Timestamp(0))?;
    /// let huge = Cost::Amount(Decimal::parse("9999999999999999999999999999")?);
    /// assert!(account.charge(slot, huge, Timestamp(0)).is_err());
    /// assert_eq!(account.available(slot, Timestamp(0))?, Some(Decimal::from(6)), "12 less 5 and its tax");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn charge(&mut self, slot: usize, cost: Cost, now: Timestamp) -> Result<()> {
        self.add(slot, cost)?;
        let fits = self.refresh(now);
        if fits.is_err() {
            self.add(slot, cost.negated())?;
        }
        fits
    }

    /// The headrooms that a cost leaves, by slot, where that is a subtraction: every headroom of the currency is
    /// exact, so that the wallets fall into groups and a cost lowers its own group by just itself.
    fn adjusted(&self, slot: usize, cost: Cost) -> Option<Vec<(usize, Decimal)>> {
        let own = self.slots.get(slot)?;
        let Standing::Known(headroom) = &own.standing else {
            return None;
        };
        let spent = match cost {
            Cost::Amount(amount) => self.with_tax(amount).ok()?,
            Cost::Credits(credits) => credits.try_mul(headroom.rate?).ok()?,
        };
        if ceiling(spent) != spent {
            return None;
        }
        let mut amounts = Vec::with_capacity(self.slots.len());
        for (index, other) in self.slots.iter().enumerate() {
            match &other.standing {
                _ if other.currency != own.currency => {}
                Standing::Short(_) => {}
                Standing::Unknown(_) | Standing::Rerun(_) => return None,
                Standing::Known(other) if other.precision == Precision::Estimate => return None,
                Standing::Known(other) if other.group != headroom.group => {}
                Standing::Known(other) => amounts.push((index, other.amount.try_sub(spent).ok()?)),
            }
        }
        (self.since < self.until).then_some(amounts)
    }

    fn adjust(&mut self, amounts: &[(usize, Decimal)]) {
        for (index, amount) in amounts {
            if let Some(Slot {
                standing: Standing::Known(headroom),
                ..
            }) = self.slots.get_mut(*index)
            {
                headroom.amount = *amount;
            }
        }
    }

    /// Whether `mantissa / 10^scale` currency units, before tax, are covered: the answer of [`Account::decide`]
    /// in constant time, once per change and window of time (R-EXP-1; flexprice 19). Where billing is rerun, each check
    /// is a run.
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`; `engine_fault` for a slot that is none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// assert_eq!(account.covers(slot, 1_000, 2, Timestamp(0))?, Cover::Covered, "10.00 and its tax are 12");
    /// assert_eq!(account.covers(slot, 1_001, 2, Timestamp(0))?, Cover::Short);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn covers(
        &mut self,
        slot: usize,
        mantissa: i64,
        scale: u32,
        now: Timestamp,
    ) -> Result<Cover> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or_else(Error::engine_fault)?;
        if mantissa < 0 {
            return Err(negative_cost());
        }
        let required = || self.with_tax(Decimal::from_parts(i128::from(mantissa), scale)?);
        Ok(match &slot.standing {
            Standing::Short(_) => Cover::Short,
            Standing::Unknown(_) => Cover::Unknown,
            Standing::Rerun(rerun) => {
                if rerun.covers(required()?)? {
                    Cover::Covered
                } else {
                    Cover::Short
                }
            }
            Standing::Known(headroom) => {
                match (required()? <= headroom.amount, headroom.scope_unknown) {
                    (true, _) => Cover::Covered,
                    (false, false) => Cover::Short,
                    (false, true) => Cover::Unknown,
                }
            }
        })
    }

    /// What checks of a slot at `scale` decimal places can go by until a debit, a hold or time changes it: a cost is
    /// covered up to the limit and no further, as [`Account::decide`] answers it (R-EXP-1; flexprice 19).
    ///
    /// # Errors
    /// `decimal_out_of_range`; `engine_fault` for a slot that is none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(21)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// let figures = account.figures(slot, 2, Timestamp(0))?;
    /// assert_eq!(figures.limit, Some(991), "9.91 and 21 % are 11.9911, and a cent more is beyond 12");
    /// assert_eq!(figures.available, Some(Decimal::from(12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn figures(&mut self, slot: usize, scale: u32, now: Timestamp) -> Result<Figures> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or_else(Error::engine_fault)?;
        let (available, precision) = match &slot.standing {
            Standing::Known(headroom) => (Some(headroom.amount), headroom.precision),
            Standing::Short(_) => (Some(Decimal::ZERO), Precision::Exact),
            Standing::Rerun(_) | Standing::Unknown(_) => (None, Precision::Exact),
        };
        Ok(Figures {
            limit: self.limit(&slot.standing, scale),
            available,
            precision,
            until: slot.until,
        })
    }

    /// An amount with its tax, as the wallets pay it.
    fn with_tax(&self, amount: Decimal) -> Result<Decimal> {
        if self.gross == Decimal::ONE {
            Ok(amount)
        } else {
            amount.try_mul(self.gross)
        }
    }

    fn limit(&self, standing: &Standing, scale: u32) -> Option<i64> {
        let amount = match standing {
            Standing::Short(_) => return Some(-1),
            Standing::Known(headroom) if !headroom.scope_unknown => headroom.amount,
            _ => return None,
        };
        if amount.is_negative() {
            return Some(-1);
        }
        // Where the largest cost fits with its tax, every smaller one does.
        let most = Decimal::from_parts(i128::from(MOST_UNITS), scale).ok()?;
        if self.with_tax(most).ok()? <= amount {
            return Some(MOST_UNITS);
        }
        let cost = if self.gross == Decimal::ONE {
            amount.round(scale, Rounding::Floor)
        } else {
            amount.try_div(self.gross, scale, Rounding::Floor).ok()?
        };
        let (units, _) = cost.shift(i32::try_from(scale).ok()?).ok()?.parts();
        i64::try_from(units).ok()
    }

    /// What the wallets have left for a slot, currency units, tax included where the provider's figures include it:
    /// less usage that the provider counts already (R-ONG-12; flexprice 11), less debits and holds. `None` where that
    /// is not known.
    ///
    /// # Errors
    /// `decimal_out_of_range`; `engine_fault` for a slot that is none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// assert_eq!(account.available(slot, Timestamp(0))?, Some(Decimal::from(12)), "not the settled 15");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn available(&mut self, slot: usize, now: Timestamp) -> Result<Option<Decimal>> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or_else(Error::engine_fault)?;
        available(&slot.standing)
    }

    /// The first instant at which time alone changes what is left (R-EXP-1; flexprice 19); `None` if there is none.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}, "expiration_at": "2026-09-01T00:00:00Z"}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// let expiry = Timestamp::parse("2026-09-01T00:00:00Z")?;
    /// assert_eq!(account.next_change_at(Timestamp(0))?, Some(expiry));
    /// assert_eq!(account.available(slot, expiry)?, Some(Decimal::from(-3)), "its usage is still owed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_change_at(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.refresh(now)?;
        Ok((self.until != Timestamp::NEVER).then_some(self.until))
    }

    /// The answer for a slot, with its numbers in currency units: what is required has the tax added where the
    /// provider's figures include it. The rules are those of [`crate::engine::coverage`].
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`; `engine_fault` for a slot that is none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let mut account = Account::new(snapshot, options)?;
    /// # let slot = account.slot(Currency::parse("EUR")?, FeeKey::new("charge"));
    /// let decision = account.decide(slot, Cost::Amount(Decimal::from(11)), Timestamp(0))?;
    /// assert_eq!((decision.outcome, decision.reason), (Outcome::Short, Reason::InsufficientBalance));
    /// assert_eq!(decision.required.map(|required| required.to_string()), Some("13.2".to_owned()));
    /// assert_eq!(decision.shortfall.map(|missing| missing.to_string()), Some("1.2".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&mut self, slot: usize, cost: Cost, now: Timestamp) -> Result<Decision> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or_else(Error::engine_fault)?;
        self.answer(&slot.standing, cost, slot.until)
    }

    /// The answer for a fee key that has no slot, which leaves nothing behind; as [`Account::decide`].
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let account = Account::new(snapshot, options)?;
    /// let dollar = Currency::parse("USD")?;
    /// let decision = account.decide_once(dollar, &FeeKey::new("charge"), Cost::Amount(Decimal::ONE), Timestamp(0))?;
    /// assert_eq!(decision.reason, Reason::CurrencyMismatch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide_once(
        &self,
        currency: Currency,
        key: &FeeKey,
        cost: Cost,
        now: Timestamp,
    ) -> Result<Decision> {
        let snapshot = self.snapshot()?;
        let tab = self.tab(&snapshot, currency, now)?;
        let standing = self.judge(&tab, key)?;
        self.answer(&standing, cost, tab.pool.until())
    }

    /// Every wallet's part in a usage of this currency and fee key, currency units; the wallets in paying order
    /// (R-APP-2; flexprice 26), the skipped ones last.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let account = Account::new(snapshot, options)?;
    /// let explanation = account.explain(Currency::parse("EUR")?, &FeeKey::new("charge"), Timestamp(0))?;
    /// assert_eq!(explanation.pending_usage, Decimal::from(3));
    /// assert_eq!(explanation.wallets[0].verdict, Verdict::Eligible);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, currency: Currency, key: &FeeKey, now: Timestamp) -> Result<Explanation> {
        let snapshot = self.snapshot()?;
        let tab = self.tab(&snapshot, currency, now)?;
        let pending_usage = match tab.pool.standing(key, self.targeted(key))? {
            Standing::Known(headroom) => headroom.pending,
            _ => Decimal::ZERO,
        };
        let precision = match self.judge(&tab, key)? {
            Standing::Known(headroom) => headroom.precision,
            _ => Precision::Exact,
        };
        let Tab { pool, overlay, .. } = tab;
        Ok(Explanation {
            wallets: pool.explain(key),
            overlay: Decimal::sum(overlay.into_iter().map(|(spent, _)| spent))?,
            pending_usage,
            precision,
        })
    }

    /// The least fresh figure that answers are made of (flexprice 13 to 16; Lago does not tell, R-ONG-14).
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let account = Account::new(snapshot, options)?;
    /// # use creditgate::model::wallet::Freshness;
    /// assert_eq!(account.freshness()?, Freshness::Undated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn freshness(&self) -> Result<Freshness> {
        if self.reconstruction.is_some() {
            return Ok(Freshness::Computed);
        }
        let snapshot = self.snapshot()?;
        let mut least = None;
        for wallet in &snapshot.wallets {
            let pool = Pool::new(
                &snapshot,
                wallet.currency,
                self.include_postpaid,
                Timestamp(0),
            )?;
            match pool.freshness() {
                Some(Freshness::CachedFallback) => return Ok(Freshness::CachedFallback),
                freshness => least = least.or(freshness),
            }
        }
        let none_told = if self.profile.includes_tax() {
            Freshness::Undated
        } else {
            Freshness::Computed
        };
        Ok(least.unwrap_or(none_told))
    }

    /// The customer's wallets, of any status: Lago lists terminated ones too (section 2), Flexprice does not. Ongoing
    /// balances are those that answers are made of, reconstructed where they are. They are kept packed: every call
    /// reads them anew.
    ///
    /// # Errors
    /// `engine_fault`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::account::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let options = Options { tax_rate: Some(Decimal::from(20)), ..Options::default() };
    /// # let account = Account::new(snapshot, options)?;
    /// assert_eq!(account.snapshot()?.wallets.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            profile: self.profile,
            wallets: self.wallets.unpack()?,
        })
    }

    /// The number of wallets, of any status.
    pub fn wallet_count(&self) -> usize {
        self.wallets.len()
    }

    /// What the API hides of the usage that answers were reconstructed from.
    pub fn notes(&self) -> &[Note] {
        let known = self.reconstruction.as_ref();
        known.map_or(&[], |reconstruction| &reconstruction.notes)
    }

    fn outdate(&mut self) {
        self.until = self.since;
    }

    /// Brings the standings of all slots to `now`.
    fn refresh(&mut self, now: Timestamp) -> Result<()> {
        if self.since <= now && now < self.until {
            return Ok(());
        }
        let snapshot = self.snapshot()?;
        let mut standings = Vec::with_capacity(self.slots.len());
        let mut until = Timestamp::NEVER;
        let mut tabs: Vec<(Currency, Tab<'_>)> = Vec::new();
        for slot in &self.slots {
            if !tabs.iter().any(|(currency, _)| *currency == slot.currency) {
                let tab = self.tab(&snapshot, slot.currency, now)?;
                until = until.min(tab.pool.until());
                tabs.push((slot.currency, tab));
            }
            let tab = tabs.iter().find(|(currency, _)| *currency == slot.currency);
            let (_, tab) = tab.ok_or_else(Error::engine_fault)?;
            standings.push((self.judge(tab, &slot.key)?, tab.pool.until()));
        }
        drop(tabs);
        for (slot, (standing, until)) in self.slots.iter_mut().zip(standings) {
            (slot.standing, slot.until) = (standing, until);
        }
        (self.since, self.until) = (now, until);
        Ok(())
    }

    /// The wallets of a currency and the debits and holds against them.
    fn tab<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        currency: Currency,
        now: Timestamp,
    ) -> Result<Tab<'a>> {
        let mut pool = Pool::new(snapshot, currency, self.include_postpaid, now)?;
        let mut overlay = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.currency == currency) {
            let credits = slot.credits.try_mul(pool.highest_rate(&slot.key))?;
            let spent = ceiling(self.with_tax(slot.amount)?.try_add(credits)?);
            if spent.is_positive() {
                overlay.push((spent, &slot.key));
            }
        }
        // R-ONG-8: the largest first, ties by key.
        let overlay = sorted(&overlay, |(a, a_key), (b, b_key)| {
            b.cmp(a).then_with(|| a_key.cmp(b_key))
        });
        for (spent, key) in &overlay {
            pool.spend(key, *spent)?;
        }
        let bill = match &self.reconstruction {
            Some(usage) => Some(Arc::new(usage.bill(
                &snapshot.wallets,
                currency,
                &overlay,
                now,
            )?)),
            None => None,
        };
        Ok(Tab {
            pool,
            overlay,
            bill,
        })
    }

    /// Whether keys with a target wallet can occur: this one has one, or a debit does.
    fn targeted(&self, key: &FeeKey) -> bool {
        let usage = self.reconstruction.as_ref();
        self.targets_wallets
            || key.target_wallet.is_some()
            || usage.is_some_and(|usage| usage.targets_wallets())
            || self
                .slots
                .iter()
                .any(|slot| slot.key.target_wallet.is_some())
    }

    /// The pool's standing under the caller's options.
    fn judge(&self, tab: &Tab<'_>, key: &FeeKey) -> Result<Standing> {
        let is_fallback = tab.pool.freshness() == Some(Freshness::CachedFallback);
        Ok(match tab.pool.standing(key, self.targeted(key))? {
            Standing::Known(_) if is_fallback && !self.accept_fallback => {
                Standing::Unknown(Reason::CachedFallback)
            }
            Standing::Known(headroom) if headroom.precision == Precision::Estimate => {
                self.overlapping(headroom, tab.bill.as_ref(), key)
            }
            standing => standing,
        })
    }

    /// What answers instead of an estimate.
    fn overlapping(&self, headroom: Headroom, bill: Option<&Arc<Bill>>, key: &FeeKey) -> Standing {
        match (self.when_scopes_overlap, bill) {
            (WhenScopesOverlap::Estimate, _) => Standing::Known(headroom),
            (WhenScopesOverlap::Reconstruct, Some(bill)) if bill.knows_scopes() => {
                Standing::Rerun(Rerun {
                    bill: Arc::clone(bill),
                    key: key.clone(),
                    rate: headroom.rate,
                    expired: headroom.expired,
                })
            }
            (WhenScopesOverlap::Reconstruct, Some(_)) => Standing::Unknown(Reason::ScopeUnknown),
            _ if headroom.scope_unknown => Standing::Unknown(Reason::ScopeUnknown),
            _ => Standing::Unknown(Reason::ScopesOverlap),
        }
    }

    fn answer(&self, standing: &Standing, cost: Cost, until: Timestamp) -> Result<Decision> {
        let (Cost::Amount(value) | Cost::Credits(value)) = cost;
        if value.is_negative() {
            return Err(negative_cost());
        }
        let rate = match standing {
            Standing::Known(headroom) => headroom.rate,
            Standing::Rerun(rerun) => rerun.rate,
            _ => None,
        };
        let required = match cost {
            Cost::Amount(amount) => Some(self.with_tax(amount)?),
            Cost::Credits(credits) => rate.map(|rate| credits.try_mul(rate)).transpose()?,
        };
        let (outcome, reason) = match (standing, required) {
            (Standing::Short(reason), _) => (Outcome::Short, *reason),
            (Standing::Unknown(reason), _) => (Outcome::Unknown, *reason),
            (_, None) => (Outcome::Unknown, Reason::AmbiguousCredits),
            (Standing::Known(headroom), Some(required)) => verdict(headroom, required)?,
            (Standing::Rerun(rerun), Some(required)) => self.rerun(rerun, required)?,
        };
        let mut available = available(standing)?;
        if outcome == Outcome::Covered {
            // A rerun has verified it, where the figure that was found stays below.
            available = available.max(required);
        }
        let shortfall = match (outcome, required, available) {
            (Outcome::Short, Some(required), Some(available)) => {
                let missing = required.try_sub(available)?;
                // Stranded money is enough, and yet does not pay.
                Some(missing).filter(|missing| !missing.is_negative())
            }
            (Outcome::Short, required, None) => required,
            _ => None,
        };
        Ok(Decision {
            outcome,
            reason,
            required,
            available,
            shortfall,
            precision: match standing {
                Standing::Known(headroom) => headroom.precision,
                _ => Precision::Exact,
            },
            next_change_at: (until != Timestamp::NEVER).then_some(until),
        })
    }

    fn rerun(&self, rerun: &Rerun, required: Decimal) -> Result<(Outcome, Reason)> {
        if rerun.covers(required)? {
            return Ok((Outcome::Covered, Reason::Sufficient));
        }
        if rerun.expired.is_positive() {
            // Before everything, when nothing had expired.
            let snapshot = self.snapshot()?;
            let before = self.tab(&snapshot, rerun.bill.currency(), Timestamp(i64::MIN))?;
            if let Some(bill) = before.bill
                && bill.covers(&rerun.key, required)?
            {
                return Ok((Outcome::Short, Reason::CreditsExpired));
            }
        }
        Ok((Outcome::Short, Reason::InsufficientBalance))
    }
}

/// One currency at an instant.
struct Tab<'a> {
    /// The wallets, less the overlay.
    pool: Pool<'a>,
    /// Debits and holds, tax included, the largest first.
    overlay: Vec<(Decimal, &'a FeeKey)>,
    /// Where the usage is known: all of it, and the overlay.
    bill: Option<Arc<Bill>>,
}

/// Currency units.
fn available(standing: &Standing) -> Result<Option<Decimal>> {
    Ok(match standing {
        Standing::Known(headroom) => Some(headroom.amount),
        Standing::Rerun(rerun) => Some(rerun.available()?),
        Standing::Short(_) => Some(Decimal::ZERO),
        Standing::Unknown(_) => None,
    })
}

fn verdict(headroom: &Headroom, required: Decimal) -> Result<(Outcome, Reason)> {
    Ok(if required <= headroom.amount {
        (Outcome::Covered, Reason::Sufficient)
    } else if headroom.scope_unknown {
        (Outcome::Unknown, Reason::ScopeUnknown)
    } else if headroom.expired.is_positive()
        && required <= headroom.amount.try_add(headroom.expired)?
    {
        (Outcome::Short, Reason::CreditsExpired)
    } else {
        (Outcome::Short, Reason::InsufficientBalance)
    })
}

/// Decimal places of what is spent here: finer ones would not fit beside a large balance.
const OVERLAY_PLACES: u32 = 12;

/// Rounded up: what is spent is never counted short.
fn ceiling(spent: Decimal) -> Decimal {
    spent
        .negated()
        .round(OVERLAY_PLACES, Rounding::Floor)
        .negated()
}

fn negative_cost() -> Error {
    Error::negative_amount("cost")
}
