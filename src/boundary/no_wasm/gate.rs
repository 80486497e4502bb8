//! The pure functions of `creditgate/engine`.

use crate::boundary::json::{Json, Value};
use crate::boundary::target::Target;
use crate::boundary::{answer, open};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::account::Cost;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::time::Timestamp;
use crate::wire::field::Field;
use crate::wire::source::{Number, Source};

type Request<'a> = Field<'a, &'a Value<'a>>;

/// Whether wallets cover a usage: the decision and its explanation.
pub(super) fn coverage(request: &Request<'_>) -> Result<Json> {
    let account = open::account(
        &request.get("profile").text()?,
        *request.get("wallets").source()?,
        *request.get("grants").source()?,
        *request.get("options").source()?,
    )?;
    let key = request.get("key");
    let currency = Currency::parse(&key.get("currency").text()?)?;
    let key = FeeKey {
        fee_type: key.get("feeType").text()?,
        metric: key.get("metric").optional_text()?,
        target_wallet: key.get("targetWallet").optional_text()?,
    };
    let value = Decimal::parse(&request.get("value").text()?)?;
    let cost = if request.get("isCredits").bool()? {
        Cost::Credits(value)
    } else {
        Cost::Amount(value)
    };
    let now = now(request)?;
    let decision = account.decide_once(currency, &key, cost, now)?;
    let explanation = account.explain(currency, &key, now)?;
    let explanation = answer::explanation(&explanation);
    Ok(answer::decision::<Json>(&decision).with("explanation", explanation))
}

/// How credits would pay a draft invoice.
pub(super) fn preview(request: &Request<'_>) -> Result<Json> {
    let preview = open::preview(
        &request.get("profile").text()?,
        *request.get("wallets").source()?,
        *request.get("grants").source()?,
        *request.get("invoice").source()?,
        now(request)?,
    )?;
    Ok(answer::preview(&preview))
}

fn now(request: &Request<'_>) -> Result<Timestamp> {
    match request.get("now").source()?.as_number() {
        Some(Number::Whole(milliseconds)) => Ok(Timestamp(milliseconds)),
        _ => Err(open::no_instant()),
    }
}
