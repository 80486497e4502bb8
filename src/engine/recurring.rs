//! What a Lago wallet's recurring rule tops up (R-RULE, R-THR, R-INT-6).

use crate::decimal::{Decimal, Rounding};
use crate::error::Result;

/// Minutes during which a failed automatic purchase stops the next one (R-THR-4).
const RETRY_MINUTES: i64 = 60;

/// How a rule finds its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The credits it names.
    Fixed,
    /// What lacks to a balance.
    Target,
}

/// When a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// On certain days.
    Interval,
    /// When the ongoing balance has fallen.
    Threshold,
}

/// A recurring rule, in credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How it finds its amount.
    pub method: Method,
    /// When it acts.
    pub trigger: Trigger,
    /// What a fixed rule buys.
    pub paid: Decimal,
    /// What a fixed rule gives.
    pub granted: Decimal,
    /// Where a threshold rule acts.
    pub threshold: Option<Decimal>,
    /// What a target rule restores.
    pub target: Option<Decimal>,
    /// Whether a target rule gives instead of buying.
    pub grants_target: bool,
    /// Whether the wallet's limits on purchases do not matter.
    pub ignores_limits: bool,
    /// Active and not expired.
    pub is_active: bool,
}

/// A wallet's limits on one purchase, in credits (R-CONV-7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurchaseLimits {
    /// The least.
    pub least: Option<Decimal>,
    /// The most.
    pub most: Option<Decimal>,
}

/// What a rule adds to its wallet, in credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Bought.
    pub paid: Decimal,
    /// Given.
    pub granted: Decimal,
    /// Whether the wallet's limits on purchases do not matter (R-THR-6).
    pub ignores_limits: bool,
}

/// How the last automatic purchase went (R-THR-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Minutes since the last one that failed.
    pub failed_minutes_ago: Option<Decimal>,
    /// Whether a purchase settled since.
    pub settled_since: bool,
}

impl Attempts {
    fn must_wait(self) -> bool {
        let is_recent = |minutes: Decimal| minutes <= Decimal::from(RETRY_MINUTES);
        !self.settled_since && self.failed_minutes_ago.is_some_and(is_recent)
    }
}

impl Rule {
    /// R-RULE-1 to R-RULE-6: credits to buy, not rounded. `pending` credits are bought and not paid yet.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn paid_credits(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
        pending: Decimal,
    ) -> Result<Decimal> {
        match (self.method, self.trigger) {
            (Method::Target, _) if self.grants_target => Ok(Decimal::ZERO),
            (Method::Target, _) => {
                let gap = self.target_gap(ongoing)?;
                let least = limits.least.filter(|_| !self.ignores_limits);
                Ok(match least {
                    Some(least) if gap.is_positive() => gap.max(least),
                    _ => gap,
                })
            }
            (Method::Fixed, Trigger::Interval) => Ok(self.paid),
            (Method::Fixed, Trigger::Threshold) => self.refill(limits, ongoing, pending),
        }
    }

    /// R-RULE-7: credits to give.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn granted_credits(&self, ongoing: Decimal) -> Result<Decimal> {
        match self.method {
            Method::Fixed => Ok(self.granted),
            Method::Target if self.grants_target => self.target_gap(ongoing),
            Method::Target => Ok(Decimal::ZERO),
        }
    }

    /// R-INT-6: what an interval rule adds on its day, if anything.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn interval_top_up(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
    ) -> Result<Option<TopUp>> {
        if self.is_active {
            self.top_up(limits, ongoing, Decimal::ZERO)
        } else {
            Ok(None)
        }
    }

    /// R-THR-2 to R-THR-6: what a threshold rule adds after a change of the ongoing balance, if anything.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    pub fn threshold_top_up(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
        pending: Decimal,
        attempts: Attempts,
    ) -> Result<Option<TopUp>> {
        let Some(threshold) = self
            .threshold
            .filter(|_| self.is_active && self.trigger == Trigger::Threshold)
        else {
            return Ok(None);
        };
        if ongoing > threshold || ongoing.try_add(pending)? > threshold {
            return Ok(None);
        }
        let top_up = self.top_up(limits, ongoing, pending)?;
        Ok(top_up.filter(|top_up| !(top_up.paid.is_positive() && attempts.must_wait())))
    }

    /// A target rule with nothing to add is skipped.
    fn top_up(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
        pending: Decimal,
    ) -> Result<Option<TopUp>> {
        let top_up = TopUp {
            paid: self.paid_credits(limits, ongoing, pending)?,
            granted: self.granted_credits(ongoing)?,
            ignores_limits: self.ignores_limits || self.method == Method::Target,
        };
        let is_idle =
            self.method == Method::Target && top_up.paid.is_zero() && top_up.granted.is_zero();
        Ok((!is_idle).then_some(top_up))
    }

    fn target_gap(&self, ongoing: Decimal) -> Result<Decimal> {
        match self.target {
            Some(target) => Ok(target.try_sub(ongoing)?.or_zero()),
            None => Ok(Decimal::ZERO),
        }
    }

    /// R-RULE-5, R-RULE-6: as many times the rule's credits as lift the balance above the threshold. Only a
    /// multiple is held to the most that may be bought.
    fn refill(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
        pending: Decimal,
    ) -> Result<Decimal> {
        let Some(threshold) = self.threshold.filter(|_| self.paid.is_positive()) else {
            return Ok(self.paid);
        };
        let gap = threshold
            .try_sub(ongoing)?
            .try_sub(self.granted)?
            .try_sub(pending)?;
        if gap < self.paid {
            return Ok(self.paid);
        }
        let times = gap
            .try_div(self.paid, 0, Rounding::Floor)?
            .try_add(Decimal::ONE)?;
        let refill = self.paid.try_mul(times)?;
        let most = limits.most.filter(|_| !self.ignores_limits);
        Ok(most.map_or(refill, |most| refill.min(most)))
    }
}
