//! Flexprice's wallet answers, in today's shape and the documented earlier ones (section 1, section 7).

use crate::error::Result;
use crate::model::scope::Scope;
use crate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use crate::wire::field::Field;
use crate::wire::source::Source;

/// Reads the elements of `GET /customers/wallets`: WalletBalanceResponse, WalletResponse, or their older shapes.
/// `grants_of` answers what `GET /wallets/{id}/transactions` listed, where that was fetched.
///
/// # Errors
/// `invalid_response`, `decimal_out_of_range`, with the path of the field.
pub fn wallets<S: Source>(
    list: &Field<S>,
    grants_of: impl Fn(&str) -> Option<S>,
) -> Result<Vec<Wallet>> {
    list.items()?
        .map(|json| wallet(json.object()?, &grants_of))
        .collect()
}

fn wallet<S: Source>(json: &Field<S>, grants_of: &impl Fn(&str) -> Option<S>) -> Result<Wallet> {
    let id = json.get("id").text()?;
    let is_active = is_absent_or(&json.get("wallet_status"), "active")?;
    let grants = grants_of(&id);
    Ok(Wallet {
        id,
        // It is for show: one that cannot be read must not cost an answer.
        name: json.get("name").optional_text().unwrap_or_default(),
        code: None,
        currency: json.get("currency").currency()?,
        status: if is_active && is_published(json)? {
            Status::Active
        } else {
            Status::Inactive
        },
        kind: match json.get("wallet_type").optional_text()?.as_deref() {
            // PROMOTIONAL is the former name of credits that were given (section 7).
            None | Some("PRE_PAID" | "PROMOTIONAL") => Kind::Prepaid,
            // A type we do not know is not taken for money paid in advance.
            Some(_) => Kind::Postpaid,
        },
        priority: 0,
        created_order: 0,
        rate: json.get("conversion_rate").rate()?,
        balance: json.get("balance").amount()?,
        ongoing_balance: json.get("real_time_balance").optional_amount()?,
        // Absence reads as true (section 1.2).
        freshness: match json.get("is_cached_fallback").optional_bool()? {
            Some(false) => Freshness::Computed,
            _ => Freshness::CachedFallback,
        },
        expires_at: None,
        scope: Scope::unrestricted(),
        threshold_rule: false,
        grants: grants
            .map(|list| read_grants(&json.with("grants", list)))
            .transpose()?,
    })
}

/// The lots that can be used, but for the time (flexprice 19).
fn read_grants<S: Source>(list: &Field<S>) -> Result<Vec<Grant>> {
    let mut grants = Vec::new();
    for json in list.items()? {
        let json = json.object()?;
        if is(&json.get("type"), "credit")?
            && is(&json.get("transaction_status"), "completed")?
            && is_published(json)?
        {
            grants.push(Grant {
                credits_available: json.get("credits_available").amount()?.or_zero(),
                expires_at: json.get("expiry_date").optional_time()?,
            });
        }
    }
    Ok(grants)
}

fn is_published<S: Source>(json: &Field<S>) -> Result<bool> {
    is_absent_or(&json.get("status"), "published")
}

fn is<S: Source>(json: &Field<S>, text: &str) -> Result<bool> {
    Ok(json.optional_text()?.as_deref() == Some(text))
}

fn is_absent_or<S: Source>(json: &Field<S>, text: &str) -> Result<bool> {
    Ok(json.optional_text()?.is_none_or(|told| told == text))
}
