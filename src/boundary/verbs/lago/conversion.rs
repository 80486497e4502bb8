//! Credits and money (R-CONV, R-TOP).

use serde::{Deserialize, Serialize};

use super::{CreditsIn, cents, currency, money};
use crate::decimal::{Decimal, Rounding};
use crate::engine::conversion::{
    WalletCredit, lago_credits_unrounded, lago_from_cents, lago_from_credits, lago_rounds_to_zero,
};
use crate::engine::top_up::{self, AmountLimits, Refusal};
use crate::error::{Error, Kind, Result};

/// `convert.credits`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreditsRequest {
    credits: Option<CreditsIn>,
    requested_credits: Option<CreditsIn>,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
    invoiceable: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct ConvertedAnswer {
    credit_amount: Decimal,
    amount: Decimal,
    amount_cents: Decimal,
}

pub(in crate::boundary::verbs) fn credits(request: CreditsRequest) -> Result<ConvertedAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    let credits = match (&request.requested_credits, &request.credits) {
        (Some(requested), _) => requested.read("requested_credits"),
        (None, Some(credits)) => credits.read("credits"),
        (None, None) => Err(Error::invalid_input("credits", "is missing")),
    };
    let invoiceable = request.invoiceable.unwrap_or_default();
    let WalletCredit { credits, amount } =
        lago_from_credits(credits?, rate, currency, invoiceable)?;
    Ok(ConvertedAnswer {
        credit_amount: credits,
        amount,
        amount_cents: cents(amount, currency)?,
    })
}

/// An amount in minor units, of a wallet's money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CentsRequest {
    amount_cents: Decimal,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
}

/// `convert.from_cents`
pub(in crate::boundary::verbs) fn from_cents(request: CentsRequest) -> Result<ConvertedAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    let WalletCredit { credits, amount } = lago_from_cents(request.amount_cents, rate, currency)?;
    Ok(ConvertedAnswer {
        credit_amount: credits,
        amount,
        amount_cents: request.amount_cents.round(0, Rounding::TowardZero),
    })
}

/// `convert.cents_to_credits_unrounded`
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct UnroundedAnswer {
    credits: Decimal,
}

pub(in crate::boundary::verbs) fn cents_to_credits(
    request: CentsRequest,
) -> Result<UnroundedAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    Ok(UnroundedAnswer {
        credits: lago_credits_unrounded(request.amount_cents, currency.lago_exponent(), rate)?,
    })
}

/// `convert.rounds_to_zero`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RoundsToZeroRequest {
    credits: Option<CreditsIn>,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct RoundsToZeroAnswer {
    rounds_to_zero: bool,
}

pub(in crate::boundary::verbs) fn rounds_to_zero(
    request: RoundsToZeroRequest,
) -> Result<RoundsToZeroAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    let rounds_to_zero = match &request.credits {
        Some(credits) => lago_rounds_to_zero(credits.read("credits")?, rate, currency)?,
        None => false,
    };
    Ok(RoundsToZeroAnswer { rounds_to_zero })
}

/// `topup.limits`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct LimitsRequest {
    credits: Option<CreditsIn>,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
    paid_top_up_min_amount_cents: Option<Decimal>,
    paid_top_up_max_amount_cents: Option<Decimal>,
    ignore_validation: Option<bool>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct LimitsAnswer {
    valid: bool,
    error: Option<&'static str>,
}

pub(in crate::boundary::verbs) fn top_up_limits(request: LimitsRequest) -> Result<LimitsAnswer> {
    let currency = currency(request.currency.as_deref())?;
    let rate = request.rate_amount.unwrap_or(Decimal::ONE);
    let limit = |limit: Option<Decimal>| limit.map(|limit| money(limit, currency)).transpose();
    let limits = AmountLimits {
        least: limit(request.paid_top_up_min_amount_cents)?,
        most: limit(request.paid_top_up_max_amount_cents)?,
    };
    let limits = Some(limits).filter(|_| !request.ignore_validation.unwrap_or_default());
    // Text that is no decimal is not above zero either.
    let credits = request.credits.map(|credits| credits.requested("credits"));
    let refusal = match credits {
        Some(Ok(credits)) => top_up::refusal(credits, rate, currency, limits)?,
        None => Some(Refusal::InvalidAmount),
        Some(Err(error)) if error.kind() == Kind::InvalidDecimal => Some(Refusal::InvalidAmount),
        Some(Err(error)) => return Err(error),
    };
    Ok(LimitsAnswer {
        valid: refusal.is_none(),
        error: refusal.map(Refusal::code),
    })
}
