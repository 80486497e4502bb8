//! Grants inside a wallet (R-CONS).

use serde::{Deserialize, Serialize};

use super::{ById, PRIORITY, TransactionStatusIn, or_default, transaction_status};
use crate::decimal::Decimal;
use crate::engine::consumption::{self, Consumed, Consumption, Direction, Inbound, Origin, Source};
use crate::engine::ties::Ties;
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum DirectionIn {
    Inbound,
    Outbound,
}

impl From<DirectionIn> for Direction {
    fn from(direction: DirectionIn) -> Self {
        match direction {
            DirectionIn::Inbound => Self::Inbound,
            DirectionIn::Outbound => Self::Outbound,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OriginIn {
    Granted,
    Purchased,
    Voided,
    Invoiced,
}

impl From<OriginIn> for Origin {
    fn from(origin: OriginIn) -> Self {
        match origin {
            OriginIn::Granted => Self::Granted,
            OriginIn::Purchased => Self::Purchased,
            OriginIn::Voided => Self::Voided,
            OriginIn::Invoiced => Self::Invoiced,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundIn {
    id: String,
    transaction_status: OriginIn,
    status: Option<TransactionStatusIn>,
    priority: Option<i64>,
    #[serde(default, deserialize_with = "or_default")]
    created_order: i64,
    remaining_amount_cents: Option<Decimal>,
}

/// The ids, and the transactions in the same order.
fn inbounds(list: Vec<InboundIn>) -> (Vec<String>, Vec<Inbound>) {
    list.into_iter()
        .map(|inbound| {
            let read = Inbound {
                origin: inbound.transaction_status.into(),
                status: transaction_status(inbound.status),
                priority: inbound.priority.unwrap_or(PRIORITY),
                created_order: inbound.created_order,
                remaining: inbound.remaining_amount_cents,
            };
            (inbound.id, read)
        })
        .unzip()
}

/// What cannot be taken, as the field and code of Lago's 422 (R-CONS-2).
#[derive(Serialize)]
struct ErrorOut {
    amount_cents: [&'static str; 1],
}

/// What is taken, or why nothing is.
fn taken(consumed: Consumed) -> core::result::Result<Vec<Consumption>, ErrorOut> {
    let code = match consumed {
        Consumed::Taken(taken) => return Ok(taken),
        Consumed::ExceedsAvailable => "exceeds_available_amount",
        Consumed::ExceedsRemaining => "exceeds_remaining_transaction_amount",
    };
    Err(ErrorOut {
        amount_cents: [code],
    })
}

fn not_negative(cents: Decimal) -> Result<Decimal> {
    if cents.is_negative() {
        return Err(Error::negative_amount("outbound_amount_cents"));
    }
    Ok(cents)
}

/// `consumption.order`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct ConsumeRequest {
    #[serde(default, deserialize_with = "or_default")]
    inbounds: Vec<InboundIn>,
    outbound_amount_cents: Decimal,
    inbound_id: Option<String>,
}

#[derive(Default, Serialize)]
pub(in crate::boundary::verbs) struct ConsumeAnswer {
    consumptions: Option<Vec<ConsumptionOut>>,
    remaining_amount_cents: Option<ById<Option<Decimal>>>,
    error: Option<ErrorOut>,
}

#[derive(Serialize)]
struct ConsumptionOut {
    inbound: String,
    amount_cents: Decimal,
}

pub(in crate::boundary::verbs) fn consume(
    request: ConsumeRequest,
    ties: Ties,
) -> Result<ConsumeAnswer> {
    let amount = not_negative(request.outbound_amount_cents)?;
    let (ids, inbounds) = inbounds(request.inbounds);
    // A blank id is none: some clients write a field that is not set that way.
    let target = request.inbound_id.filter(|id| !id.is_empty());
    let source = target.map_or(Source::Pool, |target| {
        Source::Only(ids.iter().position(|id| *id == target))
    });
    let taken = match taken(consumption::consume(&inbounds, amount, source, ties)?) {
        Ok(taken) => taken,
        Err(error) => {
            return Ok(ConsumeAnswer {
                error: Some(error),
                ..ConsumeAnswer::default()
            });
        }
    };
    let mut remaining: Vec<_> = inbounds.iter().map(|inbound| inbound.remaining).collect();
    let mut consumptions = Vec::with_capacity(taken.len());
    for share in taken {
        if let Some(Some(left)) = remaining.get_mut(share.inbound) {
            *left = left.try_sub(share.amount)?;
        }
        consumptions.push(ConsumptionOut {
            inbound: ids.get(share.inbound).cloned().unwrap_or_default(),
            amount_cents: share.amount,
        });
    }
    Ok(ConsumeAnswer {
        consumptions: Some(consumptions),
        remaining_amount_cents: Some(ById(ids.into_iter().zip(remaining).collect())),
        error: None,
    })
}

/// `consumption.sort`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct SortRequest {
    #[serde(default, deserialize_with = "or_default")]
    inbounds: Vec<InboundIn>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct SortAnswer {
    order: Vec<String>,
}

pub(in crate::boundary::verbs) fn sort(request: SortRequest, ties: Ties) -> Result<SortAnswer> {
    let (ids, inbounds) = inbounds(request.inbounds);
    let mut sorted: Vec<(String, Inbound)> = ids.into_iter().zip(inbounds).collect();
    ties.arrange(&mut sorted);
    sorted.sort_by(|(_, a), (_, b)| consumption::order(a, b));
    Ok(SortAnswer {
        order: sorted.into_iter().map(|(id, _)| id).collect(),
    })
}

/// `consumption.available`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct AvailableRequest {
    #[serde(default, deserialize_with = "or_default")]
    transactions: Vec<TransactionIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionIn {
    id: String,
    #[serde(rename = "type")]
    direction: DirectionIn,
    status: Option<TransactionStatusIn>,
    remaining: Option<Decimal>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct AvailableAnswer {
    available: Vec<String>,
}

pub(in crate::boundary::verbs) fn available(request: AvailableRequest) -> Result<AvailableAnswer> {
    let available = request.transactions.into_iter().filter_map(|transaction| {
        let status = transaction_status(transaction.status);
        let direction = transaction.direction.into();
        consumption::is_available(direction, status, transaction.remaining)
            .then_some(transaction.id)
    });
    Ok(AvailableAnswer {
        available: available.collect(),
    })
}

/// `invoice.breakdown`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct BreakdownRequest {
    all_customer_wallets_traceable: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    inbounds: Vec<InboundIn>,
    outbound_amount_cents: Decimal,
}

#[derive(Default, Serialize)]
pub(in crate::boundary::verbs) struct BreakdownAnswer {
    prepaid_granted_credit_amount_cents: Option<Decimal>,
    prepaid_purchased_credit_amount_cents: Option<Decimal>,
    error: Option<ErrorOut>,
}

pub(in crate::boundary::verbs) fn breakdown(
    request: BreakdownRequest,
    ties: Ties,
) -> Result<BreakdownAnswer> {
    let amount = not_negative(request.outbound_amount_cents)?;
    if !request.all_customer_wallets_traceable.unwrap_or_default() {
        return Ok(BreakdownAnswer::default());
    }
    let (_, inbounds) = inbounds(request.inbounds);
    match taken(consumption::consume(&inbounds, amount, Source::Pool, ties)?) {
        Ok(taken) => {
            let (granted, purchased) = consumption::breakdown(&inbounds, &taken)?;
            Ok(BreakdownAnswer {
                prepaid_granted_credit_amount_cents: granted,
                prepaid_purchased_credit_amount_cents: purchased,
                error: None,
            })
        }
        Err(error) => Ok(BreakdownAnswer {
            error: Some(error),
            ..BreakdownAnswer::default()
        }),
    }
}

/// `transaction.remaining_init`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RemainingInitRequest {
    transaction_type: DirectionIn,
    transaction_status: OriginIn,
    status: Option<TransactionStatusIn>,
    previous_status: Option<TransactionStatusIn>,
    wallet_traceable: Option<bool>,
    amount_cents: Decimal,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct RemainingInitAnswer {
    remaining_amount_cents: Option<Decimal>,
}

pub(in crate::boundary::verbs) fn remaining_init(
    request: RemainingInitRequest,
) -> Result<RemainingInitAnswer> {
    let starts = consumption::starts_remaining(
        request.transaction_type.into(),
        request.transaction_status.into(),
        request.previous_status.map(Into::into),
        transaction_status(request.status),
    );
    let is_tracked = request.wallet_traceable.unwrap_or_default();
    Ok(RemainingInitAnswer {
        remaining_amount_cents: (starts && is_tracked).then_some(request.amount_cents),
    })
}
