//! The one wallet of Lago's first guide: `lago_2022.*`.

use serde::{Deserialize, Serialize};

use super::validation::ValidationAnswer;
use super::{CreditsIn, cents, currency, instant, money, or_default, wallet_status};
use crate::decimal::Decimal;
use crate::engine::wallet_2022::{self, Wallet};
use crate::error::Result;
use crate::model::wallet::Status;

/// `lago_2022.wallet.create`: whether a customer may have a wallet (R-22-1).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreateRequest {
    has_active_subscription: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    active_wallets: i64,
}

pub(in crate::boundary::verbs) fn create(request: CreateRequest) -> Result<ValidationAnswer> {
    let is_subscribed = request.has_active_subscription.unwrap_or_default();
    Ok(wallet_2022::refusals(is_subscribed, request.active_wallets).into())
}

/// `lago_2022.wallet.purchase`: what credits cost (R-22-3).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct PurchaseRequest {
    credits: CreditsIn,
    rate_amount: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    tax_rate: Decimal,
    currency: Option<String>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct PurchaseAnswer {
    price_cents: Decimal,
    tax_cents: Decimal,
    total_cents: Decimal,
}

pub(in crate::boundary::verbs) fn purchase(request: PurchaseRequest) -> Result<PurchaseAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    let credits = request.credits.read("credits")?;
    let bought = wallet_2022::purchase(credits, rate, request.tax_rate, currency)?;
    Ok(PurchaseAnswer {
        price_cents: cents(bought.price, currency)?,
        tax_cents: cents(bought.tax, currency)?,
        total_cents: cents(bought.total, currency)?,
    })
}

/// `lago_2022.wallet.after`: a wallet after credits have arrived, after its termination, and at an instant, in this
/// order (R-22-3, R-22-6).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct AfterRequest {
    wallet: WalletIn,
    #[serde(default, deserialize_with = "or_default")]
    credited_cents: Decimal,
    terminated: Option<bool>,
    now: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WalletIn {
    status: Option<String>,
    balance_cents: Decimal,
    expiration_at: Option<String>,
    currency: Option<String>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct AfterAnswer {
    status: &'static str,
    balance_cents: Decimal,
    voided_cents: Decimal,
}

pub(in crate::boundary::verbs) fn after(request: AfterRequest) -> Result<AfterAnswer> {
    let currency = currency(request.wallet.currency.as_deref())?;
    let expires_at = request.wallet.expiration_at.as_deref();
    let wallet = Wallet {
        status: wallet_status(request.wallet.status.as_deref()),
        balance: money(request.wallet.balance_cents, currency)?,
        expires_at: expires_at
            .map(|at| instant(at, "wallet.expiration_at"))
            .transpose()?,
    };
    let credited = wallet.credited(money(request.credited_cents, currency)?)?;
    let (ended, by_hand) = match request.terminated {
        Some(true) => credited.terminated(),
        _ => (credited, Decimal::ZERO),
    };
    let now = request.now.as_deref().map(|now| instant(now, "now"));
    let (ended, by_time) = match now.transpose()? {
        Some(now) => ended.at(now),
        None => (ended, Decimal::ZERO),
    };
    Ok(AfterAnswer {
        status: match ended.status {
            Status::Active => "active",
            Status::Inactive => "terminated",
        },
        balance_cents: cents(ended.balance, currency)?,
        voided_cents: cents(by_hand.try_add(by_time)?, currency)?,
    })
}
