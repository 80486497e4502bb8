//! Coverage by rerunning Lago's billing: exact where the scopes of wallets overlap (design.md section 7).
//!
//! The wallets alone do not tell which usage their ongoing balances contain. With the fees behind them, billing can be
//! run over the settled balances (R-APP), once without a cost and once with it.

use std::sync::Arc;

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::application::{Fee, Invoice, apply};
use crate::engine::largest_remainder::split;
use crate::engine::ongoing;
use crate::engine::ties::Ties;
use crate::error::Result;
use crate::model::decision::Note;
use crate::model::fee_key::FeeKey;
use crate::model::scope::Scope;
use crate::model::usage::{self, Period, ToldUsage, Usage};
use crate::model::wallet::{Status, Wallet};
use crate::profile::LAGO;
use crate::time::Timestamp;

/// The usage of a customer that is not invoiced yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconstruction {
    /// The fees (R-ONG-1).
    pub usage: Usage,
    /// What the API hides of them, each at most once.
    pub notes: Vec<Note>,
}

impl Reconstruction {
    /// The four sets of fees, out of what the API tells.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn new(told: ToldUsage) -> Result<Self> {
        let mut found = Self {
            usage: Usage {
                drafts: told.drafts,
                progressive: told.progressive,
                ..Usage::default()
            },
            notes: Vec::new(),
        };
        for period in told.periods {
            found.add_period(period)?;
        }
        Ok(found)
    }

    /// R-ONG-2, R-ONG-5. Tax is told for the whole period, so each charge gets its share.
    fn add_period(&mut self, period: Period) -> Result<()> {
        let Period {
            currency,
            taxes,
            charges,
        } = period;
        if charges.len() > 1 && !taxes.is_zero() {
            self.note(Note::TaxProRata);
        }
        let exponent = i32::try_from(currency.lago_exponent()).unwrap_or(0);
        let mut weights = Vec::with_capacity(charges.len());
        for charge in &charges {
            weights.push(charge.amount.shift(exponent)?);
        }
        let shares = split(taxes.shift(exponent)?, &weights)?;
        for (charge, taxes) in charges.into_iter().zip(shares) {
            let taxes = taxes.shift(exponent.saturating_neg())?;
            let fee = usage::Fee {
                key: charge.key,
                currency,
                amount: charge.amount,
                taxes,
                coupons: Decimal::ZERO,
            };
            if charge.targets_hidden {
                self.note(Note::TargetsHidden);
            }
            if charge.pay_in_advance {
                self.note(Note::PayInAdvanceFromPlan);
                self.usage.pay_in_advance.push(fee.clone());
            }
            self.usage.current.push(fee);
        }
        Ok(())
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// R-ONG-12: gives the active wallets the ongoing balances that a refresh would, not truncated: every figure of
    /// an account is then of one time.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn refresh(&self, wallets: &mut [Wallet]) -> Result<()> {
        let allocated = ongoing::allocate(wallets, &self.usage, Ties::Forward)?;
        for (wallet, allocated) in wallets.iter_mut().zip(allocated) {
            if let Some(allocated) = allocated {
                wallet.ongoing_balance = Some(wallet.balance.try_sub(allocated)?);
            }
        }
        Ok(())
    }

    /// Whether any usage names a target wallet.
    pub fn targets_wallets(&self) -> bool {
        let Usage {
            current,
            drafts,
            progressive,
            pay_in_advance,
        } = &self.usage;
        [current, drafts, progressive, pay_in_advance]
            .into_iter()
            .flatten()
            .any(|fee| fee.key.target_wallet.is_some())
    }

    /// What billing would make of the usage and of `more` (debits and holds, tax included) in one currency at `now`.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn bill(
        &self,
        wallets: &[Wallet],
        currency: Currency,
        more: &[(Decimal, &FeeKey)],
        now: Timestamp,
    ) -> Result<Bill> {
        let mut invoice = Invoice {
            currency,
            total: Decimal::ZERO,
            fees: Vec::new(),
        };
        for net in ongoing::falling(wallets, &self.usage, Ties::Forward)? {
            if net.currency == currency {
                add(&mut invoice, &net.key, net.amount)?;
            }
        }
        for (amount, key) in more {
            add(&mut invoice, key, *amount)?;
        }
        let mut usable = Vec::with_capacity(wallets.len());
        for wallet in wallets {
            if wallet.currency == currency && wallet.status == Status::Active {
                let balance = LAGO.usable(wallet, now)?.amount;
                usable.push(Wallet {
                    balance,
                    ..wallet.clone()
                });
            }
        }
        let unpaid = run(&usable, &invoice)?.unpaid;
        Ok(Bill {
            wallets: usable,
            invoice,
            unpaid,
        })
    }
}

/// The usage of a customer in one currency, and the money that there is for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// With what of their balances can be used.
    wallets: Vec<Wallet>,
    /// One fee per fee key, so one bucket (R-APP-4); its total is their sum.
    invoice: Invoice,
    unpaid: [Decimal; 2],
}

impl Bill {
    /// The currency of its amounts.
    pub fn currency(&self) -> Currency {
        self.invoice.currency
    }

    /// What billing would leave unpaid, not rounded; the more of the two orders of equal buckets.
    pub fn unpaid(&self) -> Decimal {
        let [forward, backward] = self.unpaid;
        forward.max(backward)
    }

    /// Whether the scope of every wallet is known. Nothing is exact otherwise.
    pub fn knows_scopes(&self) -> bool {
        let is_known = |wallet: &Wallet| wallet.scope != Scope::Unknown;
        self.wallets.iter().all(is_known)
    }

    /// Whether a cost for `key`, tax included, leaves no more unpaid than there would be without it: it is then paid
    /// itself, and so is everything that was paid before. What cannot be paid in any case does not count against it.
    /// Where the provider leaves the order of equal buckets open (R-APP-6), this must hold for every order: three or
    /// more that empty a wallet are not relied upon.
    ///
    /// Billing is greedy, so that a larger cost may be covered where a smaller one is not: every cost is its own run.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn covers(&self, key: &FeeKey, cost: Decimal) -> Result<bool> {
        let mut invoice = self.invoice.clone();
        add(&mut invoice, key, cost)?;
        let Runs { unpaid, is_certain } = run(&self.wallets, &invoice)?;
        let leaves_no_more = unpaid
            .iter()
            .zip(&self.unpaid)
            .all(|(with, without)| with <= without);
        Ok(leaves_no_more && (is_certain || cost.is_zero()))
    }

    /// A cost for `key` that is covered, in whole minor units unless it is all that the eligible wallets hold: the
    /// largest one, except where billing strands money, so that some costs below it are not covered or some above it
    /// are.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn available(&self, key: &FeeKey) -> Result<Decimal> {
        let eligible = self
            .wallets
            .iter()
            .filter(|wallet| LAGO.admits(wallet, key) == Some(true));
        let most = Decimal::sum(eligible.map(|wallet| wallet.balance.or_zero()))?;
        if self.covers(key, most)? {
            return Ok(most);
        }
        let places = self.invoice.currency.lago_exponent();
        let exponent = i32::try_from(places).unwrap_or(0);
        let units = most.shift(exponent)?.round(0, Rounding::TowardZero);
        // `low` was verified at every step (nothing costs nothing); `high` was refuted, or is more than there is.
        let (mut low, mut high) = (0_i128, units.parts().0.saturating_add(1));
        while high.saturating_sub(low) > 1 {
            let middle = low.saturating_add(high.saturating_sub(low) >> 1);
            if self.covers(key, Decimal::from_parts(middle, places)?)? {
                low = middle;
            } else {
                high = middle;
            }
        }
        Decimal::from_parts(low, places)
    }
}

/// The cost of one fee key, whose answer is a rerun of billing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// Of the currency.
    pub bill: Arc<Bill>,
    /// What it is for.
    pub key: FeeKey,
    /// The one rate of the eligible wallets, currency units per credit; `None` when they differ.
    pub rate: Option<Decimal>,
    /// Money of these wallets that has expired.
    pub expired: Decimal,
}

impl Rerun {
    /// As [`Bill::covers`].
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn covers(&self, cost: Decimal) -> Result<bool> {
        self.bill.covers(&self.key, cost)
    }

    /// As [`Bill::available`].
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn available(&self) -> Result<Decimal> {
        self.bill.available(&self.key)
    }
}

fn add(invoice: &mut Invoice, key: &FeeKey, amount: Decimal) -> Result<()> {
    invoice.total = invoice.total.try_add(amount)?;
    match invoice.fees.iter_mut().find(|fee| fee.key == *key) {
        Some(fee) => fee.amount = fee.amount.try_add(amount)?,
        None => invoice.fees.push(Fee {
            key: key.clone(),
            amount,
            coupons: Decimal::ZERO,
            taxes: Decimal::ZERO,
            credit_notes: Decimal::ZERO,
        }),
    }
    Ok(())
}

/// What the wallets leave unpaid, not rounded, for either order of equal buckets, and whether any other order of them
/// leaves the same: there is none of two, and where no wallet is emptied, every bucket is paid whatever its place.
struct Runs {
    unpaid: [Decimal; 2],
    is_certain: bool,
}

fn run(wallets: &[Wallet], invoice: &Invoice) -> Result<Runs> {
    let mut empties = false;
    let mut unpaid = |ties| {
        let applied = apply(wallets, invoice, ties)?;
        let paid = Decimal::sum(applied.payments.iter().map(|payment| payment.amount))?;
        empties = empties
            || applied.payments.iter().any(|payment| {
                let wallet = wallets.get(payment.wallet);
                wallet.is_none_or(|wallet| payment.amount >= wallet.balance)
            });
        invoice.total.try_sub(paid)
    };
    let unpaid = [unpaid(Ties::Forward)?, unpaid(Ties::Backward)?];
    let fees = &invoice.fees;
    let equals = |fee: &Fee| {
        fees.iter()
            .filter(|other| other.amount == fee.amount)
            .count()
    };
    let is_tied = fees
        .iter()
        .any(|fee| fee.amount.is_positive() && equals(fee) > 2);
    Ok(Runs {
        unpaid,
        is_certain: !(is_tied && empties),
    })
}
