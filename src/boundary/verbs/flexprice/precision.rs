//! Precision and tax: `round.*`, `precision.currency`, `persist.*`, `tax.*`.

use serde::{Deserialize, Serialize};

use super::super::or_default;
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::{invoice, precision};
use crate::error::Result;

/// `round.currency`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RoundRequest {
    amount: Decimal,
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct RoundAnswer {
    rounded: Decimal,
}

pub(in super::super) fn round(request: RoundRequest) -> Result<RoundAnswer> {
    let currency = Currency::parse(&request.currency)?;
    Ok(RoundAnswer {
        rounded: precision::round_to_currency(request.amount, currency),
    })
}

/// `precision.currency`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PrecisionRequest {
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct PrecisionAnswer {
    precision: u32,
}

pub(in super::super) fn precision(request: PrecisionRequest) -> Result<PrecisionAnswer> {
    // A code that is none is unknown like any other (section 1.7 no. 1).
    let known = Currency::parse(&request.currency);
    Ok(PrecisionAnswer {
        precision: known.map_or(2, |currency| currency.flexprice_exponent()),
    })
}

/// `round.sum`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SumRequest {
    #[serde(default, deserialize_with = "or_default")]
    values: Vec<Decimal>,
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct SumAnswer {
    add_then_round: Decimal,
    round_then_add: Decimal,
    used: &'static str,
}

pub(in super::super) fn sum(request: SumRequest) -> Result<SumAnswer> {
    let currency = Currency::parse(&request.currency)?;
    let sum = Decimal::sum(request.values.iter().copied())?;
    Ok(SumAnswer {
        add_then_round: precision::round_to_currency(sum, currency),
        round_then_add: precision::sum_of_rounded(&request.values, currency)?,
        used: "round_then_add",
    })
}

/// `persist.numeric_20_9` and `persist.numeric_10_5`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PersistRequest {
    value: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct PersistAnswer {
    stored: Decimal,
}

pub(in super::super) fn stored_amount(request: PersistRequest) -> Result<PersistAnswer> {
    Ok(PersistAnswer {
        stored: precision::stored_amount(request.value),
    })
}

pub(in super::super) fn stored_rate(request: PersistRequest) -> Result<PersistAnswer> {
    Ok(PersistAnswer {
        stored: precision::stored_rate(request.value),
    })
}

/// `tax.percentage`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TaxRequest {
    taxable: Decimal,
    percentage: Decimal,
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct TaxAnswer {
    tax: Decimal,
}

pub(in super::super) fn tax(request: TaxRequest) -> Result<TaxAnswer> {
    let currency = Currency::parse(&request.currency)?;
    Ok(TaxAnswer {
        tax: precision::percentage(request.taxable, request.percentage, currency)?,
    })
}

/// `tax.multi`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TaxesRequest {
    taxable: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    percentages: Vec<Decimal>,
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct TaxesAnswer {
    total_tax: Decimal,
    taxes: Vec<Decimal>,
}

pub(in super::super) fn taxes(request: TaxesRequest) -> Result<TaxesAnswer> {
    let currency = Currency::parse(&request.currency)?;
    let taxes = invoice::taxes(request.taxable, &request.percentages, currency)?;
    Ok(TaxesAnswer {
        total_tax: Decimal::sum(taxes.iter().copied())?,
        taxes,
    })
}

/// `tax.after_discount`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TaxAfterDiscountRequest {
    subtotal: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    discount: Decimal,
    percentage: Decimal,
    currency: String,
}

#[derive(Serialize)]
pub(in super::super) struct TaxAfterDiscountAnswer {
    tax: Decimal,
    total: Decimal,
}

/// flexprice 35.
pub(in super::super) fn tax_after_discount(
    request: TaxAfterDiscountRequest,
) -> Result<TaxAfterDiscountAnswer> {
    let currency = Currency::parse(&request.currency)?;
    let taxable = request.subtotal.try_sub(request.discount)?.or_zero();
    let tax = precision::percentage(taxable, request.percentage, currency)?;
    let total = invoice::total(request.subtotal, Decimal::ZERO, request.discount, tax)?;
    Ok(TaxAfterDiscountAnswer { tax, total })
}
