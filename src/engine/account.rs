//! One customer's wallets, debits and holds, kept ready for checks in constant time.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::coverage::{Headroom, Pool, Standing};
use crate::error::{Error, Result};
use crate::model::decision::{Decision, Explanation, Outcome, Precision, Reason};
use crate::model::fee_key::FeeKey;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::Freshness;
use crate::time::Timestamp;

/// What the caller of the gate chose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tax on usage, per cent. Required where the provider's figures include tax (Lago), refused elsewhere.
    pub tax_rate: Option<Decimal>,
    /// Whether an estimate over overlapping scopes may answer.
    pub accept_estimate: bool,
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
            accept_estimate: true,
            accept_fallback: true,
            include_postpaid: false,
            targets_wallets: false,
        }
    }
}

/// What is to be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Currency units, before tax.
    Amount(Decimal),
    /// Wallet credits: what a wallet gives up, tax and all.
    Credits(Decimal),
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
    snapshot: Snapshot,
    options: Options,
    /// `1 + tax rate`.
    gross: Decimal,
    slots: Vec<Slot>,
    /// The standings of the slots hold from here ...
    since: Timestamp,
    /// ... until before here. Not after `since`: they are to be computed.
    until: Timestamp,
}

impl Account {
    /// An account without debits.
    ///
    /// # Errors
    /// `invalid_input` at `taxRate` when it is missing for Lago or given for Flexprice; `negative_amount`.
    pub fn new(snapshot: Snapshot, options: Options) -> Result<Self> {
        let gross = match (options.tax_rate, snapshot.profile.includes_tax()) {
            (Some(rate), true) if rate.is_negative() => {
                return Err(Error::NegativeAmount {
                    path: "taxRate".to_owned(),
                });
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
        Ok(Self {
            snapshot,
            options,
            gross,
            slots: Vec::new(),
            since: Timestamp::NEVER,
            until: Timestamp::NEVER,
        })
    }

    /// The slot of a currency and fee key, made if there is none.
    pub fn slot(&mut self, currency: Currency, key: FeeKey) -> usize {
        let found = self
            .slots
            .iter()
            .position(|slot| slot.currency == currency && slot.key == key);
        found.unwrap_or_else(|| {
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

    /// Adds a debit or hold to a slot; a negative cost takes one off again.
    ///
    /// # Errors
    /// `decimal_out_of_range`, and then nothing has changed.
    pub fn add(&mut self, slot: usize, cost: Cost) -> Result<()> {
        let adjusted = self.adjusted(slot, cost);
        let slot = self.slots.get_mut(slot).ok_or(Error::EngineFault)?;
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

    /// The headrooms that a cost leaves, by slot, where that is a subtraction: every headroom of the currency is
    /// exact, so that the wallets fall into groups and a cost lowers its own group by just itself.
    fn adjusted(&self, slot: usize, cost: Cost) -> Option<Vec<(usize, Decimal)>> {
        let own = self.slots.get(slot)?;
        let Standing::Known(headroom) = &own.standing else {
            return None;
        };
        let spent = match cost {
            Cost::Amount(amount) => amount.try_mul(self.gross).ok()?,
            Cost::Credits(credits) => credits.try_mul(headroom.rate?).ok()?,
        };
        let mut amounts = Vec::with_capacity(self.slots.len());
        for (index, other) in self.slots.iter().enumerate() {
            match &other.standing {
                _ if other.currency != own.currency => {}
                Standing::Short(_) => {}
                Standing::Unknown(_) => return None,
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
    /// in constant time, once per change and window of time.
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`; `engine_fault` for a slot that is none.
    pub fn covers(
        &mut self,
        slot: usize,
        mantissa: i64,
        scale: u32,
        now: Timestamp,
    ) -> Result<Cover> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or(Error::EngineFault)?;
        if mantissa < 0 {
            return Err(negative_cost());
        }
        Ok(match &slot.standing {
            Standing::Short(_) => Cover::Short,
            Standing::Unknown(_) => Cover::Unknown,
            Standing::Known(headroom) => {
                let mut required = Decimal::from_parts(i128::from(mantissa), scale)?;
                if self.gross != Decimal::ONE {
                    required = required.try_mul(self.gross)?;
                }
                match (required <= headroom.amount, headroom.scope_unknown) {
                    (true, _) => Cover::Covered,
                    (false, false) => Cover::Short,
                    (false, true) => Cover::Unknown,
                }
            }
        })
    }

    /// What the wallets have left for a slot, currency units; `None` where that is not known.
    ///
    /// # Errors
    /// `decimal_out_of_range`; `engine_fault` for a slot that is none.
    pub fn available(&mut self, slot: usize, now: Timestamp) -> Result<Option<Decimal>> {
        self.refresh(now)?;
        Ok(available(
            &self.slots.get(slot).ok_or(Error::EngineFault)?.standing,
        ))
    }

    /// The first instant at which time alone changes what is left; `None` if there is none.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn next_change_at(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.refresh(now)?;
        Ok((self.until != Timestamp::NEVER).then_some(self.until))
    }

    /// The answer for a slot, with its numbers.
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`; `engine_fault` for a slot that is none.
    pub fn decide(&mut self, slot: usize, cost: Cost, now: Timestamp) -> Result<Decision> {
        self.refresh(now)?;
        let slot = self.slots.get(slot).ok_or(Error::EngineFault)?;
        self.answer(&slot.standing, cost, slot.until)
    }

    /// The answer for a fee key that has no slot, which leaves nothing behind.
    ///
    /// # Errors
    /// `negative_amount`; `decimal_out_of_range`.
    pub fn decide_once(
        &self,
        currency: Currency,
        key: &FeeKey,
        cost: Cost,
        now: Timestamp,
    ) -> Result<Decision> {
        let (pool, _) = self.pool(currency, now)?;
        let standing = self.judge(&pool, key)?;
        self.answer(&standing, cost, pool.until())
    }

    /// Every wallet's part in a usage of this currency and fee key.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn explain(&self, currency: Currency, key: &FeeKey, now: Timestamp) -> Result<Explanation> {
        let (pool, overlay) = self.pool(currency, now)?;
        let (pending_usage, precision) = match pool.standing(key, self.targeted(key))? {
            Standing::Known(headroom) => (headroom.pending, headroom.precision),
            _ => (Decimal::ZERO, Precision::Exact),
        };
        Ok(Explanation {
            wallets: pool.explain(key),
            overlay,
            pending_usage,
            precision,
        })
    }

    /// The least fresh figure that answers are made of.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn freshness(&self) -> Result<Freshness> {
        let mut least = None;
        for wallet in &self.snapshot.wallets {
            let pool = Pool::new(
                &self.snapshot,
                wallet.currency,
                self.options.include_postpaid,
                Timestamp(0),
            )?;
            match pool.freshness() {
                Some(Freshness::CachedFallback) => return Ok(Freshness::CachedFallback),
                freshness => least = least.or(freshness),
            }
        }
        let none_told = if self.snapshot.profile.includes_tax() {
            Freshness::Undated
        } else {
            Freshness::Computed
        };
        Ok(least.unwrap_or(none_told))
    }

    /// How many wallets the customer has, of any status.
    pub fn wallets(&self) -> usize {
        self.snapshot.wallets.len()
    }

    fn outdate(&mut self) {
        self.until = self.since;
    }

    /// Brings the standings of all slots to `now`.
    fn refresh(&mut self, now: Timestamp) -> Result<()> {
        if self.since <= now && now < self.until {
            return Ok(());
        }
        let mut standings = Vec::with_capacity(self.slots.len());
        let mut until = Timestamp::NEVER;
        let mut pools: Vec<(Currency, Pool<'_>)> = Vec::new();
        for slot in &self.slots {
            if !pools.iter().any(|(currency, _)| *currency == slot.currency) {
                let (pool, _) = self.pool(slot.currency, now)?;
                until = until.min(pool.until());
                pools.push((slot.currency, pool));
            }
            let pool = pools
                .iter()
                .find(|(currency, _)| *currency == slot.currency);
            let (_, pool) = pool.ok_or(Error::EngineFault)?;
            standings.push((self.judge(pool, &slot.key)?, pool.until()));
        }
        drop(pools);
        for (slot, (standing, until)) in self.slots.iter_mut().zip(standings) {
            (slot.standing, slot.until) = (standing, until);
        }
        (self.since, self.until) = (now, until);
        Ok(())
    }

    /// The wallets of a currency less the debits and holds, and the sum of these.
    fn pool(&self, currency: Currency, now: Timestamp) -> Result<(Pool<'_>, Decimal)> {
        let mut pool = Pool::new(&self.snapshot, currency, self.options.include_postpaid, now)?;
        let mut overlay = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.currency == currency) {
            let credits = slot.credits.try_mul(pool.highest_rate(&slot.key))?;
            let spent = slot.amount.try_mul(self.gross)?.try_add(credits)?;
            if spent.is_positive() {
                overlay.push((spent, &slot.key));
            }
        }
        // R-ONG-8: the largest first, ties by key.
        overlay.sort_by(|(a, a_key), (b, b_key)| b.cmp(a).then_with(|| a_key.cmp(b_key)));
        let mut total = Decimal::ZERO;
        for (spent, key) in overlay {
            pool.spend(key, spent)?;
            total = total.try_add(spent)?;
        }
        Ok((pool, total))
    }

    /// Whether keys with a target wallet can occur: this one has one, or a debit does.
    fn targeted(&self, key: &FeeKey) -> bool {
        self.options.targets_wallets
            || key.target_wallet.is_some()
            || self
                .slots
                .iter()
                .any(|slot| slot.key.target_wallet.is_some())
    }

    /// The pool's standing under the caller's options.
    fn judge(&self, pool: &Pool<'_>, key: &FeeKey) -> Result<Standing> {
        let is_fallback = pool.freshness() == Some(Freshness::CachedFallback);
        Ok(match pool.standing(key, self.targeted(key))? {
            Standing::Known(_) if is_fallback && !self.options.accept_fallback => {
                Standing::Unknown(Reason::CachedFallback)
            }
            Standing::Known(headroom)
                if headroom.precision == Precision::Estimate && !self.options.accept_estimate =>
            {
                let scope_unknown = headroom.scope_unknown;
                Standing::Unknown(if scope_unknown {
                    Reason::ScopeUnknown
                } else {
                    Reason::ScopesOverlap
                })
            }
            standing => standing,
        })
    }

    fn answer(&self, standing: &Standing, cost: Cost, until: Timestamp) -> Result<Decision> {
        let (Cost::Amount(value) | Cost::Credits(value)) = cost;
        if value.is_negative() {
            return Err(negative_cost());
        }
        let rate = match standing {
            Standing::Known(headroom) => headroom.rate,
            _ => None,
        };
        let required = match cost {
            Cost::Amount(amount) => Some(amount.try_mul(self.gross)?),
            Cost::Credits(credits) => rate.map(|rate| credits.try_mul(rate)).transpose()?,
        };
        let available = available(standing);
        let (outcome, reason) = match (standing, required) {
            (Standing::Short(reason), _) => (Outcome::Short, *reason),
            (Standing::Unknown(reason), _) => (Outcome::Unknown, *reason),
            (Standing::Known(_), None) => (Outcome::Unknown, Reason::AmbiguousCredits),
            (Standing::Known(headroom), Some(required)) => verdict(headroom, required)?,
        };
        let shortfall = match (outcome, required, available) {
            (Outcome::Short, Some(required), Some(available)) => Some(required.try_sub(available)?),
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
}

fn available(standing: &Standing) -> Option<Decimal> {
    match standing {
        Standing::Known(headroom) => Some(headroom.amount),
        Standing::Short(_) => Some(Decimal::ZERO),
        Standing::Unknown(_) => None,
    }
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

fn negative_cost() -> Error {
    Error::NegativeAmount {
        path: "cost".to_owned(),
    }
}
