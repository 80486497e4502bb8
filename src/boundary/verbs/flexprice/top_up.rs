//! Top-ups: `topup.validate`, `bonus.*`, `auto_topup`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::or_default;
use crate::decimal::Decimal;
use crate::engine::auto_top_up::{self, Config, History, Last};
use crate::engine::bonus::{self, Bonus, Slab};
use crate::engine::grants::duration_seconds;
use crate::engine::purchase::{self, Checkout, Reason, TopUp};
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// `topup.validate`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ValidateRequest {
    credits_to_add: Option<Decimal>,
    reason: Option<String>,
    checkout: Option<CheckoutIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckoutIn {
    payment_provider: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct ValidateAnswer {
    valid: bool,
}

pub(in super::super) fn validate(request: ValidateRequest) -> Result<ValidateAnswer> {
    let names_provider = |checkout: CheckoutIn| Checkout {
        names_provider: checkout
            .payment_provider
            .is_some_and(|name| !name.is_empty()),
    };
    let top_up = TopUp {
        credits: request.credits_to_add,
        amount: None,
        reason: request.reason.as_deref().and_then(Reason::named),
        expiry: None,
        priority: None,
        bonus: None,
        bonus_expiry: None,
        checkout: request.checkout.map(names_provider),
    };
    Ok(ValidateAnswer {
        valid: purchase::problems(&top_up, Timestamp(0)).is_empty(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlabIn {
    threshold: Decimal,
    operator: String,
    bonus: BonusIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BonusIn {
    #[serde(rename = "type")]
    kind: String,
    value: Decimal,
}

impl SlabIn {
    fn read(&self) -> Result<Slab> {
        Ok(Slab {
            threshold: self.threshold,
            is_gte: self.operator == "gte",
            bonus: match self.bonus.kind.as_str() {
                "flat" => Bonus::Flat(self.bonus.value),
                "percentage" => Bonus::Percentage(self.bonus.value),
                _ => {
                    return Err(Error::invalid_input(
                        "bonus.type",
                        "must be `flat` or `percentage`",
                    ));
                }
            },
        })
    }
}

fn slabs(list: &[SlabIn]) -> Result<Vec<Slab>> {
    list.iter().map(SlabIn::read).collect()
}

/// `bonus.slab`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SlabRequest {
    #[serde(default, deserialize_with = "or_default")]
    slabs: Vec<SlabIn>,
    credits: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct SlabAnswer {
    matched_threshold: Option<Decimal>,
}

pub(in super::super) fn slab(request: SlabRequest) -> Result<SlabAnswer> {
    let slabs = slabs(&request.slabs)?;
    let matching = bonus::matching(&slabs, request.credits);
    Ok(SlabAnswer {
        matched_threshold: matching.map(|slab| slab.threshold),
    })
}

/// `bonus.value`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BonusValueRequest {
    slab: SlabIn,
    credits: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct BonusValueAnswer {
    bonus: Decimal,
}

pub(in super::super) fn bonus_value(request: BonusValueRequest) -> Result<BonusValueAnswer> {
    Ok(BonusValueAnswer {
        bonus: request.slab.read()?.bonus.on(request.credits)?,
    })
}

/// `bonus.topup`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BonusTopUpRequest {
    config: Option<BonusConfigIn>,
    credits_to_add: Decimal,
    bonus_credits_to_add: Option<Decimal>,
    reason: String,
    #[serde(default, deserialize_with = "or_default")]
    opening_credit_balance: Decimal,
    auto_complete: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    then: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BonusConfigIn {
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    slabs: Vec<SlabIn>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in super::super) enum BonusTopUpAnswer {
    Refused {
        error_code: &'static str,
        http_status: u16,
        credit_balance: Decimal,
        transaction_rows: u8,
    },
    Added {
        bonus: Option<Decimal>,
        status: &'static str,
        bonus_status: Option<&'static str>,
        credit_balance: Decimal,
        transaction_rows: u8,
    },
}

/// flexprice 50, 51.
pub(in super::super) fn bonus_top_up(request: BonusTopUpRequest) -> Result<BonusTopUpAnswer> {
    let is_bonus_good = request
        .bonus_credits_to_add
        .is_none_or(Decimal::is_positive);
    let Some(reason) = Reason::named(&request.reason).filter(|_| is_bonus_good) else {
        return Ok(BonusTopUpAnswer::Refused {
            error_code: "validation_error",
            http_status: 400,
            credit_balance: request.opening_credit_balance,
            transaction_rows: 0,
        });
    };
    let config = request
        .config
        .filter(|config| config.enabled.unwrap_or_default());
    let slabs = slabs(config.as_ref().map_or(&[], |config| &config.slabs))?;
    let credits = request.credits_to_add;
    let bonus = purchase::bonus(reason, credits, request.bonus_credits_to_add, &slabs)?;
    if let Some(event) = request.then.iter().find(|event| *event != "complete") {
        return Err(Error::invalid_input(
            "then",
            &format!("`{event}` is no event"),
        ));
    }
    let auto_complete = request.auto_complete.unwrap_or_default();
    let at_once = purchase::arrives_at_once(reason, auto_complete, false);
    let is_completed = at_once || !request.then.is_empty();
    let status = if is_completed { "completed" } else { "pending" };
    let credits = credits.try_add(bonus.unwrap_or_default())?;
    let added = if is_completed { credits } else { Decimal::ZERO };
    Ok(BonusTopUpAnswer::Added {
        status,
        bonus_status: bonus.map(|_| status),
        credit_balance: request.opening_credit_balance.try_add(added)?,
        transaction_rows: if bonus.is_some() { 2 } else { 1 },
        bonus,
    })
}

/// `auto_topup`: the keys that are there choose the question.
#[derive(Deserialize)]
#[serde(untagged)]
pub(in super::super) enum AutoRequest {
    Evaluations(EvaluationsRequest),
    Burst(BurstRequest),
    Guard(GuardRequest),
    LastOf(LastOfRequest),
    Rates(RatesRequest),
    Cooldown(CooldownRequest),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigIn {
    enabled: Option<bool>,
    threshold: Decimal,
    amount: Decimal,
    invoicing: Option<bool>,
    cooldown: Option<CooldownIn>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CooldownIn {
    value: i64,
    unit: String,
}

impl ConfigIn {
    fn read(&self) -> Config {
        let seconds = |cooldown: &CooldownIn| duration_seconds(cooldown.value, &cooldown.unit);
        Config {
            enabled: self.enabled.unwrap_or_default(),
            threshold: self.threshold,
            amount: self.amount,
            invoicing: self.invoicing.unwrap_or_default(),
            cooldown: self.cooldown.as_ref().and_then(seconds),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RatesRequest {
    config: ConfigIn,
    topup_conversion_rate: Option<Decimal>,
    conversion_rate: Option<Decimal>,
}

/// Whether one evaluation triggers, or how many invoices several of them create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct EvaluationsRequest {
    config: ConfigIn,
    real_time_credit_balance: Decimal,
    #[serde(rename = "real_time_balance")]
    _real_time_balance: Option<IgnoredAny>,
    #[serde(rename = "conversion_rate")]
    _conversion_rate: Option<IgnoredAny>,
    triggers: Option<u32>,
    sequence: Option<Vec<String>>,
    last_auto_topup: Option<LastIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LastIn {
    status: String,
    age_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct BurstRequest {
    config: ConfigIn,
    credit_balance: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct GuardRequest {
    #[serde(deserialize_with = "Option::deserialize")]
    invoice: Option<InvoiceIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceIn {
    invoice_status: Option<String>,
    payment_status: Option<String>,
    billing_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LastOfRequest {
    #[serde(deserialize_with = "Option::deserialize")]
    transaction: Option<TransactionIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionIn {
    status: String,
    #[serde(default, deserialize_with = "or_default")]
    metadata: std::collections::BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CooldownRequest {
    stored_cooldown: Option<CooldownIn>,
    update_cooldown: Option<CooldownIn>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in super::super) enum AutoAnswer {
    Rates {
        credits_added: Decimal,
        tx_amount: Decimal,
    },
    Evaluations {
        triggers: bool,
        invoices: u32,
    },
    Burst {
        credit_balance: Decimal,
        topups: i64,
    },
    Guard {
        has_pending: bool,
    },
    LastOf {
        last_auto_topup: Option<LastOut>,
    },
    Cooldown {
        cooldown: Option<CooldownIn>,
    },
}

#[derive(Serialize)]
pub(in super::super) struct LastOut {
    status: String,
}

pub(in super::super) fn auto(request: AutoRequest) -> Result<AutoAnswer> {
    Ok(match request {
        AutoRequest::Rates(asked) => {
            let rate = asked.topup_conversion_rate.or(asked.conversion_rate);
            AutoAnswer::Rates {
                credits_added: asked.config.amount,
                tx_amount: asked.config.amount.try_mul(rate.unwrap_or(Decimal::ONE))?,
            }
        }
        AutoRequest::Evaluations(asked) => AutoAnswer::Evaluations {
            triggers: auto_top_up::is_wanted(&asked.config.read(), asked.real_time_credit_balance),
            invoices: evaluations(&asked)?,
        },
        AutoRequest::Burst(asked) => {
            let topups = auto_top_up::burst(&asked.config.read(), asked.credit_balance)?;
            let added = asked.config.amount.try_mul(Decimal::from(topups))?;
            AutoAnswer::Burst {
                credit_balance: asked.credit_balance.try_add(added)?,
                topups,
            }
        }
        AutoRequest::Guard(asked) => AutoAnswer::Guard {
            has_pending: asked.invoice.is_some_and(|invoice| {
                invoice.invoice_status.as_deref() == Some("FINALIZED")
                    && invoice.payment_status.as_deref() != Some("SUCCEEDED")
                    && invoice.billing_reason.as_deref() == Some("WALLET_AUTO_TOPUP")
            }),
        },
        // A top-up made by hand has no metadata of an automatic one.
        AutoRequest::LastOf(asked) => AutoAnswer::LastOf {
            last_auto_topup: asked
                .transaction
                .filter(|transaction| !transaction.metadata.is_empty())
                .map(|transaction| LastOut {
                    status: transaction.status,
                }),
        },
        AutoRequest::Cooldown(asked) => AutoAnswer::Cooldown {
            cooldown: match asked.update_cooldown {
                Some(update) if update.value == 0 => None,
                Some(update) => Some(update),
                None => asked.stored_cooldown,
            },
        },
    })
}

/// The invoices that evaluations in a row create, at a balance that stays the same (flexprice 53). A direct top-up
/// creates none (flexprice 52).
fn evaluations(asked: &EvaluationsRequest) -> Result<u32> {
    let config = asked.config.read();
    let mut history = History::new(asked.last_auto_topup.as_ref().map(|last| Last {
        is_pending: last.status == "pending",
        age: last.age_seconds.unwrap_or_default(),
    }));
    let in_a_row = || {
        vec!["trigger".to_owned(); usize::try_from(asked.triggers.unwrap_or(1)).unwrap_or_default()]
    };
    let mut invoices = 0_u32;
    for event in asked.sequence.clone().unwrap_or_else(in_a_row) {
        match event.as_str() {
            "trigger" => {
                let fires = history.evaluate(&config, asked.real_time_credit_balance);
                invoices = invoices.saturating_add(u32::from(fires && config.invoicing));
            }
            "pay_invoice_and_complete_tx" => history.pay(),
            _ => return Err(Error::invalid_input("sequence", "an event is not known")),
        }
    }
    Ok(invoices)
}
