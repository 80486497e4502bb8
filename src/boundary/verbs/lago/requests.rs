//! Whole requests to Lago's API, judged before they are sent: `lago.*`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::body::{Body, ProblemOut, ProblemsAnswer};
use super::validation::{method_of, pairs_of, trigger_of};
use super::{currency, instant, or_default, wallet_status};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::lifecycle::has_initial_top_up;
use crate::engine::recurring::Trigger;
use crate::engine::requests::{
    self, AlertFields, AlertThreshold, CurrentWallet, NewWallet, Problem, RuleFields,
    TransactionExtras, WalletFields,
};
use crate::engine::top_up::AmountLimits;
use crate::engine::validation::{self, Amount, RuleRequest, TargetWallet, TransactionRequest};
use crate::error::Result;
use crate::time::Timestamp;

const WALLET_KEYS: [&str; 13] = [
    "name",
    "code",
    "currency",
    "rate_amount",
    "priority",
    "expiration_at",
    "paid_top_up_min_amount_cents",
    "paid_top_up_max_amount_cents",
    "invoice_requires_successful_payment",
    "applies_to",
    "recurring_transaction_rules",
    "metadata",
    "payment_method",
];

/// Taken on creation and update besides.
const BOTH_KEYS: [&str; 4] = [
    "invoice_custom_section",
    "purchase_order_number",
    "billing_entity_code",
    "external_customer_id",
];

const CREATION_KEYS: [&str; 8] = [
    "paid_credits",
    "granted_credits",
    "ignore_paid_top_up_limits_on_creation",
    "transaction_name",
    "transaction_priority",
    "transaction_metadata",
    "transaction_purchase_order_number",
    "customer",
];

const TRANSACTION_KEYS: [&str; 13] = [
    "wallet_id",
    "paid_credits",
    "granted_credits",
    "voided_credits",
    "voided_transaction_id",
    "name",
    "priority",
    "metadata",
    "invoice_requires_successful_payment",
    "ignore_paid_top_up_limits",
    "purchase_order_number",
    "payment_method",
    "invoice_custom_section",
];

const LIMIT_KEYS: [&str; 2] = ["fee_types", "billable_metric_codes"];

/// Those of section 1.3 that a request may give, and the id of a rule that stays.
const RULE_KEYS: [&str; 18] = [
    "lago_id",
    "trigger",
    "method",
    "interval",
    "paid_credits",
    "granted_credits",
    "threshold_credits",
    "target_ongoing_balance",
    "grants_target_top_up",
    "started_at",
    "expiration_at",
    "invoice_requires_successful_payment",
    "ignore_paid_top_up_limits",
    "transaction_metadata",
    "transaction_name",
    "purchase_order_number",
    "invoice_custom_section",
    "payment_method",
];

const ALERT_KEYS: [&str; 4] = ["alert_type", "code", "name", "thresholds"];

impl From<Problem> for ProblemOut {
    fn from((path, code): Problem) -> Self {
        Self {
            path,
            code,
            message: None,
        }
    }
}

/// Keys that Lago would drop, at any depth, and a list of rules that is none.
fn unknown(body: Body<'_>, known: &[&str]) -> Vec<ProblemOut> {
    let mut problems = body.unknown("", known);
    if let Some(limits) = body.body("applies_to").flatten() {
        problems.extend(limits.unknown("applies_to.", &LIMIT_KEYS));
    }
    let name = "recurring_transaction_rules";
    match body.list(name) {
        None => {}
        Some(None) => problems.push(ProblemOut::from((
            name.to_owned(),
            "invalid_recurring_rule",
        ))),
        Some(Some(rules)) => {
            for (index, rule) in rules.iter().enumerate() {
                problems.extend(Body::of(rule).unknown(&format!("{name}[{index}]."), &RULE_KEYS));
            }
        }
    }
    problems
}

fn answer(
    mut problems: Vec<ProblemOut>,
    found: impl IntoIterator<Item = Problem>,
) -> ProblemsAnswer {
    problems.extend(found.into_iter().map(ProblemOut::from));
    ProblemsAnswer { problems }
}

/// `lago.wallet.create`: `customer` is what is known of the customer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreateRequest {
    wallet: Value,
    now: String,
    #[serde(default, deserialize_with = "or_default")]
    customer: CustomerIn,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerIn {
    currency: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    active_codes: Vec<String>,
}

/// What a request would be refused for, and else what it would make (R-NEW-2, R-NEW-3).
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct CreateAnswer {
    #[serde(flatten)]
    found: ProblemsAnswer,
    created: Option<CreatedOut>,
}

#[derive(Serialize)]
struct CreatedOut {
    code: String,
    currency: Option<String>,
    customer_currency: Option<String>,
    initial_top_up_scheduled: bool,
}

impl CreatedOut {
    fn of(
        body: Body<'_>,
        wallet: &NewWallet,
        customer: &CustomerIn,
        now: Timestamp,
    ) -> Result<Self> {
        let known = customer.currency.as_deref().map(Currency::parse);
        let currencies = requests::currencies(wallet.fields.currency.flatten(), known.transpose()?);
        let credits = |amount: Option<Amount>| {
            amount
                .flatten()
                .map(|credits| credits.floored)
                .unwrap_or_default()
        };
        let text = |key| body.text(key).flatten();
        Ok(Self {
            code: requests::code(text("code"), text("name"), &customer.active_codes, now),
            currency: currencies.map(|(wallet, _)| wallet.code().to_owned()),
            customer_currency: currencies.map(|(_, customer)| customer.code().to_owned()),
            initial_top_up_scheduled: has_initial_top_up(
                credits(wallet.paid),
                credits(wallet.granted),
            ),
        })
    }
}

pub(in crate::boundary::verbs) fn create_wallet(request: CreateRequest) -> Result<CreateAnswer> {
    let body = Body::of(&request.wallet);
    let known = [&WALLET_KEYS[..], &BOTH_KEYS, &CREATION_KEYS].concat();
    let wallet = NewWallet {
        fields: wallet_fields(body),
        names_customer: body.names("external_customer_id"),
        paid: body.amount("paid_credits"),
        granted: body.amount("granted_credits"),
        ignores_limits: body.flag("ignore_paid_top_up_limits_on_creation") == Some(Some(true)),
        transaction_name: owned(body.text("transaction_name")),
        transaction_priority: body.decimal("transaction_priority"),
        transaction_metadata: pairs_of(body.value("transaction_metadata")),
    };
    let now = instant(&request.now, "now")?;
    let problems = requests::new_wallet(&wallet, now)?;
    let found = answer(unknown(body, &known), problems);
    let created = found
        .problems
        .is_empty()
        .then(|| CreatedOut::of(body, &wallet, &request.customer, now))
        .transpose()?;
    Ok(CreateAnswer { found, created })
}

/// `lago.wallet.update`: `current` is the wallet as the API shows it, where it is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct UpdateRequest {
    wallet: Value,
    now: String,
    current: Option<Value>,
}

pub(in crate::boundary::verbs) fn update_wallet(request: UpdateRequest) -> Result<ProblemsAnswer> {
    let body = Body::of(&request.wallet);
    let known = [&WALLET_KEYS[..], &BOTH_KEYS].concat();
    let mut current = request.current.as_ref().map(current_wallet).transpose()?;
    if let Some(current) = &mut current {
        // A limit of null is one that the wallet has no longer.
        let keeps = |key| request.wallet.get(key) != Some(&Value::Null);
        let limits = &mut current.limits;
        limits.least = limits
            .least
            .filter(|_| keeps("paid_top_up_min_amount_cents"));
        limits.most = limits
            .most
            .filter(|_| keeps("paid_top_up_max_amount_cents"));
    }
    let now = instant(&request.now, "now")?;
    let problems = requests::wallet_update(&wallet_fields(body), current.as_ref(), now)?;
    Ok(answer(unknown(body, &known), problems))
}

/// `lago.wallet_transaction.create`: `wallet` is the wallet as the API shows it, where it is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct TransactionCreateRequest {
    wallet_transaction: Value,
    wallet: Option<Value>,
}

pub(in crate::boundary::verbs) fn create_transaction(
    request: TransactionCreateRequest,
) -> Result<ProblemsAnswer> {
    let body = Body::of(&request.wallet_transaction);
    let mut problems = body.unknown("", &TRANSACTION_KEYS);
    if !body.names("wallet_id") {
        problems.push(ProblemOut::from((
            "wallet_id".to_owned(),
            "wallet_not_found",
        )));
    }
    let current = request.wallet.as_ref().map(current_wallet).transpose()?;
    let credits = request.wallet.as_ref().map(|wallet| {
        Body::of(wallet)
            .decimal("credits_balance")
            .flatten()
            .unwrap_or_default()
    });
    let judged = TransactionRequest {
        wallet: Some(target(current.as_ref(), credits)?),
        paid: body.amount("paid_credits"),
        granted: body.amount("granted_credits"),
        // What may be voided is known only with the wallet.
        voided: body.amount("voided_credits"),
        void_target: None,
        metadata: pairs_of(body.value("metadata")),
        good_pairs: 0,
    };
    let is_known = current.is_some();
    let by_field = validation::wallet_transaction(&judged)
        .into_iter()
        .flat_map(|(field, codes)| codes.into_iter().map(move |code| (field.to_owned(), code)))
        // Judged by the wallet's rate and balance: nothing to say of one that is not known.
        .filter(move |(_, code)| {
            is_known || !matches!(*code, "amount_rounds_to_zero" | "insufficient_credits")
        });
    let ignores_limits = body.flag("ignore_paid_top_up_limits") == Some(Some(true));
    let purchase = current.filter(|_| !ignores_limits).and_then(|wallet| {
        let paid = body.amount("paid_credits")?;
        Some((paid, wallet.rate, wallet.currency, wallet.limits))
    });
    let extras = requests::transaction_extras(&TransactionExtras {
        name: owned(body.text("name")),
        priority: body.decimal("priority"),
        purchase,
    })?;
    Ok(answer(problems, by_field.chain(extras)))
}

/// `lago.alert.create`: `existing` are the types of the alerts that the wallet has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct AlertRequest {
    alert: Value,
    existing: Option<Vec<String>>,
}

pub(in crate::boundary::verbs) fn create_alert(request: AlertRequest) -> Result<ProblemsAnswer> {
    let body = Body::of(&request.alert);
    let threshold = |value: &Value| {
        let body = Body::of(value);
        AlertThreshold {
            value: body.decimal("value").flatten(),
            recurring: body.flag("recurring") == Some(Some(true)),
        }
    };
    let thresholds = body.list("thresholds").flatten().unwrap_or_default();
    let fields = AlertFields {
        alert_type: body.text("alert_type").flatten().map(str::to_owned),
        names_code: body.names("code"),
        thresholds: thresholds.iter().map(threshold).collect(),
    };
    let existing = request.existing.unwrap_or_default();
    let problems = requests::alert(&fields, &existing);
    Ok(answer(body.unknown("", &ALERT_KEYS), problems))
}

/// The facts of a wallet that a transaction is for; good ones where the wallet is not known.
fn target(current: Option<&CurrentWallet>, credits: Option<Decimal>) -> Result<TargetWallet> {
    Ok(TargetWallet {
        status: current.map_or(wallet_status(None), |wallet| wallet.status),
        rate: current.map_or(Decimal::ONE, |wallet| wallet.rate),
        currency: current.map_or(currency(None), |wallet| Ok(wallet.currency))?,
        credits_balance: credits.unwrap_or_default(),
        // The API does not show it.
        traceable: true,
    })
}

fn current_wallet(wallet: &Value) -> Result<CurrentWallet> {
    let body = Body::of(wallet);
    let fixed = body
        .list("recurring_transaction_rules")
        .flatten()
        .unwrap_or_default()
        .iter()
        .map(Body::of)
        .find(|rule| {
            rule.text("method") == Some(Some("fixed"))
                && rule.flag("ignore_paid_top_up_limits") != Some(Some(true))
        });
    Ok(CurrentWallet {
        status: wallet_status(body.text("status").flatten()),
        rate: body
            .decimal("rate_amount")
            .flatten()
            .unwrap_or(Decimal::ONE),
        currency: currency(body.text("currency").flatten())?,
        limits: AmountLimits {
            least: body.decimal("paid_top_up_min_amount_cents").flatten(),
            most: body.decimal("paid_top_up_max_amount_cents").flatten(),
        },
        fixed_rule: fixed.and_then(|rule| {
            let trigger = trigger_of(rule.text("trigger").flatten()).unwrap_or(Trigger::Interval);
            Some((rule.decimal("paid_credits").flatten()?, trigger))
        }),
    })
}

fn wallet_fields(body: Body<'_>) -> WalletFields {
    let limits = body.body("applies_to");
    let rules = body.list("recurring_transaction_rules").flatten();
    let rules = rules.unwrap_or_default().iter().map(Body::of);
    let within = |key| match limits {
        None => None,
        Some(None) => Some(None),
        Some(Some(limits)) => limits.texts(key),
    };
    WalletFields {
        currency: body.currency("currency"),
        rate: body.amount("rate_amount"),
        priority: body.decimal("priority"),
        least: body.decimal("paid_top_up_min_amount_cents"),
        most: body.decimal("paid_top_up_max_amount_cents"),
        expires_at: body.time("expiration_at"),
        fee_types: within("fee_types"),
        metrics: within("billable_metric_codes"),
        rules: rules.map(rule_fields).collect(),
    }
}

fn rule_fields(body: Body<'_>) -> RuleFields {
    RuleFields {
        rule: RuleRequest {
            trigger: trigger_of(body.text("trigger").flatten()),
            interval: body.text("interval").flatten().map(str::to_owned),
            method: method_of(body.text("method").flatten()),
            threshold: body.amount("threshold_credits"),
            target: body.amount("target_ongoing_balance"),
            paid: body.amount("paid_credits"),
            granted: body.amount("granted_credits"),
            names_grants_target: body.has("grants_target_top_up"),
        },
        expires_at: body.time("expiration_at"),
        ignores_limits: body.flag("ignore_paid_top_up_limits") == Some(Some(true)),
        metadata: pairs_of(body.value("transaction_metadata")),
    }
}

fn owned(text: Option<Option<&str>>) -> Option<Option<String>> {
    text.map(|text| text.map(str::to_owned))
}
