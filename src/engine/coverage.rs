//! Which wallets may pay for a usage, and what they have left together, from the wallets alone
//! (design.md section 7).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::reconstruction::Rerun;
use crate::error::Result;
use crate::model::decision::{Precision, Reason, Verdict, WalletExplanation};
use crate::model::fee_key::FeeKey;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::{Freshness, Kind, Status, Wallet};
use crate::profile::{Overlap, Profile, cascade};
use crate::sort::sorted;
use crate::time::Timestamp;

/// The wallets of one currency that may pay at an instant, with what each has left.
#[derive(Clone, Debug)]
pub struct Pool<'a> {
    profile: Profile,
    wallets: &'a [Wallet],
    currency: Currency,
    include_postpaid: bool,
    /// In paying order.
    members: Vec<Member<'a>>,
    /// How fresh the pending usage is; `None` when no wallet tells it.
    freshness: Option<Freshness>,
    until: Timestamp,
}

#[derive(Clone, Debug)]
struct Member<'a> {
    wallet: &'a Wallet,
    usable: Decimal,
    until: Timestamp,
    /// Of the usage that the provider counts already.
    pending: Decimal,
    /// `usable` less pending usage, debits and holds. Negative when they exceed it.
    left: Decimal,
}

/// What the wallets have for a usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// So much.
    Known(Headroom),
    /// What billing would pay, run anew for every cost.
    Rerun(Rerun),
    /// Nothing, and no wallet that could.
    Short(Reason),
    /// It cannot be said.
    Unknown(Reason),
}

/// What the eligible wallets have left together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// Currency units; negative when usage exceeds the wallets.
    pub amount: Decimal,
    /// How far it can be trusted.
    pub precision: Precision,
    /// Money of these wallets that has expired: it would be there otherwise.
    pub expired: Decimal,
    /// The usage in these wallets that the provider counts already.
    pub pending: Decimal,
    /// The one rate of the wallets, currency units per credit; `None` when they differ, or where it is stored as zero
    /// (flexprice, section 1.7 no. 4): credits then have no price.
    pub rate: Option<Decimal>,
    /// A wallet of unknown scope might add to it.
    pub scope_unknown: bool,
    /// The first of these wallets in paying order: in the exact case it stands for all of them, since no wallet
    /// is in two groups.
    pub group: usize,
}

impl<'a> Pool<'a> {
    /// Gathers the wallets of a currency at `now`, in paying order (R-APP-2; flexprice 26), each with what it has left
    /// of what can be used (R-EXP-1; flexprice 19, 42) after the usage that the provider counts already (R-ONG-12;
    /// flexprice 11).
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// let euro = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// assert!(matches!(euro.standing(&FeeKey::new("charge"), false)?, Standing::Known(_)));
    /// let dollar = Pool::new(&snapshot, Currency::parse("USD")?, false, Timestamp(0))?;
    /// assert_eq!(dollar.standing(&FeeKey::new("charge"), false)?, Standing::Short(Reason::CurrencyMismatch));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        snapshot: &'a Snapshot,
        currency: Currency,
        include_postpaid: bool,
        now: Timestamp,
    ) -> Result<Self> {
        let profile = snapshot.profile;
        let mut pool = Self {
            profile,
            wallets: &snapshot.wallets,
            currency,
            include_postpaid,
            members: Vec::new(),
            freshness: None,
            until: Timestamp::NEVER,
        };
        let wallets: Vec<&Wallet> = pool
            .wallets
            .iter()
            .filter(|wallet| pool.skips(wallet).is_none())
            .collect();
        let wallets = sorted(&wallets, |a, b| profile.order(a, b));
        for wallet in &wallets {
            let usable = profile.usable(wallet, now)?;
            pool.until = pool.until.min(usable.until);
            pool.members.push(Member {
                wallet,
                usable: usable.amount,
                until: usable.until,
                pending: Decimal::ZERO,
                left: usable.amount,
            });
        }
        let usable: Vec<Decimal> = pool.members.iter().map(|member| member.usable).collect();
        if let Some(pending) = profile.pending(&wallets, &usable)? {
            pool.freshness = Some(pending.freshness);
            for (member, share) in pool.members.iter_mut().zip(pending.shares) {
                member.pending = share;
                member.left = member.left.try_sub(share)?;
            }
        }
        Ok(pool)
    }

    /// How fresh the usage is that the wallets show as pending (flexprice 13 to 16); `None` when none shows it.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// # use creditgate::model::wallet::Freshness;
    /// assert_eq!(pool.freshness(), Some(Freshness::Undated));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn freshness(&self) -> Option<Freshness> {
        self.freshness
    }

    /// The first instant at which time alone changes the pool (R-EXP-1; flexprice 19); [`Timestamp::NEVER`] if there is
    /// none.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}, "expiration_at": "2026-09-01T00:00:00Z"}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// assert_eq!(pool.until(), Timestamp::parse("2026-09-01T00:00:00Z")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Why a wallet is not in the pool at all.
    fn skips(&self, wallet: &Wallet) -> Option<Verdict> {
        if wallet.currency != self.currency {
            Some(Verdict::CurrencyMismatch)
        } else if wallet.status != Status::Active {
            Some(Verdict::Inactive)
        } else if wallet.kind == Kind::Postpaid && !self.include_postpaid {
            Some(Verdict::Postpaid)
        } else {
            None
        }
    }

    /// Whether a member may pay for `key`; `None` when its scope is not known.
    fn admits(&self, member: &Member<'_>, key: &FeeKey) -> Option<bool> {
        self.profile.admits(member.wallet, key)
    }

    /// The highest rate, currency units per credit, at which credits of `key` can be priced: so a hold in credits is
    /// never priced too low. Zero where no wallet may pay (R-APP-9; flexprice 27).
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "a", "currency": "EUR", "rate_amount": "1", "balance_cents": 500,
    /// #         "ongoing_balance_cents": 500, "applies_to": {}},
    /// #     {"lago_id": "b", "currency": "EUR", "rate_amount": "2", "balance_cents": 700,
    /// #         "ongoing_balance_cents": 700, "applies_to": {"fee_types": ["charge"]}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// assert_eq!(pool.highest_rate(&FeeKey::new("charge")), Decimal::from(2));
    /// assert_eq!(pool.highest_rate(&FeeKey::new("subscription")), Decimal::ONE);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn highest_rate(&self, key: &FeeKey) -> Decimal {
        let eligible = self
            .members
            .iter()
            .filter(|member| self.admits(member, key) == Some(true));
        eligible
            .map(|member| member.wallet.rate)
            .max()
            .unwrap_or_default()
    }

    /// Takes a debit or hold, currency units with tax, off the wallets in paying order, as billing would (R-APP-8);
    /// threshold rules, which only the ongoing balance knows (R-ONG-10), move nothing here. One that no wallet may pay
    /// is reflected nowhere.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": 1500,
    /// #         "ongoing_balance_cents": 1200, "applies_to": {}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let mut pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// pool.spend(&FeeKey::new("charge"), Decimal::from(13))?;
    /// let left = pool.explain(&FeeKey::new("charge"))[0].available;
    /// assert_eq!(left, Decimal::from(-1), "the last wallet takes all that remains");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spend(&mut self, key: &FeeKey, amount: Decimal) -> Result<()> {
        let profile = self.profile;
        let mut eligible: Vec<&mut Member<'a>> = self
            .members
            .iter_mut()
            .filter(|member| profile.admits(member.wallet, key) == Some(true))
            .collect();
        let rooms: Vec<_> = eligible.iter().map(|member| Some(member.left)).collect();
        for (member, share) in eligible.iter_mut().zip(cascade::share_out(amount, &rooms)?) {
            member.left = member.left.try_sub(share)?;
        }
        Ok(())
    }

    /// What the wallets have left for `key` together: the signed sum over those that may pay (R-APP-9; flexprice 27),
    /// exact where all of them share one scope and every other is disjoint from it, else lowered by what overdrawn
    /// wallets within reach may take, and an estimate. `targeted` says whether any usage names a target wallet.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "a", "currency": "EUR", "rate_amount": "1", "balance_cents": 500,
    /// #         "ongoing_balance_cents": 500, "applies_to": {}},
    /// #     {"lago_id": "b", "currency": "EUR", "rate_amount": "2", "balance_cents": 700,
    /// #         "ongoing_balance_cents": 700, "applies_to": {"fee_types": ["charge"]}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// let Standing::Known(headroom) = pool.standing(&FeeKey::new("charge"), false)? else { unreachable!() };
    /// assert_eq!((headroom.amount, headroom.precision), (Decimal::from(12), Precision::Estimate));
    /// assert_eq!(headroom.rate, None, "credits have two prices here");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn standing(&self, key: &FeeKey, targeted: bool) -> Result<Standing> {
        if self.members.is_empty() {
            return Ok(Standing::Short(self.why_empty()));
        }
        let admitted: Vec<Option<bool>> = self
            .members
            .iter()
            .map(|member| self.admits(member, key))
            .collect();
        let scope_unknown = admitted.contains(&None);
        let (eligible, others): (Vec<_>, Vec<_>) = self
            .members
            .iter()
            .zip(&admitted)
            .partition(|(_, admitted)| **admitted == Some(true));
        let eligible: Vec<&Member<'_>> = eligible.into_iter().map(|(member, _)| member).collect();
        let others: Vec<&Member<'_>> = others.into_iter().map(|(member, _)| member).collect();
        let Some(first) = eligible.first() else {
            return Ok(if scope_unknown {
                Standing::Unknown(Reason::ScopeUnknown)
            } else {
                Standing::Short(Reason::OutOfScope)
            });
        };
        if self.freshness.is_none() {
            return Ok(Standing::Unknown(Reason::PendingUnknown));
        }
        let overlap =
            |a: &Member<'_>, b: &Member<'_>| self.profile.overlap(a.wallet, b.wallet, targeted);
        let exact = eligible
            .iter()
            .all(|member| overlap(first, member) == Overlap::Same)
            && others
                .iter()
                .all(|member| overlap(first, member) == Overlap::Disjoint);
        let mut amount = Decimal::sum(eligible.iter().map(|member| member.left))?;
        if !exact {
            for member in reachable(&eligible, others, overlap) {
                amount = amount.try_add(member.left.min(Decimal::ZERO))?;
            }
        }
        let expired = eligible.iter().try_fold(Decimal::ZERO, |sum, member| {
            sum.try_add(member.wallet.balance.try_sub(member.usable)?)
        });
        Ok(Standing::Known(Headroom {
            amount,
            precision: if exact {
                Precision::Exact
            } else {
                Precision::Estimate
            },
            expired: expired?,
            pending: Decimal::sum(eligible.iter().map(|member| member.pending))?,
            rate: eligible
                .iter()
                .all(|member| member.wallet.rate == first.wallet.rate)
                .then_some(first.wallet.rate)
                .filter(|rate| rate.is_positive()),
            scope_unknown,
            group: admitted
                .iter()
                .position(|admitted| *admitted == Some(true))
                .unwrap_or_default(),
        }))
    }

    fn why_empty(&self) -> Reason {
        let verdicts = || self.wallets.iter().filter_map(|wallet| self.skips(wallet));
        if self.wallets.is_empty() {
            Reason::NoWallet
        } else if verdicts().any(|verdict| verdict == Verdict::Postpaid) {
            Reason::PostpaidOnly
        } else if verdicts().any(|verdict| verdict == Verdict::Inactive) {
            Reason::WalletInactive
        } else {
            Reason::CurrencyMismatch
        }
    }

    /// Every wallet and its part in a usage of `key`: the pool in paying order, then the ones skipped.
    ///
    /// ```
    /// # use creditgate::currency::Currency;
    /// # use creditgate::decimal::Decimal;
    /// # use creditgate::engine::coverage::*;
    /// # use creditgate::model::{decision::*, fee_key::FeeKey, snapshot::Snapshot};
    /// # use creditgate::{profile::LAGO, time::Timestamp, wire::field::Field, wire::lago::wallets};
    /// # let list: serde_json::Value = serde_json::from_str(
    /// #     r#"[{"lago_id": "a", "currency": "EUR", "rate_amount": "1", "balance_cents": 500,
    /// #         "ongoing_balance_cents": 500, "applies_to": {}},
    /// #     {"lago_id": "b", "currency": "EUR", "rate_amount": "2", "balance_cents": 700,
    /// #         "ongoing_balance_cents": 700, "applies_to": {"fee_types": ["charge"]}}]"#,
    /// # )?;
    /// # let snapshot = Snapshot { profile: LAGO, wallets: wallets(&Field::answer(&list, "wallets"))? };
    /// # let pool = Pool::new(&snapshot, Currency::parse("EUR")?, false, Timestamp(0))?;
    /// let parts = pool.explain(&FeeKey::new("subscription"));
    /// let verdicts: Vec<_> = parts.iter().map(|part| (part.id.as_str(), part.verdict)).collect();
    /// assert_eq!(verdicts, [("b", Verdict::OutOfScope), ("a", Verdict::Eligible)], "listed last, created first");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, key: &FeeKey) -> Vec<WalletExplanation> {
        let members = self.members.iter().map(|member| WalletExplanation {
            id: member.wallet.id.clone(),
            verdict: match self.admits(member, key) {
                None => Verdict::ScopeUnknown,
                Some(false) => Verdict::OutOfScope,
                Some(true) if member.usable.is_zero() && member.wallet.balance.is_positive() => {
                    Verdict::Expired
                }
                Some(true) => Verdict::Eligible,
            },
            balance: member.wallet.balance,
            available: member.left,
            expires_at: (member.until != Timestamp::NEVER).then_some(member.until),
        });
        let skipped = self.wallets.iter().filter_map(|wallet| {
            self.skips(wallet).map(|verdict| WalletExplanation {
                id: wallet.id.clone(),
                verdict,
                balance: wallet.balance,
                available: Decimal::ZERO,
                expires_at: None,
            })
        });
        members.chain(skipped).collect()
    }
}

/// The members among `others` whose usage may fall on `eligible` ones: those that share a fee key with one of
/// them, and so on from there.
fn reachable<'m, 'a>(
    eligible: &[&'m Member<'a>],
    mut others: Vec<&'m Member<'a>>,
    overlap: impl Fn(&Member<'_>, &Member<'_>) -> Overlap,
) -> Vec<&'m Member<'a>> {
    let mut reached: Vec<&Member<'a>> = eligible.to_vec();
    loop {
        let (next, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| {
            reached
                .iter()
                .any(|member| overlap(member, other) != Overlap::Disjoint)
        });
        if next.is_empty() {
            return reached.split_off(eligible.len());
        }
        reached.extend(next);
        others = rest;
    }
}
