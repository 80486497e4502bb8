//! Lago's wallet answers (section 1.1).

use core::cmp::Reverse;

use serde::Deserialize;

use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Kind, Status, Wallet};
use crate::time::Timestamp;
use crate::wire::flexprice::currency;
use crate::wire::tolerant::{Amount, nullable_list, time};

/// Applied last where a wallet says nothing of its priority.
const DEFAULT_PRIORITY: i64 = 50;

/// One element of `GET /wallets`.
#[derive(Debug, Deserialize)]
pub struct WalletJson {
    lago_id: String,
    code: Option<String>,
    status: Option<String>,
    currency: String,
    #[serde(default)]
    rate_amount: Amount,
    #[serde(default)]
    balance_cents: Amount,
    #[serde(default)]
    ongoing_balance_cents: Amount,
    priority: Option<i64>,
    created_at: Option<String>,
    expiration_at: Option<String>,
    /// Absent is unknown, empty is unrestricted (section 1.1).
    applies_to: Option<AppliesToJson>,
    recurring_transaction_rules: Option<Vec<RuleJson>>,
}

#[derive(Debug, Deserialize)]
struct AppliesToJson {
    #[serde(default, deserialize_with = "nullable_list")]
    fee_types: Vec<String>,
    #[serde(default, deserialize_with = "nullable_list")]
    billable_metric_codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct RuleJson {
    trigger: Option<String>,
    status: Option<String>,
}

/// Reads a customer's wallets, as listed: created last, listed first.
///
/// # Errors
/// `invalid_response`, `decimal_out_of_range`, with the path of the field.
pub fn wallets(list: &[WalletJson]) -> Result<Vec<Wallet>> {
    let mut wallets = Vec::with_capacity(list.len());
    let mut created = Vec::with_capacity(list.len());
    for (index, json) in list.iter().enumerate() {
        let path = move || format!("wallets[{index}].created_at");
        let at = time(json.created_at.as_deref(), path)?.unwrap_or(Timestamp(0));
        created.push((at, Reverse(index)));
        wallets.push(wallet(index, json)?);
    }
    // R-APP-2: the JSON gives seconds only; within one the list's order, reversed, is the order of creation.
    created.sort_unstable();
    for (order, (_, Reverse(index))) in created.into_iter().enumerate() {
        if let Some(wallet) = wallets.get_mut(index) {
            wallet.created_order = i64::try_from(order).unwrap_or(i64::MAX);
        }
    }
    Ok(wallets)
}

fn wallet(index: usize, json: &WalletJson) -> Result<Wallet> {
    let path = |field: &'static str| move || format!("wallets[{index}].{field}");
    let currency = currency(&json.currency, path("currency"))?;
    let exponent = i32::try_from(currency.lago_exponent()).unwrap_or(0);
    let money = |cents: Decimal| cents.shift(exponent.saturating_neg());
    let is_threshold = |rule: &RuleJson| {
        rule.trigger.as_deref() == Some("threshold")
            && rule
                .status
                .as_deref()
                .is_none_or(|status| status == "active")
    };
    Ok(Wallet {
        id: json.lago_id.clone(),
        code: json.code.clone(),
        currency,
        status: match json.status.as_deref() {
            None | Some("active") => Status::Active,
            Some(_) => Status::Inactive,
        },
        kind: Kind::Prepaid,
        priority: json.priority.unwrap_or(DEFAULT_PRIORITY),
        created_order: 0,
        rate: json
            .rate_amount
            .optional(path("rate_amount"))?
            .unwrap_or(Decimal::ONE),
        balance: money(json.balance_cents.required(path("balance_cents"))?)?,
        ongoing_balance: json
            .ongoing_balance_cents
            .optional(path("ongoing_balance_cents"))?
            .map(money)
            .transpose()?,
        freshness: Freshness::Undated,
        expires_at: time(json.expiration_at.as_deref(), path("expiration_at"))?,
        scope: match &json.applies_to {
            None => Scope::Unknown,
            Some(applies_to) => Scope::Limited(Limits {
                fee_types: applies_to.fee_types.clone(),
                metrics: applies_to.billable_metric_codes.clone(),
            }),
        },
        threshold_rule: json
            .recurring_transaction_rules
            .iter()
            .flatten()
            .any(is_threshold),
        grants: None,
    })
}
