//! Flexprice's wallet answers, in today's shape and the documented earlier ones (section 1, section 7).

use serde::Deserialize;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::scope::Scope;
use crate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use crate::time::Timestamp;
use crate::wire::tolerant::{Amount, time};

/// One element of `GET /customers/wallets`: WalletBalanceResponse, WalletResponse, or their older shapes.
#[derive(Debug, Deserialize)]
pub struct WalletJson {
    id: String,
    currency: String,
    #[serde(default)]
    balance: Amount,
    wallet_status: Option<String>,
    wallet_type: Option<String>,
    #[serde(default)]
    conversion_rate: Amount,
    #[serde(default)]
    real_time_balance: Amount,
    is_cached_fallback: Option<bool>,
    status: Option<String>,
}

impl WalletJson {
    /// The provider's id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// One element of `GET /wallets/{id}/transactions`.
#[derive(Debug, Deserialize)]
pub struct TransactionJson {
    #[serde(rename = "type")]
    direction: Option<String>,
    transaction_status: Option<String>,
    #[serde(default)]
    credits_available: Amount,
    expiry_date: Option<String>,
    status: Option<String>,
}

/// Reads a wallet; `index` is its place in the answer.
///
/// # Errors
/// `invalid_response`, `decimal_out_of_range`, with the path of the field.
pub fn wallet(
    index: usize,
    json: &WalletJson,
    grants: Option<&[TransactionJson]>,
) -> Result<Wallet> {
    let path = |field: &'static str| move || format!("wallets[{index}].{field}");
    let is_published = json
        .status
        .as_deref()
        .is_none_or(|status| status == "published");
    let is_active = json
        .wallet_status
        .as_deref()
        .is_none_or(|status| status == "active");
    let read_grants = |list: &[TransactionJson]| {
        let usable = list.iter().enumerate().filter(|(_, json)| is_usable(json));
        usable
            .map(|(place, json)| grant(index, place, json))
            .collect::<Result<Vec<_>>>()
    };
    Ok(Wallet {
        id: json.id.clone(),
        code: None,
        currency: currency(&json.currency, path("currency"))?,
        status: if is_published && is_active {
            Status::Active
        } else {
            Status::Inactive
        },
        kind: match json.wallet_type.as_deref() {
            // PROMOTIONAL is the former name of credits that were given (section 7).
            None | Some("PRE_PAID" | "PROMOTIONAL") => Kind::Prepaid,
            // A type we do not know is not taken for money paid in advance.
            Some(_) => Kind::Postpaid,
        },
        priority: 0,
        created_order: 0,
        rate: json
            .conversion_rate
            .optional(path("conversion_rate"))?
            .unwrap_or(Decimal::ONE),
        balance: json.balance.required(path("balance"))?,
        ongoing_balance: json.real_time_balance.optional(path("real_time_balance"))?,
        // Absence reads as true (section 1.2).
        freshness: match json.is_cached_fallback {
            Some(false) => Freshness::Computed,
            _ => Freshness::CachedFallback,
        },
        expires_at: None,
        scope: Scope::unrestricted(),
        threshold_rule: false,
        grants: grants.map(read_grants).transpose()?,
    })
}

/// flexprice 19, but for the time.
fn is_usable(json: &TransactionJson) -> bool {
    json.direction.as_deref() == Some("credit")
        && json.transaction_status.as_deref() == Some("completed")
        && json
            .status
            .as_deref()
            .is_none_or(|status| status == "published")
}

fn grant(wallet: usize, index: usize, json: &TransactionJson) -> Result<Grant> {
    let path = |field: &'static str| move || format!("wallets[{wallet}].grants[{index}].{field}");
    let credits_available = json.credits_available.required(path("credits_available"))?;
    let expires_at: Option<Timestamp> = time(json.expiry_date.as_deref(), path("expiry_date"))?;
    Ok(Grant {
        credits_available: credits_available.or_zero(),
        expires_at,
    })
}

pub(super) fn currency(code: &str, path: impl Fn() -> String) -> Result<Currency> {
    Currency::parse(code)
        .map_err(|_| crate::error::Error::invalid_response(&path(), "is not a currency code"))
}
