//! Lots of credits: `credits.*`, `grant.*`, `duration`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::{ById, or_default};
use super::{instant, required_instant};
use crate::decimal::Decimal;
use crate::engine::credits::{self, Credit};
use crate::engine::grants;
use crate::engine::ties::Ties;
use crate::error::{Error, Result};

/// What a debit that is not covered answers (flexprice 22).
pub(super) const INSUFFICIENT: &str = "insufficient balance";

/// The one debit that may leave something uncovered (flexprice 22).
pub(super) const MANUAL_DEBIT: &str = "MANUAL_BALANCE_DEBIT";

/// `credits.consume`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ConsumeRequest {
    credit_balance: Decimal,
    time_reference: String,
    debit_credits: Decimal,
    reason: String,
    #[serde(default, deserialize_with = "or_default")]
    credits: Vec<CreditIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditIn {
    id: String,
    credit_amount: Decimal,
    credits_available: Decimal,
    priority: Option<i64>,
    expiry: Option<String>,
    status: Option<String>,
}

impl CreditIn {
    fn read(&self) -> Result<Credit> {
        Ok(Credit {
            amount: self.credit_amount,
            available: self.credits_available,
            priority: self.priority,
            expiry: instant(self.expiry.as_deref(), "expiry")?,
            is_completed: is_completed(self.status.as_deref()),
        })
    }
}

fn is_completed(status: Option<&str>) -> bool {
    status.is_none_or(|status| status == "completed")
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in super::super) enum ConsumeAnswer {
    Refused {
        error: &'static str,
        error_code: &'static str,
        http_status: u16,
        credit_balance_after: Decimal,
    },
    Consumed {
        consumed_order: Vec<String>,
        remaining_by_credit: ById<Decimal>,
        credit_balance_after: Decimal,
    },
}

pub(in super::super) fn consume(request: ConsumeRequest, ties: Ties) -> Result<ConsumeAnswer> {
    let reference = required_instant(&request.time_reference, "time_reference")?;
    let list = request
        .credits
        .iter()
        .map(CreditIn::read)
        .collect::<Result<Vec<_>>>()?;
    let consumption = credits::consume(&list, request.debit_credits, reference, ties)?;
    if consumption.uncovered.is_positive() && request.reason != MANUAL_DEBIT {
        return Ok(ConsumeAnswer::Refused {
            error: INSUFFICIENT,
            error_code: "invalid_operation",
            http_status: 400,
            credit_balance_after: request.credit_balance,
        });
    }
    let id = |index: &usize| request.credits.get(*index).map(|credit| credit.id.clone());
    let ids = request.credits.iter().map(|credit| credit.id.as_str());
    Ok(ConsumeAnswer::Consumed {
        consumed_order: consumption
            .taken
            .iter()
            .filter_map(|(index, _)| id(index))
            .collect(),
        remaining_by_credit: remaining(ids, &list, &consumption.taken)?,
        credit_balance_after: request.credit_balance.try_sub(request.debit_credits)?,
    })
}

/// What is left of each credit.
pub(super) fn remaining<'a>(
    ids: impl Iterator<Item = &'a str>,
    list: &[Credit],
    taken: &[(usize, Decimal)],
) -> Result<ById<Decimal>> {
    let mut remaining = Vec::with_capacity(list.len());
    for (index, (id, credit)) in ids.zip(list).enumerate() {
        let shares = taken
            .iter()
            .filter(|(place, _)| *place == index)
            .map(|(_, share)| *share);
        remaining.push((
            id.to_owned(),
            credit.available.try_sub(Decimal::sum(shares)?)?,
        ));
    }
    Ok(ById(remaining))
}

/// `credits.breakdown`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BreakdownRequest {
    #[serde(default, deserialize_with = "or_default")]
    credits: Vec<ReasonedIn>,
    /// Expiry is ignored (flexprice 46).
    #[serde(rename = "now")]
    _now: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonedIn {
    reason: String,
    credits_available: Decimal,
    status: Option<String>,
    #[serde(rename = "expiry")]
    _expiry: Option<IgnoredAny>,
}

#[derive(Serialize)]
pub(in super::super) struct BreakdownAnswer {
    breakdown_present: bool,
    purchased: Option<Decimal>,
    free: Option<Decimal>,
}

pub(in super::super) fn breakdown(request: BreakdownRequest) -> Result<BreakdownAnswer> {
    let completed = request
        .credits
        .iter()
        .filter(|credit| is_completed(credit.status.as_deref()));
    let sums = credits::breakdown(
        completed.map(|credit| (credit.reason.as_str(), credit.credits_available)),
    )?;
    Ok(BreakdownAnswer {
        breakdown_present: sums.is_some(),
        purchased: sums.map(|sums| sums.purchased),
        free: sums.map(|sums| sums.free),
    })
}

/// `credits.expiry_sweep`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SweepRequest {
    now: String,
    #[serde(default, deserialize_with = "or_default")]
    credits: Vec<ExpiringIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpiringIn {
    id: String,
    expiry: Option<String>,
    credits_available: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct SweepAnswer {
    swept: Vec<String>,
}

pub(in super::super) fn sweep(request: SweepRequest) -> Result<SweepAnswer> {
    let now = required_instant(&request.now, "now")?;
    let mut swept = Vec::new();
    for credit in request.credits {
        let expiry = instant(credit.expiry.as_deref(), "expiry")?;
        if credit.credits_available.is_positive()
            && expiry.is_some_and(|expiry| credits::is_swept(expiry, now))
        {
            swept.push(credit.id);
        }
    }
    Ok(SweepAnswer { swept })
}

/// `duration`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DurationRequest {
    value: i64,
    unit: String,
}

#[derive(Serialize)]
pub(in super::super) struct DurationAnswer {
    valid: bool,
    seconds: Option<i64>,
}

pub(in super::super) fn duration(request: DurationRequest) -> Result<DurationAnswer> {
    let seconds = grants::duration_seconds(request.value, &request.unit);
    Ok(DurationAnswer {
        valid: seconds.is_some(),
        seconds,
    })
}

/// `grant.expiry`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ExpiryRequest {
    now: String,
    duration: Option<i64>,
    unit: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct ExpiryAnswer {
    expiry: Option<String>,
}

pub(in super::super) fn expiry(request: ExpiryRequest) -> Result<ExpiryAnswer> {
    let now = required_instant(&request.now, "now")?;
    let expiry = match (request.duration, request.unit) {
        (Some(duration), Some(unit)) => grants::expiry(now, duration, &unit)?,
        _ => None,
    };
    Ok(ExpiryAnswer {
        expiry: expiry.map(|expiry| expiry.to_string()),
    })
}

/// `grant.proration`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ProrationRequest {
    period_start: String,
    period_end: String,
    proration_date: String,
    credits: Decimal,
    strategy: String,
}

#[derive(Serialize)]
pub(in super::super) struct ProrationAnswer {
    coefficient: Decimal,
    prorated_credits: Decimal,
}

pub(in super::super) fn proration(request: ProrationRequest) -> Result<ProrationAnswer> {
    if request.strategy != "second_based" {
        return Err(Error::invalid_input("strategy", "must be `second_based`"));
    }
    let (coefficient, prorated_credits) = grants::prorate(
        required_instant(&request.period_start, "period_start")?,
        required_instant(&request.period_end, "period_end")?,
        required_instant(&request.proration_date, "proration_date")?,
        request.credits,
    )?;
    Ok(ProrationAnswer {
        coefficient,
        prorated_credits,
    })
}
