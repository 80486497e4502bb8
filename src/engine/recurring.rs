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
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::recurring::{Method, PurchaseLimits, Rule, Trigger};
    ///
    /// let rule = Rule {
    ///     method: Method::Fixed,
    ///     trigger: Trigger::Threshold,
    ///     paid: Decimal::from(10),
    ///     granted: Decimal::ZERO,
    ///     threshold: Some(Decimal::from(25)),
    ///     target: None,
    ///     grants_target: false,
    ///     ignores_limits: false,
    ///     is_active: true,
    /// };
    /// let at = |ongoing: i64, most: Option<i64>| {
    ///     let limits = PurchaseLimits { least: None, most: most.map(Decimal::from) };
    ///     rule.paid_credits(limits, Decimal::from(ongoing), Decimal::ZERO)
    /// };
    /// assert_eq!(at(20, None)?, Decimal::from(10));
    /// assert_eq!(at(0, None)?, Decimal::from(30), "as often as lifts the balance above the threshold");
    /// assert_eq!(at(0, Some(15))?, Decimal::from(15));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
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

    /// R-RULE-7: credits to give at this ongoing balance, in credits.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::recurring::{Method, Rule, Trigger};
    ///
    /// let rule = Rule {
    ///     method: Method::Target,
    ///     trigger: Trigger::Interval,
    ///     paid: Decimal::ZERO,
    ///     granted: Decimal::ZERO,
    ///     threshold: None,
    ///     target: Some(Decimal::from(100)),
    ///     grants_target: true,
    ///     ignores_limits: false,
    ///     is_active: true,
    /// };
    /// assert_eq!(rule.granted_credits(Decimal::from(70))?, Decimal::from(30));
    /// assert_eq!(rule.granted_credits(Decimal::from(120))?, Decimal::ZERO);
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn granted_credits(&self, ongoing: Decimal) -> Result<Decimal> {
        match self.method {
            Method::Fixed => Ok(self.granted),
            Method::Target if self.grants_target => self.target_gap(ongoing),
            Method::Target => Ok(Decimal::ZERO),
        }
    }

    /// R-INT-6: what an interval rule adds on its day to a wallet of this ongoing balance, if anything. In credits.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::recurring::{Method, PurchaseLimits, Rule, Trigger};
    ///
    /// let rule = Rule {
    ///     method: Method::Target,
    ///     trigger: Trigger::Interval,
    ///     paid: Decimal::ZERO,
    ///     granted: Decimal::ZERO,
    ///     threshold: None,
    ///     target: Some(Decimal::from(100)),
    ///     grants_target: false,
    ///     ignores_limits: false,
    ///     is_active: true,
    /// };
    /// let limits = PurchaseLimits { least: Some(Decimal::from(20)), most: None };
    /// let paid = |ongoing: i64| Ok(rule.interval_top_up(limits, Decimal::from(ongoing))?.map(|top_up| top_up.paid));
    /// assert_eq!(paid(95)?, Some(Decimal::from(20)), "raised to the least");
    /// assert_eq!(paid(100)?, None, "nothing lacks");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
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

    /// R-THR-2 to R-THR-6: what a threshold rule adds after a change of the ongoing balance, if anything. In credits;
    /// `pending` ones are bought and not paid yet.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::recurring::{Attempts, Method, PurchaseLimits, Rule, Trigger};
    ///
    /// let rule = Rule {
    ///     method: Method::Fixed,
    ///     trigger: Trigger::Threshold,
    ///     paid: Decimal::from(50),
    ///     granted: Decimal::ZERO,
    ///     threshold: Some(Decimal::from(10)),
    ///     target: None,
    ///     grants_target: false,
    ///     ignores_limits: false,
    ///     is_active: true,
    /// };
    /// let at = |ongoing: i64, pending: i64, attempts| {
    ///     let (ongoing, pending) = (Decimal::from(ongoing), Decimal::from(pending));
    ///     Ok(rule.threshold_top_up(PurchaseLimits::default(), ongoing, pending, attempts)?.map(|top_up| top_up.paid))
    /// };
    /// let none = Attempts::default();
    /// assert_eq!(at(10, 0, none)?, Some(Decimal::from(50)), "the threshold is included");
    /// assert_eq!(at(10, 50, none)?, None, "credits are on their way");
    /// let failed = Attempts { failed_minutes_ago: Some(Decimal::from(59)), settled_since: false };
    /// assert_eq!(at(10, 0, failed)?, None, "it waits an hour");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
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

    /// R-RULE-5, R-RULE-6: the rule's credits, or as many times these as lift the balance above the threshold, but no
    /// more than may be bought at once.
    fn refill(
        &self,
        limits: PurchaseLimits,
        ongoing: Decimal,
        pending: Decimal,
    ) -> Result<Decimal> {
        let refill = match self.threshold.filter(|_| self.paid.is_positive()) {
            Some(threshold) => {
                let gap = threshold
                    .try_sub(ongoing)?
                    .try_sub(self.granted)?
                    .try_sub(pending)?;
                let times = gap.try_div(self.paid, 0, Rounding::Floor)?.or_zero();
                self.paid.try_mul(times.try_add(Decimal::ONE)?)?
            }
            None => self.paid,
        };
        let most = limits.most.filter(|_| !self.ignores_limits);
        Ok(most.map_or(refill, |most| refill.min(most)))
    }
}
