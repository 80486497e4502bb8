//! A draft invoice as a caller writes it: `DraftInvoice` of `js/types.ts`, and nothing else.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::model::fee_key::FeeKey;
use crate::model::invoice::{Coupon, Draft, Line, Tax};
use crate::profile::{Applies, Profile};
use crate::wire::field::Field;
use crate::wire::source::Source;

/// Reads a draft for a profile. Amounts are decimals as text, never negative.
///
/// # Errors
/// `invalid_input`, `invalid_decimal`, `decimal_out_of_range`, `negative_amount`, with the path of the field; also
/// for what the profile's provider does not know: tax on the whole (Lago), or on a line (Flexprice).
pub fn draft<S: Source>(json: &Field<'_, S>, profile: Profile) -> Result<Draft> {
    let json = json.object()?;
    let keys: &[&str] = match profile.applies() {
        Applies::AfterTax => &["currency", "lines", "coupons", "total"],
        Applies::BeforeTax => &["currency", "lines", "coupons"],
        Applies::UsageOnly => &["currency", "lines", "coupons", "taxRates", "tax", "total"],
    };
    json.only(keys)?;
    let currency = json.get("currency");
    let parsed = Currency::parse(&currency.text()?);
    let mut draft = Draft {
        currency: parsed.map_err(|_| currency.fault("must be a code of three letters"))?,
        lines: Vec::new(),
        coupons: Vec::new(),
        tax_rates: Vec::new(),
        tax: None,
        total: amount(&json.get("total"))?,
    };
    for line_json in json.get("lines").items()? {
        draft.lines.push(line(&line_json, profile)?);
    }
    for coupon_json in json.get("coupons").optional_items()? {
        draft.coupons.push(coupon(&coupon_json)?);
    }
    if profile.applies() == Applies::UsageOnly {
        for rate in json.get("taxRates").optional_items()? {
            draft.tax_rates.push(required(&rate)?);
        }
        let tax = json.get("tax");
        draft.tax = amount(&tax)?;
        if draft.tax.is_some() && !draft.tax_rates.is_empty() {
            return Err(tax.fault("excludes `taxRates`"));
        }
    }
    Ok(draft)
}

fn line<S: Source>(json: &Field<'_, S>, profile: Profile) -> Result<Line> {
    let json = json.object()?;
    let (fee_type, keys): (_, &[&str]) = match profile.applies() {
        Applies::AfterTax => (
            "feeType",
            &[
                "id",
                "amount",
                "discount",
                "feeType",
                "metric",
                "targetWallet",
                "taxRate",
                "tax",
                "creditNotes",
            ],
        ),
        Applies::BeforeTax => (
            "feeType",
            &["id", "amount", "discount", "feeType", "taxRate"],
        ),
        Applies::UsageOnly => ("priceType", &["id", "amount", "discount", "priceType"]),
    };
    json.only(keys)?;
    let rate = amount(&json.get("taxRate"))?;
    let tax = json.get("tax");
    let tax = match (rate, amount(&tax)?) {
        (Some(_), Some(_)) => return Err(tax.fault("excludes `taxRate`")),
        (None, Some(taxes)) => Tax::Amount(taxes),
        (rate, None) => Tax::Rate(rate.unwrap_or_default()),
    };
    let price = required(&json.get("amount"))?;
    let discount = json.get("discount");
    let off = amount(&discount)?.unwrap_or_default();
    if off > price {
        return Err(discount.fault("must not exceed the amount"));
    }
    Ok(Line {
        id: json.get("id").text()?,
        key: FeeKey {
            fee_type: json.get(fee_type).text()?,
            metric: json.get("metric").optional_text()?,
            target_wallet: json.get("targetWallet").optional_text()?,
        },
        amount: price,
        discount: off,
        tax,
        credit_notes: amount(&json.get("creditNotes"))?.unwrap_or_default(),
    })
}

fn coupon<S: Source>(json: &Field<'_, S>) -> Result<Coupon> {
    let json = json.object()?;
    json.only(&["percent", "amount"])?;
    match (amount(&json.get("percent"))?, amount(&json.get("amount"))?) {
        (Some(percent), None) => Ok(Coupon::Percentage(percent)),
        (None, Some(fixed)) => Ok(Coupon::Fixed(fixed)),
        _ => Err(json.fault("needs `percent` or `amount`")),
    }
}

fn amount<S: Source>(json: &Field<'_, S>) -> Result<Option<Decimal>> {
    match json.optional_decimal()? {
        Some(value) if value.is_negative() => Err(Error::negative_amount(&json.path())),
        value => Ok(value),
    }
}

fn required<S: Source>(json: &Field<'_, S>) -> Result<Decimal> {
    amount(json)?.ok_or_else(|| json.fault("is missing"))
}
