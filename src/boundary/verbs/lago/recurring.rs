//! Recurring rules (R-RULE, R-THR, R-INT).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{currency, instant, or_default};
use crate::decimal::Decimal;
use crate::engine::conversion::lago_credits_unrounded;
use crate::engine::interval::{Interval, Moment, Schedule};
use crate::engine::recurring::{Attempts, Method, PurchaseLimits, Rule, TopUp, Trigger};
use crate::error::{Error, Result};
use crate::time::{Date, Timestamp};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MethodIn {
    Fixed,
    Target,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum TriggerIn {
    Interval,
    Threshold,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleIn {
    method: Option<MethodIn>,
    trigger: Option<TriggerIn>,
    #[serde(default, deserialize_with = "or_default")]
    paid_credits: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    granted_credits: Decimal,
    threshold_credits: Option<Decimal>,
    target_ongoing_balance: Option<Decimal>,
    grants_target_top_up: Option<bool>,
    ignore_paid_top_up_limits: Option<bool>,
    status: Option<String>,
    expired: Option<bool>,
}

impl RuleIn {
    fn read(self) -> Rule {
        let is_active = matches!(self.status.as_deref(), None | Some("active"));
        Rule {
            method: match self.method {
                None | Some(MethodIn::Fixed) => Method::Fixed,
                Some(MethodIn::Target) => Method::Target,
            },
            trigger: match self.trigger {
                None | Some(TriggerIn::Interval) => Trigger::Interval,
                Some(TriggerIn::Threshold) => Trigger::Threshold,
            },
            paid: self.paid_credits,
            granted: self.granted_credits,
            threshold: self.threshold_credits,
            target: self.target_ongoing_balance,
            grants_target: self.grants_target_top_up.unwrap_or_default(),
            ignores_limits: self.ignore_paid_top_up_limits.unwrap_or_default(),
            is_active: is_active && !self.expired.unwrap_or_default(),
        }
    }
}

/// The wallet of a rule.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitedWalletIn {
    rate_amount: Option<Decimal>,
    paid_top_up_min_amount_cents: Option<Decimal>,
    paid_top_up_max_amount_cents: Option<Decimal>,
    credits_ongoing_balance: Option<Decimal>,
}

impl LimitedWalletIn {
    /// R-CONV-7.
    fn limits(&self) -> Result<PurchaseLimits> {
        let exponent = currency(None)?.lago_exponent();
        let rate = self.rate_amount.unwrap_or(Decimal::ONE);
        let credits = |cents: Option<Decimal>| {
            cents
                .map(|cents| lago_credits_unrounded(cents, exponent, rate))
                .transpose()
        };
        Ok(PurchaseLimits {
            least: credits(self.paid_top_up_min_amount_cents)?,
            most: credits(self.paid_top_up_max_amount_cents)?,
        })
    }

    /// The ongoing balance: given beside the wallet or with it.
    fn ongoing(&self, beside: Option<Decimal>) -> Decimal {
        beside.or(self.credits_ongoing_balance).unwrap_or_default()
    }
}

/// `rule.paid_credits`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct PaidCreditsRequest {
    rule: RuleIn,
    #[serde(default, deserialize_with = "or_default")]
    wallet: LimitedWalletIn,
    credits_ongoing_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    pending_credits: Decimal,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct PaidCreditsAnswer {
    paid_credits: Decimal,
}

pub(in crate::boundary::verbs) fn paid_credits(
    request: PaidCreditsRequest,
) -> Result<PaidCreditsAnswer> {
    let limits = request.wallet.limits()?;
    let ongoing = request.wallet.ongoing(request.credits_ongoing_balance);
    let rule = request.rule.read();
    Ok(PaidCreditsAnswer {
        paid_credits: rule.paid_credits(limits, ongoing, request.pending_credits)?,
    })
}

/// `rule.granted_credits`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct GrantedCreditsRequest {
    rule: RuleIn,
    #[serde(default, deserialize_with = "or_default")]
    credits_ongoing_balance: Decimal,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct GrantedCreditsAnswer {
    granted_credits: Decimal,
}

pub(in crate::boundary::verbs) fn granted_credits(
    request: GrantedCreditsRequest,
) -> Result<GrantedCreditsAnswer> {
    let rule = request.rule.read();
    Ok(GrantedCreditsAnswer {
        granted_credits: rule.granted_credits(request.credits_ongoing_balance)?,
    })
}

/// What a rule's job is told to add, if it is enqueued.
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct TopUpAnswer {
    enqueued: bool,
    paid_credits: Option<Decimal>,
    granted_credits: Option<Decimal>,
    ignore_paid_top_up_limits: Option<bool>,
}

impl From<Option<TopUp>> for TopUpAnswer {
    fn from(top_up: Option<TopUp>) -> Self {
        Self {
            enqueued: top_up.is_some(),
            paid_credits: top_up.map(|top_up| top_up.paid),
            granted_credits: top_up.map(|top_up| top_up.granted),
            ignore_paid_top_up_limits: top_up.map(|top_up| top_up.ignores_limits),
        }
    }
}

/// `interval.amounts`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct IntervalAmountsRequest {
    rule: RuleIn,
    #[serde(default, deserialize_with = "or_default")]
    wallet: LimitedWalletIn,
    credits_ongoing_balance: Option<Decimal>,
}

pub(in crate::boundary::verbs) fn interval_amounts(
    request: IntervalAmountsRequest,
) -> Result<TopUpAnswer> {
    let limits = request.wallet.limits()?;
    let ongoing = request.wallet.ongoing(request.credits_ongoing_balance);
    let rule = request.rule.read();
    Ok(rule.interval_top_up(limits, ongoing)?.into())
}

/// `threshold.top_up`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct ThresholdTopUpRequest {
    wallet: LimitedWalletIn,
    rule: RuleIn,
    #[serde(default, deserialize_with = "or_default")]
    pending_credits: Decimal,
    state_changed: Option<bool>,
    last_failed_automatic_purchase_minutes_ago: Option<Decimal>,
    purchase_settled_since_failure: Option<bool>,
}

pub(in crate::boundary::verbs) fn threshold_top_up(
    request: ThresholdTopUpRequest,
) -> Result<TopUpAnswer> {
    // R-THR-1.
    if request.state_changed == Some(false) {
        return Ok(None.into());
    }
    let limits = request.wallet.limits()?;
    let ongoing = request.wallet.ongoing(None);
    let attempts = Attempts {
        failed_minutes_ago: request.last_failed_automatic_purchase_minutes_ago,
        settled_since: request.purchase_settled_since_failure.unwrap_or_default(),
    };
    let pending = request.pending_credits;
    let rule = request.rule.read();
    Ok(rule
        .threshold_top_up(limits, ongoing, pending, attempts)?
        .into())
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum IntervalIn {
    Weekly,
    Monthly,
    Quarterly,
    Semiannual,
    Yearly,
}

impl From<IntervalIn> for Interval {
    fn from(interval: IntervalIn) -> Self {
        match interval {
            IntervalIn::Weekly => Self::Weekly,
            IntervalIn::Monthly => Self::Monthly,
            IntervalIn::Quarterly => Self::Quarterly,
            IntervalIn::Semiannual => Self::Semiannual,
            IntervalIn::Yearly => Self::Yearly,
        }
    }
}

/// `interval.due`
///
/// The engine has no time-zone database: for a time zone other than UTC the caller says in `local` what its clocks
/// show at each instant, as `YYYY-MM-DDTHH:MM:SS`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct IntervalDueRequest {
    interval: IntervalIn,
    wallet_created_at: String,
    rule_started_at: Option<String>,
    rule_expiration_at: Option<String>,
    now: String,
    timezone: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    interval_top_ups_at: Vec<String>,
    local: Option<LocalIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalIn {
    wallet_created_at: String,
    rule_started_at: Option<String>,
    #[serde(rename = "rule_expiration_at")]
    _rule_expiration_at: Option<IgnoredAny>,
    now: String,
    #[serde(default, deserialize_with = "or_default")]
    interval_top_ups_at: Vec<String>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct IntervalDueAnswer {
    due: bool,
}

pub(in crate::boundary::verbs) fn interval_due(
    request: IntervalDueRequest,
) -> Result<IntervalDueAnswer> {
    let local = request.local.as_ref();
    if local.is_none() && !matches!(request.timezone.as_deref(), None | Some("UTC")) {
        let message = "is missing: what the clocks of `timezone` show";
        return Err(Error::invalid_input("local", message));
    }
    let now = moment(&request.now, local.map(|local| &local.now), "now")?;
    let wallet_created = moment(
        &request.wallet_created_at,
        local.map(|local| &local.wallet_created_at),
        "wallet_created_at",
    )?;
    let started = request.rule_started_at.as_deref().map(|started| {
        let path = "rule_started_at";
        let shown = local.map(|local| local.rule_started_at.as_ref().ok_or_else(|| missing(path)));
        moment(started, shown.transpose()?, path)
    });
    let path = "rule_expiration_at";
    let expiration = request.rule_expiration_at.as_deref();
    let top_ups = &request.interval_top_ups_at;
    let topped_up_on = top_ups.iter().enumerate().map(|(index, at)| {
        let path = "interval_top_ups_at";
        let shown = local.map(|local| {
            let shown = local.interval_top_ups_at.get(index);
            shown.ok_or_else(|| missing(path))
        });
        moment(at, shown.transpose()?, path).map(|moment| moment.date)
    });
    let schedule = Schedule {
        interval: request.interval.into(),
        wallet_created,
        started: started.transpose()?,
        expires_at: expiration.map(|at| instant(at, path)).transpose()?,
        topped_up_on: topped_up_on.collect::<Result<Vec<_>>>()?,
    };
    Ok(IntervalDueAnswer {
        due: schedule.is_due(now),
    })
}

fn missing(key: &str) -> Error {
    Error::invalid_input(&format!("local.{key}"), "is missing")
}

/// An instant, and the day of what the clocks show at it: UTC's unless said otherwise.
fn moment(at: &str, shown: Option<&String>, path: &str) -> Result<Moment> {
    let at = instant(at, path)?;
    let clock = match shown {
        None => at,
        Some(shown) => Timestamp::parse(&format!("{shown}Z")).map_err(|_| {
            let message = "not a local time, `YYYY-MM-DDTHH:MM:SS`";
            Error::invalid_input(&format!("local.{path}"), message)
        })?,
    };
    let date = Date::of(clock).ok_or_else(|| Error::invalid_input(path, "not a date"))?;
    Ok(Moment { at, date })
}
