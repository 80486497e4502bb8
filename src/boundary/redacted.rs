//! Wallets as their provider would send them, with nothing but what the rules read: what a browser may be given.

use super::target::Target;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::scope::{Limits, Scope};
use crate::model::snapshot::Snapshot;
use crate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use crate::sort::sorted;
use crate::time::Timestamp;

/// `RedactedWallets` of `js/engine/types.ts`. Read again, it is the same snapshot.
///
/// # Errors
/// `decimal_out_of_range`.
pub fn wallets<T: Target>(snapshot: &Snapshot) -> Result<T> {
    let told = T::object();
    if snapshot.profile.is_lago() {
        // Listed as Lago does, created last first: where no time of creation is told, the list's order says it (R-APP-2).
        let wallets: Vec<&Wallet> = snapshot.wallets.iter().collect();
        let listed = sorted(&wallets, |a, b| b.created_order.cmp(&a.created_order));
        let listed: Vec<T> = listed.into_iter().map(lago).collect::<Result<_>>()?;
        return Ok(told.with("wallets", T::list(listed.into_iter())));
    }
    let wallets = snapshot.wallets.iter();
    let grants = wallets.clone().filter_map(|wallet| {
        let list = wallet.grants.as_ref()?;
        let grants = T::list(list.iter().map(grant));
        Some(T::list([T::text(&wallet.id), grants].into_iter()))
    });
    Ok(told
        .with("wallets", T::list(wallets.map(flexprice)))
        .with("grants", T::list(grants)))
}

fn lago<T: Target>(wallet: &Wallet) -> Result<T> {
    let exponent = i32::try_from(wallet.currency.lago_exponent()).unwrap_or(0);
    let cents = |money: Decimal| money.shift(exponent).map(T::decimal);
    let ongoing = wallet.ongoing_balance.map(cents).transpose()?;
    let told = T::object()
        .with("lago_id", T::text(&wallet.id))
        .with("name", or_null(wallet.name.as_deref()))
        .with("code", or_null(wallet.code.as_deref()))
        .with("currency", T::text(wallet.currency.code()))
        .with(
            "status",
            T::literal(match wallet.status {
                Status::Active => "active",
                Status::Inactive => "terminated",
            }),
        )
        .with("priority", T::integer(wallet.priority))
        .with("rate_amount", T::decimal(wallet.rate))
        .with("balance_cents", cents(wallet.balance)?)
        .with("ongoing_balance_cents", T::or_null(ongoing))
        .with("expiration_at", time(wallet.expires_at))
        .with("recurring_transaction_rules", T::list(rule(wallet)));
    Ok(match &wallet.scope {
        // Absent and empty are different things.
        Scope::Unknown => told,
        Scope::Limited(limits) => told.with("applies_to", applies_to(limits)),
    })
}

fn rule<T: Target>(wallet: &Wallet) -> impl Iterator<Item = T> {
    let rule = || {
        T::object()
            .with("trigger", T::literal("threshold"))
            .with("status", T::literal("active"))
    };
    wallet.threshold_rule.then(rule).into_iter()
}

fn applies_to<T: Target>(limits: &Limits) -> T {
    let texts = |list: &[String]| T::list(list.iter().map(|text| T::text(text)));
    T::object()
        .with("fee_types", texts(&limits.fee_types))
        .with("billable_metric_codes", texts(&limits.metrics))
}

fn flexprice<T: Target>(wallet: &Wallet) -> T {
    T::object()
        .with("id", T::text(&wallet.id))
        .with("name", or_null(wallet.name.as_deref()))
        .with("currency", T::text(wallet.currency.code()))
        .with(
            "wallet_status",
            T::literal(match wallet.status {
                Status::Active => "active",
                Status::Inactive => "closed",
            }),
        )
        .with(
            "wallet_type",
            T::literal(match wallet.kind {
                Kind::Prepaid => "PRE_PAID",
                Kind::Postpaid => "POST_PAID",
            }),
        )
        .with("conversion_rate", T::decimal(wallet.rate))
        .with("balance", T::decimal(wallet.balance))
        .with(
            "real_time_balance",
            T::or_null(wallet.ongoing_balance.map(T::decimal)),
        )
        .with(
            "is_cached_fallback",
            T::boolean(wallet.freshness != Freshness::Computed),
        )
}

fn grant<T: Target>(grant: &Grant) -> T {
    T::object()
        .with("type", T::literal("credit"))
        .with("transaction_status", T::literal("completed"))
        .with("credits_available", T::decimal(grant.credits_available))
        .with("expiry_date", time(grant.expires_at))
}

fn time<T: Target>(at: Option<Timestamp>) -> T {
    T::or_null(at.map(|at| T::text(&at.to_string())))
}

fn or_null<T: Target>(text: Option<&str>) -> T {
    T::or_null(text.map(T::text))
}
