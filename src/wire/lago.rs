//! Lago's wallet answers (section 1.1).

use core::cmp::Reverse;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Kind, Status, Wallet};
use crate::sort::sorted;
use crate::time::Timestamp;
use crate::wire::field::Field;
use crate::wire::source::Source;

/// Applied last where a wallet says nothing of its priority.
const DEFAULT_PRIORITY: i64 = 50;

/// Reads the elements of `GET /wallets`, as listed: created last, listed first.
///
/// # Errors
/// `invalid_response`, `decimal_out_of_range`, with the path of the field.
pub fn wallets<S: Source>(list: &Field<S>) -> Result<Vec<Wallet>> {
    let mut wallets = Vec::new();
    let mut created = Vec::new();
    for (index, json) in list.items()?.enumerate() {
        let json = json.object()?;
        let at = json.get("created_at").optional_time()?;
        created.push((at.unwrap_or(Timestamp(0)), Reverse(index)));
        wallets.push(wallet(json)?);
    }
    // R-APP-2: the JSON gives seconds only; within one the list's order, reversed, is the order of creation.
    let oldest_first = sorted(&created, Ord::cmp);
    for (order, (_, Reverse(index))) in oldest_first.into_iter().enumerate() {
        if let Some(wallet) = wallets.get_mut(index) {
            wallet.created_order = i64::try_from(order).unwrap_or(i64::MAX);
        }
    }
    Ok(wallets)
}

fn wallet<S: Source>(json: &Field<S>) -> Result<Wallet> {
    let currency = json.get("currency").currency()?;
    let balance = json.get("balance_cents");
    let ongoing_balance = json.get("ongoing_balance_cents");
    Ok(Wallet {
        id: json.get("lago_id").text()?,
        // It is for show: one that cannot be read must not cost an answer.
        name: json.get("name").optional_text().unwrap_or_default(),
        code: json.get("code").optional_text()?,
        currency,
        status: if is_active(json)? {
            Status::Active
        } else {
            Status::Inactive
        },
        kind: Kind::Prepaid,
        priority: json
            .get("priority")
            .optional_integer()?
            .unwrap_or(DEFAULT_PRIORITY),
        created_order: 0,
        rate: json.get("rate_amount").rate()?,
        balance: balance.required(money(&balance, currency)?)?,
        ongoing_balance: money(&ongoing_balance, currency)?,
        freshness: Freshness::Undated,
        expires_at: json.get("expiration_at").optional_time()?,
        scope: scope(&json.get("applies_to"))?,
        threshold_rule: has_threshold_rule(&json.get("recurring_transaction_rules"))?,
        grants: None,
    })
}

/// Currency units, of an amount in minor units.
pub(super) fn money<S: Source>(cents: &Field<S>, currency: Currency) -> Result<Option<Decimal>> {
    let exponent = i32::try_from(currency.lago_exponent()).unwrap_or(0);
    let units = |amount: Decimal| amount.shift(exponent.saturating_neg());
    cents
        .optional_amount()?
        .map(|amount| units(amount).map_err(|error| error.at(&cents.path())))
        .transpose()
}

/// Absent is unknown, empty is unrestricted (section 1.1).
fn scope<S: Source>(applies_to: &Field<S>) -> Result<Scope> {
    let Some(applies_to) = applies_to.optional_object()? else {
        return Ok(Scope::Unknown);
    };
    Ok(Scope::Limited(Limits {
        fee_types: applies_to.get("fee_types").texts()?,
        metrics: applies_to.get("billable_metric_codes").texts()?,
    }))
}

fn has_threshold_rule<S: Source>(rules: &Field<S>) -> Result<bool> {
    for rule in rules.optional_items()? {
        let rule = rule.object()?;
        let trigger = rule.get("trigger").optional_text()?;
        if trigger.as_deref() == Some("threshold") && is_active(rule)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of a wallet or a rule.
fn is_active<S: Source>(json: &Field<S>) -> Result<bool> {
    let status = json.get("status").optional_text()?;
    Ok(status.is_none_or(|status| status == "active"))
}
