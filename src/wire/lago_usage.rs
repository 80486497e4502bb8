//! Lago's usage that is not invoiced yet, out of the answers that tell it (section 1.7).

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::usage::{ChargeUsage, Fee, Period, ToldUsage};
use crate::time::Timestamp;
use crate::wire::field::Field;
use crate::wire::lago::money;
use crate::wire::source::Source;

const CHARGE: &str = "charge";

/// Reads `subscriptions`, each with its `subscription`, `plan` and `customer_usage`, and `invoices` with their fees.
///
/// # Errors
/// `invalid_response`, `decimal_out_of_range`, with the path of the field.
pub fn usage<S: Source>(json: &Field<S>) -> Result<ToldUsage> {
    let json = json.object()?;
    let mut told = ToldUsage::default();
    let mut spans = Vec::new();
    for entry in json.get("subscriptions").items()? {
        let entry = entry.object()?;
        told.periods.push(period(entry)?);
        spans.push(span(entry)?);
    }
    for entry in json.get("invoices").items()? {
        invoice(&entry, &spans, &mut told)?;
    }
    Ok(told)
}

/// When a subscription's running period is.
struct Span {
    lago_id: Option<String>,
    external_id: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

fn span<S: Source>(entry: &Field<S>) -> Result<Span> {
    let subscription = entry.get("subscription");
    let subscription = subscription.object()?;
    let usage = entry.get("customer_usage");
    Ok(Span {
        lago_id: text(subscription, "lago_id")?,
        external_id: text(subscription, "external_id")?,
        from: time(&usage, "from_datetime")?,
        to: time(&usage, "to_datetime")?,
    })
}

/// A charge as the plan has it.
struct Charge {
    /// Its id, its code, and that of its metric.
    names: [Option<String>; 3],
    in_advance: bool,
    accepts_target: bool,
}

/// R-ONG-2: the charges of a running period.
fn period<S: Source>(entry: &Field<S>) -> Result<Period> {
    let plan = charges(&entry.get("plan"))?;
    let usage = entry.get("customer_usage");
    let usage = usage.object()?;
    let currency = usage.get("currency").currency()?;
    let mut charges = Vec::new();
    for json in usage.get("charges_usage").items()? {
        charge_usage(&json, &plan, currency, &mut charges)?;
    }
    let told = usage.get("taxes_amount_cents");
    let taxes = told.required(money(&told, currency)?)?;
    if charges.is_empty() && !taxes.is_zero() {
        return Err(told.fault("has no charge to belong to"));
    }
    Ok(Period {
        currency,
        taxes,
        charges,
    })
}

fn charges<S: Source>(plan: &Field<S>) -> Result<Vec<Charge>> {
    let mut charges = Vec::new();
    for charge in plan.object()?.get("charges").items()? {
        let charge = charge.object()?;
        charges.push(Charge {
            names: [
                text(charge, "lago_id")?,
                text(charge, "code")?,
                text(charge, "billable_metric_code")?,
            ],
            in_advance: flag(charge, "pay_in_advance")?,
            accepts_target: flag(charge, "accepts_target_wallet")?,
        });
    }
    Ok(charges)
}

/// The usage of a charge, apart for each target wallet that it names.
fn charge_usage<S: Source>(
    json: &Field<S>,
    plan: &[Charge],
    currency: Currency,
    found: &mut Vec<ChargeUsage>,
) -> Result<()> {
    let json = json.object()?;
    let metric = json.get("billable_metric");
    let metric = metric.object()?.get("code").text()?;
    let charge = json.get("charge");
    let charge = charge.object()?;
    let planned = of_plan(
        plan,
        [
            text(charge, "lago_id")?,
            text(charge, "code")?,
            Some(metric.clone()),
        ],
    );
    let mut usage = ChargeUsage {
        amount: cents(json, "amount_cents", currency)?,
        key: FeeKey::new(CHARGE).metric(&metric),
        // One that the plan does not say so of counts: too much never allows too much.
        pay_in_advance: !planned.is_empty() && planned.iter().all(|charge| charge.in_advance),
        targets_hidden: false,
    };
    let mut is_grouped = false;
    for group in json.get("grouped_usage").optional_items()? {
        is_grouped = true;
        let group = group.object()?;
        if let Some(target) = target(&group.get("grouped_by"))? {
            let amount = cents(group, "amount_cents", currency)?;
            usage.amount = usage.amount.try_sub(amount)?;
            found.push(ChargeUsage {
                amount,
                key: usage.key.clone().target_wallet(&target),
                ..usage
            });
        }
    }
    if usage.amount.is_positive() {
        usage.targets_hidden = !is_grouped && planned.iter().any(|charge| charge.accepts_target);
        found.push(usage);
    }
    Ok(())
}

/// The plan's charges that one of the usage may be: a subscription that overrides its plan has charges with ids of
/// their own, and older servers give charges no codes.
fn of_plan(plan: &[Charge], names: [Option<String>; 3]) -> Vec<&Charge> {
    for (place, name) in names.iter().enumerate() {
        let same = |charge: &&Charge| name.is_some() && charge.names.get(place) == Some(name);
        let found: Vec<&Charge> = plan.iter().filter(same).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// R-ONG-3, R-ONG-4: a draft, or what progressive billing has invoiced of a running period.
fn invoice<S: Source>(json: &Field<S>, spans: &[Span], told: &mut ToldUsage) -> Result<()> {
    let json = json.object()?;
    let currency = json.get("currency").currency()?;
    let status = json.get("status").text()?;
    let is_draft = status == "draft";
    if is_draft {
        if cents(json, "total_amount_cents", currency)?.is_zero() {
            return Ok(());
        }
    } else {
        let is_billed = status == "finalized" || status == "failed";
        if !is_billed || json.get("invoice_type").text()? != "progressive_billing" {
            return Ok(());
        }
    }
    for entry in json.get("fees").items()? {
        let entry = entry.object()?;
        if is_draft {
            told.drafts.push(fee(entry, currency)?);
        } else if is_running(entry, spans)? {
            told.progressive.push(fee(entry, currency)?);
        }
    }
    Ok(())
}

/// Whether a fee's period is the one that its subscription is in. What does not tell is not: subtracting too little
/// never allows too much.
fn is_running<S: Source>(fee: &Field<S>, spans: &[Span]) -> Result<bool> {
    let lago_id = text(fee, "lago_subscription_id")?;
    let external_id = text(fee, "external_subscription_id")?;
    let from = time(fee, "from_date")?;
    let to = time(fee, "to_date")?;
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let before = |a: Option<Timestamp>, b: Option<Timestamp>| a.zip(b).is_some_and(|(a, b)| a <= b);
    Ok(spans.iter().any(|span| {
        (same(&span.lago_id, &lago_id) || same(&span.external_id, &external_id))
            && before(span.from, to)
            && before(from, span.to)
    }))
}

/// A fee of an invoice, of any type.
fn fee<S: Source>(json: &Field<S>, currency: Currency) -> Result<Fee> {
    let item = json.get("item");
    let item = item.object()?;
    let fee_type = item.get("type").text()?;
    let metric = if fee_type == CHARGE {
        text(item, "code")?
    } else {
        None
    };
    let told = json.get("amount_currency");
    let currency = if told.source()?.is_absent() {
        currency
    } else {
        told.currency()?
    };
    let coupons = money(&json.get("precise_coupons_amount_cents"), currency)?;
    Ok(Fee {
        key: FeeKey {
            fee_type,
            metric,
            target_wallet: target(&item.get("grouped_by"))?,
        },
        currency,
        amount: cents(json, "amount_cents", currency)?,
        taxes: cents(json, "taxes_amount_cents", currency)?,
        coupons: coupons.unwrap_or_default(),
    })
}

/// R-APP-4: the wallet that usage names.
fn target<S: Source>(grouped_by: &Field<S>) -> Result<Option<String>> {
    match grouped_by.optional_object()? {
        Some(by) => text(by, "target_wallet_code"),
        None => Ok(None),
    }
}

// What is read at many places is one function each: inlined, they would be a quarter of the module.

/// Currency units, of an amount in minor units that must be there.
#[inline(never)]
fn cents<S: Source>(json: &Field<S>, key: &'static str, currency: Currency) -> Result<Decimal> {
    let amount = json.get(key);
    amount.required(money(&amount, currency)?)
}

#[inline(never)]
fn text<S: Source>(json: &Field<S>, key: &'static str) -> Result<Option<String>> {
    json.get(key).optional_text()
}

#[inline(never)]
fn time<S: Source>(json: &Field<S>, key: &'static str) -> Result<Option<Timestamp>> {
    json.get(key).optional_time()
}

/// False where it is absent.
#[inline(never)]
fn flag<S: Source>(json: &Field<S>, key: &'static str) -> Result<bool> {
    Ok(json.get(key).optional_bool()?.unwrap_or_default())
}
