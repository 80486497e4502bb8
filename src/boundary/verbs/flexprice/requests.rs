//! Whole requests to Flexprice's API, judged before they are sent: `flexprice.*`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::body::{Body, ProblemOut, ProblemsAnswer};
use super::alert::SettingsIn;
use super::credits::MANUAL_DEBIT;
use super::required_instant;
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::alert_state::Settings;
use crate::engine::creation::{self, NewAutoTopUp, NewWallet, Uniqueness};
use crate::engine::grants::duration_seconds;
use crate::engine::purchase::{self, Checkout, Reason, TopUp};
use crate::error::{Error, Result};
use crate::model::wallet::{Kind, Status};
use crate::time::Timestamp;

/// What the server answers to every request that is not well formed (section 2.3).
const INVALID: &str = "validation_error";

/// What it answers to a second wallet (section 2.1).
const EXISTS: &str = "already_exists";

const CREATION_KEYS: [&str; 21] = [
    "customer_id",
    "external_customer_id",
    "currency",
    "wallet_type",
    "conversion_rate",
    "topup_conversion_rate",
    "initial_credits_to_load",
    "initial_credits_to_load_expiry_date",
    "initial_credits_expiry_date_utc",
    "alert_settings",
    "auto_topup",
    "description",
    "metadata",
    "price_unit",
    // Documented, and ignored by today's server (section 7).
    "name",
    "config",
    "auto_topup_trigger",
    "auto_topup_min_balance",
    "auto_topup_amount",
    "alert_enabled",
    "alert_config",
];

const UPDATE_KEYS: [&str; 6] = [
    "name",
    "description",
    "metadata",
    "auto_topup",
    "config",
    "alert_settings",
];

const TOP_UP_KEYS: [&str; 12] = [
    "credits_to_add",
    "amount",
    "transaction_reason",
    "expiry_date",
    "expiry_date_utc",
    "priority",
    "idempotency_key",
    "description",
    "metadata",
    "bonus_credits_to_add",
    "bonus_credits_expiry_date_utc",
    "force_sync_invoice",
];

const DEBIT_KEYS: [&str; 5] = [
    "credits",
    "transaction_reason",
    "idempotency_key",
    "description",
    "metadata",
];

const PRICE_TYPES: [&str; 3] = ["ALL", "USAGE", "FIXED"];

fn problem(path: &str, code: &'static str, message: &'static str) -> ProblemOut {
    ProblemOut {
        path: path.to_owned(),
        code,
        message: Some(message),
    }
}

fn extend(problems: &mut Vec<ProblemOut>, found: Vec<(&'static str, &'static str)>) {
    problems.extend(
        found
            .into_iter()
            .map(|(path, why)| problem(path, INVALID, why)),
    );
}

/// A decimal that has to be one where it is given; what is not is reported, and read as absent.
fn decimal(body: Body<'_>, key: &str, problems: &mut Vec<ProblemOut>) -> Option<Decimal> {
    match body.decimal(key) {
        Some(None) => {
            problems.push(problem(key, INVALID, "must be a decimal"));
            None
        }
        field => field.flatten(),
    }
}

/// `flexprice.wallet.create`: `existing` are the customer's wallets as the API shows them, where they are known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreateRequest {
    wallet: Value,
    now: String,
    existing: Option<Vec<Value>>,
    unique: Option<String>,
}

/// What a request would be refused for, and else what it would make (section 2.1).
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct CreateAnswer {
    problems: Vec<ProblemOut>,
    created: Option<CreatedOut>,
}

#[derive(Serialize)]
struct CreatedOut {
    name: String,
    currency: String,
    wallet_type: &'static str,
    conversion_rate: Decimal,
    topup_conversion_rate: Decimal,
    allowed_price_types: [&'static str; 1],
    balance: Decimal,
    credit_balance: Decimal,
    initial_credits_expiry_date: Option<String>,
}

impl CreatedOut {
    fn of(wallet: &NewWallet, currency: Currency) -> Result<Self> {
        let created = creation::create(wallet, currency)?;
        let (wallet_type, price_type) = match created.kind {
            Kind::Prepaid => ("PRE_PAID", "USAGE"),
            Kind::Postpaid => ("POST_PAID", "ALL"),
        };
        Ok(Self {
            name: created.name,
            currency: currency.code().to_ascii_lowercase(),
            wallet_type,
            conversion_rate: created.rates.conversion,
            topup_conversion_rate: created.rates.top_up,
            allowed_price_types: [price_type],
            balance: created.balances.balance,
            credit_balance: created.balances.credit_balance,
            initial_credits_expiry_date: created.expiry.map(|expiry| expiry.to_string()),
        })
    }
}

pub(in crate::boundary::verbs) fn create_wallet(request: CreateRequest) -> Result<CreateAnswer> {
    let now = required_instant(&request.now, "now")?;
    let uniqueness = match request.unique.as_deref() {
        None | Some("currency_and_type") => Uniqueness::CurrencyAndKind,
        Some("currency") => Uniqueness::Currency,
        Some(_) => {
            let message = "must be `currency_and_type` or `currency`";
            return Err(Error::invalid_input("unique", message));
        }
    };
    let body = Body::of(&request.wallet);
    let mut problems = body.unknown("", &CREATION_KEYS);
    let initial_expiry = match body.integer("initial_credits_to_load_expiry_date") {
        None => body.time("initial_credits_expiry_date_utc"),
        Some(day) => Some(day.and_then(Timestamp::from_day_number)),
    };
    let wallet = NewWallet {
        names_customer: body.names("customer_id") || body.names("external_customer_id"),
        currency: body.currency("currency").flatten(),
        kind: body.text("wallet_type").map(|name| name.and_then(kind)),
        conversion_rate: decimal(body, "conversion_rate", &mut problems),
        top_up_rate: decimal(body, "topup_conversion_rate", &mut problems),
        initial_credits: decimal(body, "initial_credits_to_load", &mut problems),
        initial_expiry,
        alerts: alerts(body, &mut problems),
        auto_top_up: body.body("auto_topup").flatten().map(auto_top_up),
    };
    extend(&mut problems, creation::problems(&wallet, now));
    let existing: Vec<_> = request
        .existing
        .iter()
        .flatten()
        .filter_map(known)
        .collect();
    let kind = wallet.kind.flatten().unwrap_or(Kind::Prepaid);
    if let Some(currency) = wallet.currency
        && creation::conflicts(&existing, currency, kind, uniqueness)
    {
        let message = "the customer has an active wallet that excludes it";
        problems.push(problem("currency", EXISTS, message));
    }
    let created = match wallet.currency {
        Some(currency) if problems.is_empty() => Some(CreatedOut::of(&wallet, currency)?),
        _ => None,
    };
    Ok(CreateAnswer { problems, created })
}

fn kind(name: &str) -> Option<Kind> {
    match name {
        "PRE_PAID" => Some(Kind::Prepaid),
        "POST_PAID" => Some(Kind::Postpaid),
        _ => None,
    }
}

fn known(wallet: &Value) -> Option<(Currency, Kind, Status)> {
    let body = Body::of(wallet);
    let status = match body.text("wallet_status").flatten() {
        None | Some("active") => Status::Active,
        Some(_) => Status::Inactive,
    };
    let of_kind = body.text("wallet_type").flatten().and_then(kind);
    let currency = body.currency("currency").flatten()?;
    Some((currency, of_kind.unwrap_or(Kind::Prepaid), status))
}

fn alerts(body: Body<'_>, problems: &mut Vec<ProblemOut>) -> Option<Settings> {
    let settings = body.value("alert_settings")?;
    let read = SettingsIn::deserialize(settings)
        .ok()
        .and_then(|settings| settings.read().ok());
    if read.is_none() {
        let message = "thresholds must be decimals with the condition `below` or `above`";
        problems.push(problem("alert_settings", INVALID, message));
    }
    read
}

fn auto_top_up(body: Body<'_>) -> NewAutoTopUp {
    NewAutoTopUp {
        threshold: body.decimal("threshold").flatten(),
        amount: body.decimal("amount").flatten(),
        invoicing: body.flag("invoicing").flatten(),
        cooldown: body.body("cooldown").map(|body| {
            let value = body?.integer("value").flatten()?;
            duration_seconds(value, body?.text("unit").flatten()?)
        }),
    }
}

/// `flexprice.wallet.update`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct UpdateRequest {
    wallet: Value,
}

/// Each field of an automatic top-up merges by itself; a cooldown of 0 clears it (section 1.3).
pub(in crate::boundary::verbs) fn update_wallet(request: UpdateRequest) -> Result<ProblemsAnswer> {
    let body = Body::of(&request.wallet);
    let mut problems = body.unknown("", &UPDATE_KEYS);
    if alerts(body, &mut problems).is_some_and(|alerts| !alerts.is_valid()) {
        let message = "enabled alerts need thresholds in order of gravity, of one condition";
        problems.push(problem("alert_settings", INVALID, message));
    }
    if let Some(auto) = body.body("auto_topup").flatten() {
        let given = auto_top_up(auto);
        let is_cleared = auto
            .body("cooldown")
            .flatten()
            .is_some_and(|cooldown| cooldown.integer("value") == Some(Some(0)));
        if given.cooldown == Some(None) && !is_cleared {
            let message = "must be a whole number of seconds, minutes, hours or days";
            problems.push(problem("auto_topup.cooldown", INVALID, message));
        }
        let is_bad = |field: Option<Option<Decimal>>| {
            field.is_some_and(|field| !field.is_some_and(Decimal::is_positive))
        };
        if is_bad(auto.decimal("amount")) {
            problems.push(problem("auto_topup.amount", INVALID, "must be above zero"));
        }
        if auto.decimal("threshold") == Some(None) {
            problems.push(problem(
                "auto_topup.threshold",
                INVALID,
                "must be a decimal",
            ));
        }
    }
    let types = body
        .body("config")
        .flatten()
        .and_then(|config| config.texts("allowed_price_types"));
    let is_known = |list: &Option<Vec<String>>| {
        let known = |name: &String| PRICE_TYPES.contains(&name.as_str());
        list.as_ref().is_some_and(|list| list.iter().all(known))
    };
    if !types.as_ref().is_none_or(is_known) {
        let message = "must be of ALL, USAGE and FIXED";
        problems.push(problem("config.allowed_price_types", INVALID, message));
    }
    Ok(ProblemsAnswer { problems })
}

/// `flexprice.wallet.top_up`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct TopUpRequest {
    top_up: Value,
    now: String,
}

pub(in crate::boundary::verbs) fn top_up(request: TopUpRequest) -> Result<ProblemsAnswer> {
    let now = required_instant(&request.now, "now")?;
    let body = Body::of(&request.top_up);
    let known = [&TOP_UP_KEYS[..], &["checkout"]].concat();
    let mut problems = body.unknown("", &known);
    for key in ["expiry_date_utc", "bonus_credits_expiry_date_utc"] {
        if body.time(key) == Some(None) {
            problems.push(problem(key, INVALID, "must be an RFC 3339 time"));
        }
    }
    if body.integer("priority") == Some(None) {
        problems.push(problem("priority", INVALID, "must be a whole number"));
    }
    let top_up = TopUp {
        credits: decimal(body, "credits_to_add", &mut problems),
        amount: decimal(body, "amount", &mut problems),
        reason: body
            .text("transaction_reason")
            .flatten()
            .and_then(Reason::named),
        expiry: body.time("expiry_date_utc").flatten(),
        priority: body.integer("priority").flatten(),
        bonus: decimal(body, "bonus_credits_to_add", &mut problems),
        bonus_expiry: body.time("bonus_credits_expiry_date_utc").flatten(),
        checkout: body.body("checkout").flatten().map(|checkout| Checkout {
            names_provider: checkout.names("payment_provider"),
        }),
    };
    extend(&mut problems, purchase::problems(&top_up, now));
    Ok(ProblemsAnswer { problems })
}

/// `flexprice.wallet.debit`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct DebitRequest {
    debit: Value,
}

pub(in crate::boundary::verbs) fn debit(request: DebitRequest) -> Result<ProblemsAnswer> {
    let body = Body::of(&request.debit);
    let mut problems = body.unknown("", &DEBIT_KEYS);
    let credits = decimal(body, "credits", &mut problems);
    if !credits.is_some_and(Decimal::is_positive) {
        problems.push(problem("credits", INVALID, "must be above zero"));
    }
    if body.text("transaction_reason") != Some(Some(MANUAL_DEBIT)) {
        let message = "must be MANUAL_BALANCE_DEBIT";
        problems.push(problem("transaction_reason", INVALID, message));
    }
    if !body.names("idempotency_key") {
        problems.push(problem("idempotency_key", INVALID, "is required"));
    }
    Ok(ProblemsAnswer { problems })
}
