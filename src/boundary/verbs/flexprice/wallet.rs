//! Operations on a wallet: `conversion.*`, `wallet.*`.

use serde::{Deserialize, Serialize};

use super::super::{ById, or_default};
use super::credits::{INSUFFICIENT, MANUAL_DEBIT, remaining};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::flexprice_credits;
use crate::engine::credits::Credit;
use crate::engine::ledger::{self, Balances, Direction, Operation, Rates};
use crate::engine::payment::{self, Payer};
use crate::engine::real_time::PriceTypes;
use crate::engine::ties::Ties;
use crate::error::{Error, Result};
use crate::time::Timestamp;

fn rates(conversion: Option<Decimal>, top_up: Option<Decimal>) -> Rates {
    let conversion = conversion.unwrap_or(Decimal::ONE);
    Rates {
        conversion,
        top_up: top_up.unwrap_or(conversion),
    }
}

fn direction(name: &str) -> Result<Direction> {
    match name {
        "credit" => Ok(Direction::Credit),
        "debit" => Ok(Direction::Debit),
        _ => Err(Error::invalid_input("type", "must be `credit` or `debit`")),
    }
}

/// An operation of a verb for one direction may say it, and no other.
fn expect(direction: &str, given: Option<&str>) -> Result<()> {
    match given {
        Some(given) if given != direction => {
            let message = format!("must be `{direction}`");
            Err(Error::invalid_input("operation.type", &message))
        }
        _ => Ok(()),
    }
}

/// `conversion.amount_to_credits`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ToCreditsRequest {
    amount: Decimal,
    conversion_rate: Option<Decimal>,
}

#[derive(Serialize)]
pub(in super::super) struct ToCreditsAnswer {
    credits: Decimal,
}

pub(in super::super) fn to_credits(request: ToCreditsRequest) -> Result<ToCreditsAnswer> {
    let rate = request.conversion_rate.unwrap_or(Decimal::ONE);
    Ok(ToCreditsAnswer {
        credits: flexprice_credits(request.amount, rate)?,
    })
}

/// `conversion.credits_to_amount`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ToAmountRequest {
    conversion_rate: Option<Decimal>,
    topup_conversion_rate: Option<Decimal>,
    /// Recomputed, not consulted (flexprice 2).
    #[serde(rename = "opening_balance")]
    _opening_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    opening_credit_balance: Decimal,
    credits_to_add: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct ToAmountAnswer {
    balance: Decimal,
    credit_balance: Decimal,
    conversion_rate: Decimal,
}

pub(in super::super) fn to_amount(request: ToAmountRequest) -> Result<ToAmountAnswer> {
    let rates = rates(request.conversion_rate, request.topup_conversion_rate);
    let opening = request.opening_credit_balance;
    let after = ledger::after(Direction::Credit, rates, opening, request.credits_to_add)?;
    Ok(ToAmountAnswer {
        balance: after.balance,
        credit_balance: after.credit_balance,
        conversion_rate: rates.conversion,
    })
}

/// `wallet.operation_normalise`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NormaliseRequest {
    #[serde(rename = "type")]
    direction: String,
    conversion_rate: Option<Decimal>,
    topup_conversion_rate: Option<Decimal>,
    amount: Option<Decimal>,
    credit_amount: Option<Decimal>,
}

#[derive(Serialize)]
pub(in super::super) struct NormaliseAnswer {
    amount: Decimal,
    credit_amount: Decimal,
}

pub(in super::super) fn normalise(request: NormaliseRequest) -> Result<NormaliseAnswer> {
    let rates = rates(request.conversion_rate, request.topup_conversion_rate);
    let direction = direction(&request.direction)?;
    let Operation { amount, credits } =
        ledger::normalise(direction, rates, request.amount, request.credit_amount)?;
    Ok(NormaliseAnswer {
        amount,
        credit_amount: credits,
    })
}

/// `wallet.credits_available`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AvailableRequest {
    credit_balance_before: Decimal,
    credit_amount: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct AvailableAnswer {
    credit_balance_after: Decimal,
    credits_available: Decimal,
}

pub(in super::super) fn available(request: AvailableRequest) -> Result<AvailableAnswer> {
    let (before, credits) = (request.credit_balance_before, request.credit_amount);
    Ok(AvailableAnswer {
        credit_balance_after: before.try_add(credits)?,
        credits_available: ledger::credits_available(before, credits)?,
    })
}

/// `wallet.complete_purchase`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CompleteRequest {
    #[serde(rename = "conversion_rate")]
    _conversion_rate: Option<Decimal>,
    #[serde(rename = "topup_conversion_rate")]
    _topup_conversion_rate: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    opening_balance: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    opening_credit_balance: Decimal,
    pending_tx: PendingIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PendingIn {
    credit_amount: Decimal,
    amount: Decimal,
}

#[derive(Serialize)]
pub(in super::super) struct BalancesAnswer {
    balance: Decimal,
    credit_balance: Decimal,
}

pub(in super::super) fn complete(request: CompleteRequest) -> Result<BalancesAnswer> {
    let wallet = Balances {
        balance: request.opening_balance,
        credit_balance: request.opening_credit_balance,
    };
    let purchase = Operation {
        amount: request.pending_tx.amount,
        credits: request.pending_tx.credit_amount,
    };
    let Balances {
        balance,
        credit_balance,
    } = ledger::after_purchase(wallet, purchase)?;
    Ok(BalancesAnswer {
        balance,
        credit_balance,
    })
}

/// `wallet.credit`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CreditRequest {
    conversion_rate: Option<Decimal>,
    topup_conversion_rate: Option<Decimal>,
    /// Recomputed, not consulted (flexprice 2).
    #[serde(rename = "opening_balance")]
    _opening_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    opening_credit_balance: Decimal,
    operation: CreditOperationIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditOperationIn {
    #[serde(rename = "type")]
    direction: Option<String>,
    credit_amount: Option<Decimal>,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    priority: Option<i64>,
    expiry_date: Option<i64>,
    idempotency_key: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct CreditAnswer {
    balance: Decimal,
    credit_balance: Decimal,
    tx: CreditTransaction,
}

#[derive(Serialize)]
struct CreditTransaction {
    #[serde(rename = "type")]
    direction: &'static str,
    credit_amount: Decimal,
    amount: Decimal,
    credits_available: Decimal,
    priority: Option<i64>,
    idempotency_key: Option<String>,
    expiry_date: Option<String>,
}

pub(in super::super) fn credit(request: CreditRequest) -> Result<CreditAnswer> {
    let operation = request.operation;
    expect("credit", operation.direction.as_deref())?;
    let rates = rates(request.conversion_rate, request.topup_conversion_rate);
    let given = ledger::normalise(Direction::Credit, rates, None, operation.credit_amount)?;
    let opening = request.opening_credit_balance;
    let after = ledger::after(Direction::Credit, rates, opening, given.credits)?;
    let day = |number| {
        Timestamp::from_day_number(number).ok_or_else(|| {
            Error::invalid_input("operation.expiry_date", "must be a day, as YYYYMMDD")
        })
    };
    Ok(CreditAnswer {
        balance: after.balance,
        credit_balance: after.credit_balance,
        tx: CreditTransaction {
            direction: "credit",
            credit_amount: given.credits,
            amount: given.amount,
            credits_available: ledger::credits_available(opening, given.credits)?,
            priority: operation.priority,
            idempotency_key: operation.idempotency_key,
            expiry_date: operation
                .expiry_date
                .map(day)
                .transpose()?
                .map(|day| day.to_string()),
        },
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditIn {
    id: String,
    credit_amount: Decimal,
    credits_available: Decimal,
}

impl CreditIn {
    fn read(&self) -> Credit {
        Credit {
            amount: self.credit_amount,
            available: self.credits_available,
            priority: None,
            expiry: None,
            is_completed: true,
        }
    }
}

/// `wallet.debit`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct DebitRequest {
    conversion_rate: Option<Decimal>,
    topup_conversion_rate: Option<Decimal>,
    /// Recomputed, not consulted (flexprice 2).
    #[serde(rename = "opening_balance")]
    _opening_balance: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    opening_credit_balance: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    credits: Vec<CreditIn>,
    operation: DebitOperationIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DebitOperationIn {
    #[serde(rename = "type")]
    direction: Option<String>,
    amount: Option<Decimal>,
    credit_amount: Option<Decimal>,
    reason: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in super::super) enum DebitAnswer {
    Refused {
        error: &'static str,
        error_code: &'static str,
        http_status: u16,
        credit_balance: Decimal,
        needed_credits: Decimal,
    },
    Debited {
        balance: Decimal,
        credit_balance: Decimal,
        needed_credits: Decimal,
        remaining_by_credit: ById<Decimal>,
        tx: DebitTransaction,
    },
}

#[derive(Serialize)]
pub(in super::super) struct DebitTransaction {
    #[serde(rename = "type")]
    direction: &'static str,
    credit_amount: Decimal,
    amount: Decimal,
    credits_available: Decimal,
}

/// None of these credits expires, so that any instant does.
const ANY_TIME: Timestamp = Timestamp(0);

pub(in super::super) fn debit(request: DebitRequest, ties: Ties) -> Result<DebitAnswer> {
    let operation = request.operation;
    expect("debit", operation.direction.as_deref())?;
    let rates = rates(request.conversion_rate, request.topup_conversion_rate);
    let (amount, credits) = (operation.amount, operation.credit_amount);
    let asked = ledger::normalise(Direction::Debit, rates, amount, credits)?;
    let opening = request.opening_credit_balance;
    let list: Vec<Credit> = request.credits.iter().map(CreditIn::read).collect();
    let is_manual = operation.reason.as_deref() == Some(MANUAL_DEBIT);
    let debited = ledger::debit(
        rates,
        opening,
        &list,
        asked.credits,
        is_manual,
        ANY_TIME,
        ties,
    )?;
    let Some(debited) = debited else {
        return Ok(DebitAnswer::Refused {
            error: INSUFFICIENT,
            error_code: "invalid_operation",
            http_status: 400,
            credit_balance: opening,
            needed_credits: asked.credits,
        });
    };
    let ids = request.credits.iter().map(|credit| credit.id.as_str());
    Ok(DebitAnswer::Debited {
        balance: debited.balances.balance,
        credit_balance: debited.balances.credit_balance,
        needed_credits: asked.credits,
        remaining_by_credit: remaining(ids, &list, &debited.consumption.taken)?,
        tx: DebitTransaction {
            direction: "debit",
            credit_amount: asked.credits,
            amount: asked.amount,
            credits_available: Decimal::ZERO,
        },
    })
}

/// `wallet.terminate`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TerminateRequest {
    conversion_rate: Option<Decimal>,
    credit_balance: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    credits: Vec<CreditIn>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in super::super) enum TerminateAnswer {
    Refused {
        error: &'static str,
        error_code: &'static str,
        http_status: u16,
        wallet_status: &'static str,
        credit_balance: Decimal,
    },
    Terminated {
        wallet_status: &'static str,
        balance: Decimal,
        credit_balance: Decimal,
        debit_tx: Option<TerminationDebit>,
        eligible_credits_after: usize,
        transaction_count: usize,
    },
}

#[derive(Serialize)]
pub(in super::super) struct TerminationDebit {
    transaction_reason: &'static str,
    credit_amount: Decimal,
    credits_available: Decimal,
}

/// flexprice 47: the remaining credits are debited, then the wallet is closed.
pub(in super::super) fn terminate(request: TerminateRequest) -> Result<TerminateAnswer> {
    let rates = rates(request.conversion_rate, None);
    let list: Vec<Credit> = request.credits.iter().map(CreditIn::read).collect();
    let Some(terminated) = ledger::terminate(rates, request.credit_balance, &list, ANY_TIME)?
    else {
        return Ok(TerminateAnswer::Refused {
            error: INSUFFICIENT,
            error_code: "invalid_operation",
            http_status: 400,
            wallet_status: "active",
            credit_balance: request.credit_balance,
        });
    };
    let after = terminated.balances;
    let debited = request.credit_balance.try_sub(after.credit_balance)?;
    let taken = terminated.consumption.taken;
    let is_left = |(index, credit): &(usize, &Credit)| {
        let taken = taken.iter().find(|(place, _)| place == index);
        taken.is_none_or(|(_, share)| *share < credit.available) && credit.available.is_positive()
    };
    Ok(TerminateAnswer::Terminated {
        wallet_status: "closed",
        balance: after.balance,
        credit_balance: after.credit_balance,
        debit_tx: debited.is_positive().then_some(TerminationDebit {
            transaction_reason: "WALLET_TERMINATION",
            credit_amount: debited,
            credits_available: Decimal::ZERO,
        }),
        eligible_credits_after: list.iter().enumerate().filter(is_left).count(),
        transaction_count: list
            .len()
            .saturating_add(usize::from(debited.is_positive())),
    })
}

/// `wallet.selection`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SelectionRequest {
    purpose: String,
    currency: String,
    #[serde(default, deserialize_with = "or_default")]
    wallets: Vec<SelectedIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SelectedIn {
    id: String,
    wallet_type: Option<String>,
    currency: String,
    balance: Decimal,
    wallet_status: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct SelectionAnswer {
    wallet_ids: Vec<String>,
}

/// flexprice 26, 38. Open is the order of equal balances.
pub(in super::super) fn selection(
    request: SelectionRequest,
    ties: Ties,
) -> Result<SelectionAnswer> {
    let wallet_type = match request.purpose.as_str() {
        "credit_adjustment" => "PRE_PAID",
        "payment" => "POST_PAID",
        _ => {
            return Err(Error::invalid_input(
                "purpose",
                "must be `credit_adjustment` or `payment`",
            ));
        }
    };
    let currency = Currency::parse(&request.currency)?;
    let mut chosen = Vec::new();
    for wallet in request.wallets {
        let is_active = wallet
            .wallet_status
            .as_deref()
            .is_none_or(|status| status == "active");
        let is_of_type = wallet.wallet_type.as_deref().unwrap_or("PRE_PAID") == wallet_type;
        let is_usable = is_active && is_of_type && wallet.balance.is_positive();
        if Currency::parse(&wallet.currency)? == currency && is_usable {
            chosen.push((
                Payer {
                    balance: wallet.balance,
                    price_types: PriceTypes::default(),
                },
                wallet.id,
            ));
        }
    }
    ties.arrange(&mut chosen);
    chosen.sort_by(|(a, _), (b, _)| payment::payment_order(a, b));
    Ok(SelectionAnswer {
        wallet_ids: chosen.into_iter().map(|(_, id)| id).collect(),
    })
}
